#include <algorithm>
#include <cstdio>
#include <map>

#include "descent/core/error.h"
#include "descent/experiment/json.h"
#include "descent/experiment/schema.h"
#include "descent/experiment/study.h"
#include "descent/experiment/sweep_agreement.h"
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

Json row_of(const Trial& trial, const TrialResult& result) {
  Json row;
  row["trial"] = trial.number;
  row["set"] = to_json(trial.set);
  row["status"] = name(result.status);
  row["steps"] = result.steps;
  row["evaluations"] = result.evaluations;
  row["value"] = json_number(result.value);
  return row;
}

// A row for each trial, best first.
CsvTable table_of(const Json& rows, const std::vector<std::size_t>& order) {
  CsvTable table;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Json& trial = rows[order[i]];
    Json row{{"rank", i + 1}, {"trial", trial["trial"]}};
    row.update(trial["set"]);
    for (const char* key : {"status", "steps", "evaluations", "value"}) row[key] = trial[key];
    table.add(row);
  }
  return table;
}

class Sweep final : public Procedure {
 public:
  explicit Sweep(const Experiment& experiment) : experiment_(experiment) {
    at_key(experiment, "sweep", [&] { bases_.add(without_study(experiment.source), experiment.name, experiment.sweep.metric); });
    bases_.files.merge(sweep_files(experiment, bases_.cache));
    at_key(experiment, "sweep", [&] {
      for (Assignment& set : experiment.sweep.trials()) trials_.emplace_back().set = std::move(set);
    });
  }

  const std::set<std::string>& files() const override { return bases_.files; }
  void add_to(Plan& plan) override { plan.add(bases_, 0, trials_[0].set, static_cast<std::int64_t>(trials_.size())); }

  Json run(Study& study) override {
    bases_.most_evaluations[0] = 0;  // a trial is as long as it says
    const std::vector<TrialResult> results = study.run(trials_, bases_);
    Json all = summary(results);
    const auto order = all["order"].get<std::vector<std::size_t>>();
    study.finish(all, table_of(all["trials"], order));
    if (experiment_.sweep.keep == Keep::best) study.keep(bases_, trials_[order[0]], results[order[0]]);
    for (std::size_t i = 0; i < trials_.size(); ++i) {
      if (experiment_.sweep.keep == Keep::all) study.keep(bases_, trials_[i], results[i]);
    }
    return all;
  }

 private:
  Json summary(const std::vector<TrialResult>& results) const {
    const Judge& judge = bases_.judges[0];
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
      rows.push_back(row_of(trials_[i], r));
    }
    const std::vector<std::size_t> order = stats::argsort(costs);
    Json all{{"kind", "sweep"},
             {"name", experiment_.name},
             {"status", "done"},
             {"metric", judge.metric},
             {"higher_is_better", judge.higher_is_better},
             {"axes", axes_of(experiment_.sweep)}};
    all["counts"] = {{"trials", trials_.size()}, {"steps", steps}, {"evaluations", evaluations}};
    for (const auto& [status, count] : counts) all["counts"][status] = count;
    all["seconds"] = seconds;
    all["best"] = rows[order[0]];
    all["order"] = order;
    all["trials"] = std::move(rows);
    return all;
  }

  const Experiment& experiment_;
  Bases bases_;
  std::vector<Trial> trials_;
};

}  // namespace

std::unique_ptr<Procedure> make_sweep(const Experiment& experiment) { return std::make_unique<Sweep>(experiment); }

void print_sweep(const Json& summary) {
  const std::size_t count = summary.at("order").size();
  std::printf("%s of %zu trials by %s, best first\n", count > kShown ? fmt::format("the first {}", kShown).c_str() : "all", count,
              summary.at("metric").get<std::string>().c_str());
  for (std::size_t i = 0; i < std::min(count, kShown); ++i) {
    const Json& row = summary.at("trials").at(summary.at("order").at(i).get<std::size_t>());
    std::string set;
    for (const auto& [path, value] : row.at("set").items()) set += fmt::format("  {}={}", path, to_text(value));
    const std::string value =
        row.at("value").is_null() ? row.at("status").get<std::string>() : fmt::format("{:.6g}", row.at("value").get<double>());
    std::printf("  %6lld  %12s%s\n", row.at("trial").get<long long>(), value.c_str(), set.c_str());
  }
}

}  // namespace descent
