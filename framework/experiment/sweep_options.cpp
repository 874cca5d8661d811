#include "descent/experiment/sweep_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "descent/core/error.h"
#include "descent/core/math.h"
#include "descent/experiment/random_axis.h"
#include "descent/experiment/yaml.h"

namespace descent {
namespace {

// Numbers in their shortest form: 1e-1 is 0.1.
Value normal(Value value) {
  std::int64_t integer = 0;
  double number = 0;
  const bool is_number = value.is_scalar() && !value.quoted;
  if (is_number && parse_integer(value.text, integer)) return integer;
  if (is_number && value.text.find_first_of(".eE") != std::string::npos && parse_number(value.text, number)) return number;
  for (Value& item : value.items) item = normal(item);
  for (Value::Entry& entry : value.entries) entry.value = normal(entry.value);
  return value;
}

// [low, high, count]
std::vector<Value> read_log_grid(const Value& value, const Reading& reading) {
  double low = 0, high = 0;
  std::int64_t count = 0;
  const bool is_triple = value.is_list() && value.items.size() == 3;
  if (!is_triple) return refuse(value, reading, "[low, high, count]"), std::vector<Value>();
  const bool good = read_number(value.items[0], reading.at(0U), kPositive, low) &&
                    read_number(value.items[1], reading.at(1U), {low, kInfinity, true}, high) &&
                    read_integer(value.items[2], reading.at(2U), {2, 10'000}, count);
  if (!good) return {};
  std::vector<Value> values = log_grid(low, high, count);
  for (Value& number : values) number.mark = value.mark;
  return values;
}

RandomAxis read_random(const Value& value, const Reading& reading) {
  RandomAxis random;
  Options options;
  random.options(options);
  options.read(value, reading);
  return random;
}

void read_distinct_values(const Value& list, const Reading& reading) {
  if (read_values(list, reading)) check_distinct(list.items, reading);
}

void read_distinct_numbers(const Value& triple, const Reading& reading) {
  const std::vector<Value> numbers = read_log_grid(triple, reading);
  const auto twice = std::adjacent_find(numbers.begin(), numbers.end());
  if (twice != numbers.end())
    reading.error(triple, fmt::format("four digits do not tell its numbers apart: {} is there twice", twice->text));
}

void check_zip(const Value& map, const Reading& reading) {
  read_paths(map, reading, read_values);
  for (const auto& [path, values, mark] : map.is_map() ? map.entries : std::vector<Value::Entry>()) {
    const std::size_t expected = map.entries[0].value.items.size();
    if (values.items.size() != expected)
      return reading.at(path).error(values, fmt::format("{} values beside {}", values.items.size(), expected));
  }
  std::vector<Value> points;
  for (const auto& [path, values, mark] : map.is_map() ? map.entries : std::vector<Value::Entry>()) {
    points.resize(values.items.size(), Value::list({}));
    for (std::size_t i = 0; i < points.size(); ++i) points[i].items.push_back(values.items[i]);
  }
  for (Value& point : points) point.mark = point.items[0].mark;
  check_distinct(points, reading);
}

void check_count(double count) {
  if (count > kMostTrials) fail_argument("{} trials; at most {} are possible", count, kMostTrials);
}

std::vector<Assignment> one_path(const std::string& path, const std::vector<Value>& values) {
  std::vector<Assignment> axis;
  for (const Value& value : values) axis.push_back({{path, value}});
  return axis;
}

}  // namespace

void read_paths(const Value& map, const Reading& reading, const std::function<void(const Value&, const Reading&)>& read_axis) {
  if (!map.is_map() || map.entries.empty())
    return static_cast<void>(refuse(map, reading, "a mapping of paths, as optimizer.lr, to values"));
  for (const auto& [path, values, mark] : map.entries) read_axis(values, reading.at(path));
}

bool read_values(const Value& list, const Reading& reading) {
  if (!list.is_list() || list.items.empty()) return refuse(list, reading, "a list of values");
  return true;
}

void check_distinct(const std::vector<Value>& values, const Reading& reading) {
  std::unordered_set<std::string> known;
  for (const Value& value : values) {
    const std::string text = write_flow(normal(value));
    if (!known.insert(text).second) reading.error(value, fmt::format("{} is given twice", shown(text)));
  }
}

std::vector<Value> log_grid(double low, double high, std::int64_t count) {
  std::vector<Value> values;
  for (std::int64_t i = 0; i < count; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(count - 1);
    const double exact = i == 0 ? low : i == count - 1 ? high : math::exp(math::log(low) + share * (math::log(high) - math::log(low)));
    double rounded = exact;  // where the rounded one is beyond the largest number
    parse_number(fmt::format("{:.4g}", exact), rounded);
    values.emplace_back(rounded);
  }
  return values;
}

std::vector<Value> axis_values(const Value& axis, const Reading& reading) {
  if (axis.is_list() && !axis.items.empty()) return axis.items;
  const Value* triple = axis.is_map() && axis.entries.size() == 1 ? axis.find("log_grid") : nullptr;
  if (triple) return read_log_grid(*triple, reading.at("log_grid"));
  refuse(axis, reading, "a list of values, or {log_grid: [low, high, count]}");
  return {};
}

void SweepOptions::options(Options& option) {
  const Value any_list = form::list(Value::map(), 1), triple = form::list(form::number(kPositive), 3, 3);
  option("grid", grid, "a mapping of paths to lists", "all combinations of these values",
         [](Value& map, const Reading& reading) { read_paths(map, reading, read_distinct_values); });
  option.form(form::map(any_list));
  option("log_grid", log_grid, "a mapping of paths to [low, high, count]", "numbers with equal ratios, rounded to four digits",
         [](Value& map, const Reading& reading) { read_paths(map, reading, read_distinct_numbers); });
  option.form(form::map(triple));
  option("zip", zip, "a mapping of paths to lists of one length", "the first values of all, then the second ones, …", check_zip);
  option.form(form::map(any_list));
  option("random", random, "a mapping with samples, seed, over", "values drawn at random", read_random);
  option.keys([](Options& keys) { RandomAxis().options(keys); });
  option("jobs", jobs, {0, 1024}, "worker processes; 0: one for each core");
  option("keep", keep, {"best", "all", "none"}, "which trials also leave a run folder under trials/");
  option("metric", metric, "what ranks the trials; by default the objective, else validation/loss, else the loss");
}

std::vector<std::vector<Assignment>> SweepOptions::axes() const {
  Diagnostics ignored;
  std::vector<std::vector<Assignment>> all;
  for (const auto& [path, values, mark] : grid.entries) all.push_back(one_path(path, values.items));
  for (const auto& [path, values, mark] : log_grid.entries) all.push_back(one_path(path, read_log_grid(values, {ignored, ""})));
  if (!zip.entries.empty()) {
    std::vector<Assignment> axis(zip.entries[0].value.items.size());
    for (const auto& [path, values, mark] : zip.entries) {
      for (std::size_t i = 0; i < axis.size(); ++i) axis[i].emplace_back(path, values.items[i]);
    }
    all.push_back(std::move(axis));
  }
  if (!random.is_null()) all.push_back(read_random(random, {ignored, ""}).draw());
  return all;
}

double SweepOptions::count() const {
  Diagnostics ignored;
  double count = random.is_null() ? 1 : static_cast<double>(read_random(random, {ignored, ""}).samples);
  for (const auto& [path, values, mark] : grid.entries) count *= static_cast<double>(values.items.size());
  for (const auto& [path, triple, mark] : log_grid.entries) {
    double numbers = 0;
    parse_number(triple.items[2].text, numbers);
    count *= numbers;
  }
  return zip.entries.empty() ? count : count * static_cast<double>(zip.entries[0].value.items.size());
}

std::vector<Assignment> SweepOptions::trials() const {
  check_count(count());
  return combinations(axes());
}

std::vector<Assignment> combinations(const std::vector<std::vector<Assignment>>& axes) {
  std::vector<Assignment> all{{}};
  for (const auto& axis : axes) {
    check_count(static_cast<double>(all.size()) * static_cast<double>(axis.size()));
    std::vector<Assignment> longer;
    for (const Assignment& start : all) {
      for (const Assignment& more : axis) {
        longer.push_back(start);
        longer.back().insert(longer.back().end(), more.begin(), more.end());
      }
    }
    all = std::move(longer);
  }
  return all;
}

}  // namespace descent
