#include <algorithm>
#include <cmath>

#include "descent/experiment/comparison.h"
#include "descent/experiment/landscape.h"
#include "descent/experiment/schema.h"
#include "descent/experiment/setup.h"
#include "descent/stats/profile.h"
#include "descent/stats/quantile.h"
#include "descent/stats/ranking.h"

namespace descent {
namespace {

using Numbers = std::vector<double>;

Json json_of(const Assignment& set) {
  Json options = Json::object();
  for (const auto& [path, value] : set) options[path.substr(path.find('.') + 1)] = to_json(value);
  return options;
}

bool seeds_matter(const ComparedProblem& problem) {
  return std::any_of(problem.contenders.begin(), problem.contenders.end(), [](const Contender& contender) {
    const auto& results = contender.best();
    return std::any_of(results.begin(), results.end(),
                       [&](const TrialResult& result) { return stats::costs(result.curve) != stats::costs(results[0].curve); });
  });
}

// `start` is the cost before the first step, infinite where it is not known.
Json ranking_of(const ComparedProblem& problem, const stats::Table& costs, const Judge& judge, bool is_random, double start) {
  const stats::Ranking ranking = stats::rank(costs);
  std::vector<std::string> names;
  for (const Contender& contender : problem.contenders) names.push_back(contender.name);
  const auto named = [&](const std::vector<std::size_t>& indices) {
    Json list = Json::array();
    for (const std::size_t i : indices) list.push_back(names[i]);
    return list;
  };
  const double sign = judge.higher_is_better ? -1 : 1;
  Numbers medians;
  for (const double median : ranking.medians) medians.push_back(sign * median);
  Json p = Json::array(), effect = Json::array();
  for (const auto& row : ranking.p) p.push_back(json_numbers(row));
  for (const auto& row : ranking.effect) effect.push_back(json_numbers(row));
  const std::size_t first = ranking.order[0];
  const double best = ranking.medians[first];
  std::vector<std::size_t> tied = ranking.tied;
  bool wins = ranking.winner.has_value();
  std::string verdict = stats::verdict(ranking, names);
  if (!is_random) {  // there is nothing to test: equal values tie, and the least wins
    tied.clear();
    for (const std::size_t i : ranking.order) {
      if (ranking.medians[i] == best) tied.push_back(i);
    }
    wins = tied.size() == 1 && std::isfinite(best);
    verdict = fmt::format("{} (exact: the seeds change nothing here)", wins ? names[first] + " is best" : "no winner: the best are equal");
  }
  if (wins && best >= start) {
    wins = false;
    verdict = fmt::format("no winner: {} is best, and ends no better than it starts", names[first]);
  }
  return {{"order", named(ranking.order)},
          {"tied", named(tied)},
          {"winner", wins ? Json(names[first]) : Json(nullptr)},
          {"verdict", verdict},
          {"median", json_numbers(medians)},
          {"mean_rank", json_numbers(ranking.mean_ranks)},
          {"p", is_random ? std::move(p) : Json(nullptr)},
          {"effect", is_random ? std::move(effect) : Json(nullptr)}};
}

Json protocol(const Comparison& comparison, const Experiment& experiment) {
  const Json tune = experiment.compare.tune.is_null() ? Json(nullptr) : to_json(experiment.compare.tune);
  Json per_optimizer = Json::object();
  for (const Contender& contender : comparison.problems[0].contenders) {
    per_optimizer[contender.name] = contender.candidates.size() * comparison.tuning_seeds.size();
  }
  return {{"tune", tune},
          {"tuning_seeds", comparison.tuning_seeds},
          {"tuning_trials", std::move(per_optimizer)},
          {"choice", "the least median over the tuning seeds"},
          {"seeds", comparison.seeds},
          {"budget", "as many gradient evaluations for every run as the problem has steps"},
          {"test", "exact paired signed-rank test over seeds, Holm's correction over all pairs, 0.05"}};
}

// Over the problems that have a target, if they are several.
Json profile_of(const stats::Table& times, const std::vector<std::string>& problems, const std::vector<Contender>& contenders) {
  if (problems.size() < 2) return nullptr;
  Json ratios = Json::array(), scores = Json::array(), names = Json::array();
  for (const auto& row : stats::performance_ratios(times)) {
    ratios.push_back(json_numbers(row));
    scores.push_back(stats::profile_score(row));
  }
  for (const Contender& contender : contenders) names.push_back(contender.name);
  return {{"r_max", 4}, {"problems", problems}, {"optimizers", names}, {"ratios", ratios}, {"score", scores}};
}

// An optimizer on a problem; `path` is where it went in the first evaluation run.
Json entry_of(const Comparison& comparison, const Contender& contender, const std::optional<Target>& target, Landscape::Path& path) {
  const Judge& judge = comparison.bases.judges[contender.base];
  Json entry{{"name", contender.name}, {"options", to_json(contender.options)}};
  if (!contender.tuned.empty()) {
    entry["chosen"] = json_of(contender.candidates[contender.chosen]);
    entry["at_edge"] = contender.at_edge;
    entry["tuned"] = figures(contender.tuned, judge, target);
  }
  entry["as_given"] = figures(contender.as_given, judge, target);
  const auto median = [&](const std::vector<TrialResult>& results) { return stats::median(final_costs(results, judge)); };
  if (!contender.tuned.empty()) entry["worse_than_given"] = median(contender.tuned) > median(contender.as_given);
  entry["sensitivity"] = sensitivity(contender, judge);
  Assignment set = contender.candidates[contender.chosen];
  set.emplace_back("seed", comparison.seeds[0]);
  path = Landscape::path_of(comparison.bases.experiments[contender.base].with(set), comparison.bases.most_evaluations[contender.base]);
  if (!path.points.empty()) entry["path"] = {{"step", path.steps}, {"params", path.points}};
  return entry;
}

// A problem with its ranking; `costs` and `times` are the optimizers' medians, the latter none without a target.
struct ProblemSummary {
  Json json;
  Numbers costs, times;

  ProblemSummary(const Comparison& comparison, const ComparedProblem& problem, const Experiment& experiment) {
    const std::size_t base = problem.contenders[0].base;
    const Judge& judge = comparison.bases.judges[base];
    const Experiment& own = comparison.bases.experiments[base].experiment();
    const Setup setup(own);
    const auto target = target_of(experiment, *setup.problem, judge.metric);
    const auto start = judge.metric == "loss" ? setup.problem->value() : std::nullopt;
    const bool is_random = seeds_matter(problem);
    Json optimizers = Json::array();
    stats::Table table;
    std::vector<Landscape::Path> paths(problem.contenders.size());
    for (std::size_t i = 0; i < problem.contenders.size(); ++i) {
      const Contender& contender = problem.contenders[i];
      table.push_back(final_costs(contender.best(), judge));
      costs.push_back(stats::median(table.back()));
      if (target) times.push_back(stats::median(times_to(contender.best(), judge, target)));
      optimizers.push_back(entry_of(comparison, contender, target, paths[i]));
    }
    json = {{"name", problem.name},
            {"metric", judge.metric},
            {"steps", comparison.bases.most_evaluations[base]},
            {"seeds_matter", is_random},
            {"target", target ? Json{{"metric", target->metric}, {"value", target->value}} : Json(nullptr)},
            {"objective", Landscape::json_of(own, paths)},
            {"optimizers", std::move(optimizers)},
            {"ranking", ranking_of(problem, table, judge, is_random, start ? judge.cost(*start) : kInfinity)}};
  }
};

}  // namespace

Json summary(const Comparison& comparison, const Experiment& experiment) {
  const std::vector<Contender>& contenders = comparison.problems[0].contenders;
  Json problems = Json::array(), names = Json::array();
  stats::Table times(contenders.size()), costs(contenders.size());
  std::vector<std::string> with_target;
  for (const ComparedProblem& problem : comparison.problems) {
    ProblemSummary one(comparison, problem, experiment);
    problems.push_back(std::move(one.json));
    if (!one.times.empty()) with_target.push_back(problem.name);
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      costs[i].push_back(one.costs[i]);
      if (!one.times.empty()) times[i].push_back(one.times[i]);
    }
  }
  for (const Contender& contender : contenders) names.push_back(contender.name);
  const Judge& judge = comparison.bases.judges[0];
  return {{"kind", "compare"},
          {"name", experiment.name},
          {"status", "done"},
          {"metric", judge.metric},
          {"higher_is_better", judge.higher_is_better},
          {"protocol", protocol(comparison, experiment)},
          {"counts", {{"trials", comparison.trials}, {"steps", comparison.steps}, {"evaluations", comparison.evaluations}}},
          {"seconds", comparison.seconds},
          {"problems", std::move(problems)},
          {"profile", profile_of(times, with_target, contenders)},
          {"overall", {{"optimizers", names}, {"mean_rank", json_numbers(stats::mean_ranks(costs))}}}};
}

}  // namespace descent
