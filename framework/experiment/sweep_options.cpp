#include "descent/experiment/sweep_options.h"

#include <fmt/format.h>

#include <cmath>

#include "descent/core/error.h"
#include "descent/core/math.h"
#include "descent/core/rng.h"

namespace descent {
namespace {

constexpr std::size_t kMostTrials = 1'000'000;

// Reads {path: axis} by `read_axis`.
template <class ReadAxis>
void read_axes(const Value& map, const Reading& reading, const ReadAxis& read_axis) {
  if (!map.is_map() || map.entries.empty())
    return static_cast<void>(refuse(map, reading, "a mapping of paths, as optimizer.lr, to values"));
  for (const auto& [path, values, mark] : map.entries) read_axis(values, reading.at(path));
}

bool read_values(const Value& list, const Reading& reading) {
  if (!list.is_list() || list.items.empty()) return refuse(list, reading, "a list of values");
  return true;
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
  return good ? log_grid(low, high, count) : std::vector<Value>();
}

// One draw of {uniform: [low, high]}, {log_uniform: [low, high]}, {integer: [low, high]} or {choice: [...]}.
struct Distribution {
  std::vector<double> uniform, log_uniform;
  std::vector<std::int64_t> integer;
  Value choice;

  void options(Options& option) {
    option("uniform", uniform, kAny, "[low, high]: any number between them alike");
    option("log_uniform", log_uniform, kPositive, "[low, high]: any order of magnitude alike");
    option("integer", integer, kAny, "[low, high]: any integer from low to high alike");
    option("choice", choice, "list of values", "any of them alike",
           [](Value& list, const Reading& reading) { read_values(list, reading); });
    option.form(form::list(Value::map(), 1));
  }
  static bool is_range(const std::vector<double>& r) { return r.empty() || (r.size() == 2 && r[0] <= r[1]); }
  bool check(const Value& given, const Reading& reading) const {
    const bool is_integer_range = integer.empty() || (integer.size() == 2 && integer[0] <= integer[1]);
    if (given.entries.size() == 1 && is_range(uniform) && is_range(log_uniform) && is_integer_range) return true;
    return refuse(given, reading, "one of uniform, log_uniform, integer, each [low, high], and choice");
  }
  Value draw(Rng& rng) const {
    if (!choice.is_null()) return choice.items[rng.below(choice.items.size())];
    if (!integer.empty()) return integer[0] + static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(integer[1] - integer[0]) + 1));
    if (!uniform.empty()) return rng.uniform(uniform[0], uniform[1]);
    return math::exp(rng.uniform(math::log(log_uniform[0]), math::log(log_uniform[1])));
  }
};

struct Random {
  std::int64_t samples = 10;
  std::uint64_t seed = 0;
  Value over;

  void options(Options& option) {
    option("samples", samples, {1, 1e6}, "how many are drawn");
    option("seed", seed, "of the draws");
    option("over", over, "a mapping of paths to distributions",
           "what is drawn: {uniform|log_uniform|integer: [low, high]} or {choice: [...]}", [](Value& map, const Reading& reading) {
             read_axes(map, reading, [](const Value& value, const Reading& at) { distribution(value, at); });
           });
    option.required();
    option.form(form::map(Value::map({{"type", "object"}})));
  }
  static Distribution distribution(const Value& value, const Reading& reading) {
    Distribution read;
    Options options;
    read.options(options);
    if (options.read(value, reading)) read.check(value, reading);
    return read;
  }
  // Sample i of a path is a function of the seed, i and the path's place.
  std::vector<Assignment> draw() const {
    Diagnostics ignored;
    std::vector<Assignment> drawn(static_cast<std::size_t>(samples));
    for (std::size_t axis = 0; axis < over.entries.size(); ++axis) {
      const Distribution from = distribution(over.entries[axis].value, {ignored, ""});
      Rng rng(seed, Stream::user, axis);
      for (Assignment& assignment : drawn) assignment.emplace_back(over.entries[axis].key, from.draw(rng));
    }
    return drawn;
  }
};

Random read_random(const Value& value, const Reading& reading) {
  Random random;
  Options options;
  random.options(options);
  options.read(value, reading);
  return random;
}

void check_zip(const Value& map, const Reading& reading) {
  read_axes(map, reading, read_values);
  for (const auto& [path, values, mark] : map.is_map() ? map.entries : std::vector<Value::Entry>()) {
    const std::size_t expected = map.entries[0].value.items.size();
    if (values.items.size() != expected) reading.at(path).error(values, fmt::format("{} values beside {}", values.items.size(), expected));
  }
}

std::vector<Assignment> one_path(const std::string& path, const std::vector<Value>& values) {
  std::vector<Assignment> axis;
  for (const Value& value : values) axis.push_back({{path, value}});
  return axis;
}

}  // namespace

std::vector<Value> log_grid(double low, double high, std::int64_t count) {
  std::vector<Value> values;
  for (std::int64_t i = 0; i < count; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(count - 1);
    double rounded = 0;
    parse_number(fmt::format("{:.4g}", low * math::exp(share * math::log(high / low))), rounded);
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
         [](Value& map, const Reading& reading) { read_axes(map, reading, read_values); });
  option.form(form::map(any_list));
  option("log_grid", log_grid, "a mapping of paths to [low, high, count]", "numbers with equal ratios, rounded to four digits",
         [](Value& map, const Reading& reading) { read_axes(map, reading, read_log_grid); });
  option.form(form::map(triple));
  option("zip", zip, "a mapping of paths to lists of one length", "the first values of all, then the second ones, …", check_zip);
  option.form(form::map(any_list));
  option("random", random, "a mapping with samples, seed, over", "values drawn at random", read_random);
  option.keys([](Options& keys) { Random().options(keys); });
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

std::vector<Assignment> SweepOptions::trials() const { return combinations(axes()); }

std::vector<Assignment> combinations(const std::vector<std::vector<Assignment>>& axes) {
  std::vector<Assignment> all{{}};
  for (const auto& axis : axes) {
    if (all.size() * axis.size() > kMostTrials) fail_argument("more than {} trials", kMostTrials);
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
