#include "descent/experiment/compare_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "descent/experiment/yaml.h"
#include "descent/optim/optimizer.h"

namespace descent {
namespace {

constexpr const char* kSeeds = "seeds";  // beside the options that are tuned

std::vector<Option> options_of(const std::string& optimizer) {
  std::vector<Option> list = Declared(optim::Optimizer::kind().find(optimizer)->make()).options.list();
  for (Option& option : list) option.read = nullptr, option.write = nullptr;
  return list;
}

// Reports seeds that are no list of different integers.
std::vector<std::uint64_t> read_seeds(const Value& value, const Reading& reading) {
  std::vector<std::uint64_t> seeds;
  if (!value.is_list() || value.items.empty()) return refuse(value, reading, "a list of seeds"), seeds;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    std::uint64_t seed = 0;
    if (!read_unsigned(value.items[i], reading.at(i), seed)) continue;
    if (std::find(seeds.begin(), seeds.end(), seed) != seeds.end())
      reading.at(i).error(value.items[i], fmt::format("seed {} is given twice", seed));
    seeds.push_back(seed);
  }
  return seeds;
}

void complete_paths(Value& list, const Reading& reading) {
  if (!list.is_list() || list.items.empty()) return static_cast<void>(refuse(list, reading, "a list of experiment files"));
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    Path path;
    if (!read_path(list.items[i], reading.at(i), path)) continue;
    list.items[i] = path.text;
    list.items[i].mark = path.mark;
  }
}

void check_tune(const Value& tune, const Reading& reading) {
  if (!tune.is_map()) return static_cast<void>(refuse(tune, reading, "a mapping of options, as lr, to values"));
  for (const auto& [name, values, mark] : tune.entries) {
    if (name == kSeeds) {
      read_seeds(values, reading.at(name));
    } else {
      check_distinct(axis_values(values, reading.at(name)), reading.at(name));
    }
  }
  if (tune.entries.size() <= (tune.find(kSeeds) ? 1U : 0U))
    reading.error(tune, "nothing is tuned", "such as lr: {log_grid: [1e-4, 10, 11]}");
}

bool same(const Spec& a, const Spec& b) { return a.type == b.type && a.options == b.options; }

}  // namespace

std::optional<Option> option_of(const std::string& optimizer, const std::string& name) {
  for (Option& option : options_of(optimizer)) {
    if (option.name == name) return std::move(option);
  }
  return {};
}

void Target::options(Options& option) {
  option("metric", metric, "what is watched: loss, or split/name");
  option.required();
  option("value", value, kAny, "reached when the metric is as good");
  option.required();
}

void CompareOptions::options(Options& option) {
  option("optimizers", optimizers, optim::Optimizer::kind(), "what is compared");
  option.required();
  option("tune", tune, "a mapping of options to values, and seeds",
         "what is tuned for every optimizer that has it, by the median over these seeds; without, 101, 102, 103", check_tune);
  const Value axis = form::either({form::list(Value::map(), 1), form::map(form::list(form::number(kPositive), 3))});
  option.form(form::map(axis));
  const Value seed_list = form::list(form::integer(kUnsigned), 1);
  option("seeds", seeds, "list of integers", "evaluation seeds; none of them is used for tuning", read_seeds);
  option.form(seed_list);
  option("problems", problems, "list of paths", "experiment files to compare on, instead of this file's own problem", complete_paths);
  option.form(form::list(form::text(), 1));
  option("metric", metric, "what ranks; by default the objective, else validation/loss, else the loss");
  option("target", target, "how good is good enough, for the time to it; by default near the known minimum");
  option("widen", widen, "tune on beyond the end of a grid where the best value lies there; for a single tuned option");
  option("jobs", jobs, {0, 1024}, "worker processes; 0: one for each core");
  option("keep", keep, {"best", "all", "none"}, "which evaluation runs also leave a folder: the first seed's of each optimizer, all, none");
}

std::vector<std::string> CompareOptions::names() const {
  std::vector<std::string> names;
  for (const Spec& spec : optimizers) {
    std::string name = spec.type;
    for (const auto& [key, value, mark] : spec.options.entries) {
      const auto differs = [&, &option = key, &own = value](const Spec& other) {
        const Value* its = other.options.find(option);
        return other.type == spec.type && !(its && *its == own);
      };
      if (std::any_of(optimizers.begin(), optimizers.end(), differs))
        name += fmt::format(" {}={}", key, value.is_scalar() ? value.text : shown(write_flow(value)));
    }
    const auto known = std::find(names.begin(), names.end(), name);
    const bool is_other = known != names.end() && !same(spec, optimizers[static_cast<std::size_t>(known - names.begin())]);
    names.push_back(is_other ? fmt::format("{} #{}", name, names.size() + 1) : name);  // they differ in what was clipped
  }
  return names;
}

void CompareOptions::check_optimizers(const Reading& reading) const {
  const std::vector<std::string> all = names();
  for (std::size_t i = 0; i < optimizers.size(); ++i) {
    const auto here = optimizers.begin() + static_cast<std::ptrdiff_t>(i);
    const bool is_known = std::any_of(optimizers.begin(), here, [&](const Spec& other) { return same(other, *here); });
    if (is_known) reading.diagnostics.error(here->mark, reading.at("optimizers").at(i).path, fmt::format("{} is given twice", all[i]));
  }
  for (const auto& [name, values, mark] : tune.entries) {
    const auto has_it = [&, &option = name](const Spec& spec) { return option_of(spec.type, option).has_value(); };
    if (name == kSeeds || std::any_of(optimizers.begin(), optimizers.end(), has_it)) continue;
    std::vector<std::string> known;
    for (const Spec& spec : optimizers) {
      for (const Option& option : options_of(spec.type)) {
        if (std::find(known.begin(), known.end(), option.name) == known.end()) known.push_back(option.name);
      }
    }
    reading.diagnostics.error(mark, reading.at("tune").path, fmt::format("none of the optimizers has an option '{}'", shown(name)),
                              suggestion(name, known));
  }
}

std::vector<std::uint64_t> CompareOptions::evaluation_seeds() const {
  Diagnostics ignored;
  return read_seeds(seeds, {ignored, ""});
}

std::vector<std::uint64_t> CompareOptions::tuning_seeds() const {
  Diagnostics ignored;
  const Value* listed = tune.find(kSeeds);
  return listed ? read_seeds(*listed, {ignored, ""}) : std::vector<std::uint64_t>{101, 102, 103};
}

std::vector<std::vector<Assignment>> CompareOptions::axes(const Spec& optimizer) const {
  Diagnostics ignored;
  std::vector<std::vector<Assignment>> axes;
  for (const auto& [name, values, mark] : tune.entries) {
    if (name == kSeeds || !option_of(optimizer.type, name)) continue;
    axes.emplace_back();
    for (const Value& value : axis_values(values, {ignored, ""})) axes.back().push_back({{"optimizer." + name, value}});
  }
  return axes;
}

std::vector<Assignment> CompareOptions::candidates(const Spec& optimizer) const { return combinations(axes(optimizer)); }

double CompareOptions::most_candidates() const {
  double most = 0;
  for (const Spec& optimizer : optimizers) {
    double count = 1;
    for (const auto& axis : axes(optimizer)) count *= static_cast<double>(axis.size());
    most = std::max(most, count);
  }
  return most;
}

}  // namespace descent
