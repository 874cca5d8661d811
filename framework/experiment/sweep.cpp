#include <algorithm>
#include <cstdio>
#include <map>

#include "descent/core/error.h"
#include "descent/experiment/json.h"
#include "descent/experiment/schema.h"
#include "descent/experiment/setup.h"
#include "descent/experiment/study.h"
#include "descent/stats/ranks.h"

namespace descent {
namespace {

constexpr std::size_t kShown = 10;  // trials on the terminal

Json to_json(const Assignment& set) {
  Json json = Json::object();
  for (const auto& [path, value] : set) json[path] = to_json(value);
  return json;
}

// Each axis by its paths: what it assigns to them.
Json axes_of(const SweepOptions& sweep) {
  Json axes = Json::array();
  for (const auto& axis : sweep.axes()) {
    for (std::size_t path = 0; path < axis[0].size(); ++path) {
      Json values = Json::array();
      for (const Assignment& point : axis) values.push_back(to_json(point[path].second));
      axes.push_back({{"path", axis[0][path].first}, {"values", std::move(values)}});
    }
  }
  return axes;
}

Bases base_of(const Experiment& experiment) {
  Bases bases;
  at_key(experiment, "sweep", [&] { bases.add(without_study(experiment), experiment.name, experiment.sweep.metric); });
  return bases;
}

std::vector<Trial> trials_of(const Experiment& experiment) {
  std::vector<Trial> trials;
  at_key(experiment, "sweep", [&] {
    for (Assignment& set : experiment.sweep.trials()) {
      trials.emplace_back();
      trials.back().set = std::move(set);
    }
  });
  return trials;
}

}  // namespace

// Every value of every axis is tried beside the first values of the others.
void check_sweep(const Experiment& experiment, Plan* plan) {
  const Bases bases = base_of(experiment);
  const std::vector<Trial> trials = trials_of(experiment);
  const auto axes = experiment.sweep.axes();
  for (std::size_t varied = 0; varied < axes.size(); ++varied) {
    for (const Assignment& value : axes[varied]) {
      Assignment set;
      for (std::size_t i = 0; i < axes.size(); ++i) {
        const Assignment& point = i == varied ? value : axes[i][0];
        set.insert(set.end(), point.begin(), point.end());
      }
      bases.experiments[0].with(set);
    }
  }
  if (plan) plan->add(bases, 0, trials[0].set, static_cast<std::int64_t>(trials.size()));
}

Json run_sweep(const Experiment& experiment, Study& study) {
  Bases bases = base_of(experiment);
  bases.most_evaluations[0] = 0;  // a trial is as long as it says
  const Judge& judge = bases.judges[0];
  std::vector<Trial> trials = trials_of(experiment);
  const std::vector<TrialResult> results = study.run(trials, bases);

  std::vector<double> costs;
  std::map<std::string, std::int64_t> counts;
  std::int64_t steps = 0, evaluations = 0;
  double seconds = 0;
  Json rows = Json::array();
  for (std::size_t i = 0; i < results.size(); ++i) {
    const TrialResult& r = results[i];
    costs.push_back(judge.cost(r.value));
    ++counts[name(r.status)];
    steps += r.steps;
    evaluations += r.evaluations;
    seconds += r.seconds;
    rows.push_back({{"trial", trials[i].number},
                    {"set", to_json(trials[i].set)},
                    {"status", name(r.status)},
                    {"steps", r.steps},
                    {"evaluations", r.evaluations},
                    {"value", json_number(r.value)}});
  }
  const std::vector<std::size_t> order = stats::argsort(costs);
  if (experiment.sweep.keep == Keep::best) study.keep(bases, trials[order[0]]);
  for (const Trial& trial : trials) {
    if (experiment.sweep.keep == Keep::all) study.keep(bases, trial);
  }
  Json summary{{"kind", "sweep"},
               {"name", experiment.name},
               {"status", "done"},
               {"metric", judge.metric},
               {"higher_is_better", judge.higher_is_better},
               {"axes", axes_of(experiment.sweep)}};
  summary["counts"] = {{"trials", trials.size()}, {"steps", steps}, {"evaluations", evaluations}};
  for (const auto& [status, count] : counts) summary["counts"][status] = count;
  summary["seconds"] = seconds;
  summary["best"] = rows[order[0]];
  summary["order"] = order;
  summary["trials"] = std::move(rows);
  return summary;
}

void print_sweep(const Json& summary) {
  const std::size_t count = summary["order"].size();
  std::printf("%s of %zu trials by %s, best first\n", count > kShown ? fmt::format("the first {}", kShown).c_str() : "all", count,
              summary["metric"].get<std::string>().c_str());
  for (std::size_t i = 0; i < std::min(count, kShown); ++i) {
    const Json& row = summary["trials"][summary["order"][i].get<std::size_t>()];
    std::string set;
    for (const auto& [path, value] : row["set"].items()) set += fmt::format("  {}={}", path, to_text(value));
    const std::string value = row["value"].is_null() ? row["status"].get<std::string>() : fmt::format("{:.6g}", row["value"].get<double>());
    std::printf("  %6lld  %12s%s\n", row["trial"].get<long long>(), value.c_str(), set.c_str());
  }
}

}  // namespace descent
