#include <algorithm>
#include <cmath>
#include <cstdio>

#include "descent/experiment/comparison.h"
#include "descent/experiment/json.h"
#include "descent/experiment/landscape.h"
#include "descent/experiment/schema.h"
#include "descent/experiment/setup.h"
#include "descent/stats/bootstrap.h"
#include "descent/stats/profile.h"
#include "descent/stats/quantile.h"
#include "descent/stats/ranking.h"
#include "descent/stats/sensitivity.h"

namespace descent {
namespace {

using Numbers = std::vector<double>;

constexpr std::size_t kMostPoints = 500;  // of a curve

Json json(const Numbers& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(json_number(value));
  return list;
}

Json json(const Assignment& set) {
  Json options = Json::object();
  for (const auto& [path, value] : set) options[path.substr(path.find('.') + 1)] = to_json(value);
  return options;
}

// When a comparison's metric is good enough.
struct Goal {
  std::string metric;
  double value = 0;
};

// What was asked for, or a millionth of the way from the start's value to the known minimum.
std::optional<Goal> goal_of(const Experiment& experiment, const Problem& problem, const std::string& metric) {
  const TargetMetric& asked = experiment.compare.target;
  if (!asked.metric.empty()) return Goal{asked.metric, asked.value};
  const auto minimum = problem.minimum(), start = problem.value();
  if (metric != "loss" || !minimum || !start) return {};
  return Goal{"loss", *minimum + 1e-6 * (*start - *minimum)};
}

Numbers final_costs(const std::vector<TrialResult>& results, const Judge& judge) {
  Numbers costs;
  for (const TrialResult& result : results) costs.push_back(judge.cost(result.value));
  return costs;
}

Numbers times_to(const std::vector<TrialResult>& results, const Judge& judge, const std::optional<Goal>& goal) {
  Numbers times;
  for (const TrialResult& result : results) {
    Numbers costs;
    for (const double value : result.curve) costs.push_back(judge.cost(value));
    times.push_back(goal ? stats::time_to_target(result.curve_at, costs, judge.cost(goal->value)) : kInfinity);
  }
  return times;
}

// At a point of the longest curve: the last value where the run had reached its goal before, infinite where it was lost.
double cost_at(const TrialResult& result, std::size_t point, const Judge& judge) {
  using Status = TrialResult::Status;
  if (point < result.curve.size()) return judge.cost(result.curve[point]);
  const bool is_over = result.status == Status::target || result.status == Status::stopped;
  return is_over && !result.curve.empty() ? judge.cost(result.curve.back()) : kInfinity;
}

// The median over seeds, thinned; bands are quartiles and the bootstrap's 95 %.
Json curve_of(const std::vector<TrialResult>& results, const Judge& judge) {
  const TrialResult& longest =
      *std::max_element(results.begin(), results.end(), [](const auto& a, const auto& b) { return a.curve.size() < b.curve.size(); });
  const stats::MedianBootstrap bootstrap(results.size());
  const std::size_t points = longest.curve.size(), stride = std::max<std::size_t>(1, (points + kMostPoints - 1) / kMostPoints);
  Numbers at, median, q25, q75, low, high;
  for (std::size_t i = 0; i < points; i = i + stride < points || i + 1 == points ? i + stride : points - 1) {
    Numbers values;
    for (const TrialResult& result : results) values.push_back(cost_at(result, i, judge));
    const stats::Band quartiles = stats::interquartile_band(values), band = bootstrap.band(values);
    const double sign = judge.higher_is_better ? -1 : 1;
    at.push_back(longest.curve_at[i]);
    median.push_back(sign * stats::median(values));
    q25.push_back(sign * quartiles.low), q75.push_back(sign * quartiles.high);
    low.push_back(sign * band.low), high.push_back(sign * band.high);
  }
  return {{"step", json(at)}, {"median", json(median)}, {"q25", json(q25)}, {"q75", json(q75)}, {"low", json(low)}, {"high", json(high)}};
}

Json figures(const std::vector<TrialResult>& results, const Judge& judge, const std::optional<Goal>& goal) {
  const Numbers costs = final_costs(results, judge), times = times_to(results, judge, goal);
  const stats::Band quartiles = stats::interquartile_band(costs), band = stats::MedianBootstrap(costs.size()).band(costs);
  const double sign = judge.higher_is_better ? -1 : 1;
  Numbers values, seconds, evaluations;
  std::int64_t diverged = 0;
  for (const TrialResult& result : results) {
    values.push_back(result.value);
    seconds.push_back(result.seconds);
    evaluations.push_back(static_cast<double>(result.evaluations));
    diverged += result.status == TrialResult::Status::diverged;
  }
  Json json_figures{{"values", json(values)},
                    {"median", json_number(sign * stats::median(costs))},
                    {"q25", json_number(sign * quartiles.low)},
                    {"q75", json_number(sign * quartiles.high)},
                    {"low", json_number(sign * band.low)},
                    {"high", json_number(sign * band.high)},
                    {"diverged", diverged},
                    {"evaluations", stats::median(evaluations)},
                    {"seconds", stats::median(seconds)}};
  if (goal) {
    json_figures["time_to_target"] = json(times);
    json_figures["median_time_to_target"] = json_number(stats::median(times));
  }
  json_figures["curve"] = curve_of(results, judge);
  return json_figures;
}

// Of a single option with numbers: the medians along its grid.
Json sensitivity(const Contender& contender, const Judge& judge) {
  if (contender.tuning.empty() || contender.candidates[0].size() != 1) return nullptr;
  std::vector<std::pair<double, std::size_t>> rates;
  for (std::size_t i = 0; i < contender.tuning.size(); ++i) {
    double rate = 0;
    if (!parse_number(contender.candidates[i][0].second.text, rate) || rate <= 0) return nullptr;
    rates.emplace_back(rate, i);
  }
  std::sort(rates.begin(), rates.end());
  const double sign = judge.higher_is_better ? -1 : 1;
  Numbers at, medians, shown, q25, q75;
  for (const auto& [rate, i] : rates) {
    const stats::Band quartiles = stats::interquartile_band(contender.tuning[i]);
    at.push_back(rate);
    medians.push_back(stats::median(contender.tuning[i]));
    shown.push_back(sign * medians.back());
    q25.push_back(sign * quartiles.low), q75.push_back(sign * quartiles.high);
  }
  const std::string path = contender.candidates[0][0].first;
  return {{"option", path.substr(path.find('.') + 1)},
          {"lr", json(at)},
          {"median", json(shown)},
          {"q25", json(q25)},
          {"q75", json(q75)},
          {"width_decades", stats::sensitivity_width(at, medians)}};
}

const std::vector<TrialResult>& best_results(const Contender& contender) {
  return contender.tuned.empty() ? contender.as_given : contender.tuned;
}

bool seeds_matter(const ComparedProblem& problem) {
  return std::any_of(problem.contenders.begin(), problem.contenders.end(), [](const Contender& contender) {
    const auto& results = best_results(contender);
    return std::any_of(results.begin(), results.end(),
                       [&](const TrialResult& result) { return stats::costs(result.curve) != stats::costs(results[0].curve); });
  });
}

Json ranking_of(const ComparedProblem& problem, const stats::Table& costs, const Judge& judge, bool is_random) {
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
  for (const auto& row : ranking.p) p.push_back(json(row));
  for (const auto& row : ranking.effect) effect.push_back(json(row));
  // Without chance there is nothing to test: equal values tie, and the least wins.
  const bool is_tie = std::count(ranking.medians.begin(), ranking.medians.end(), ranking.medians[ranking.order[0]]) > 1;
  std::vector<std::size_t> tied = ranking.tied;
  std::optional<std::size_t> winner = ranking.winner;
  std::string verdict = stats::verdict(ranking, names);
  if (!is_random) {
    tied.clear();
    for (const std::size_t i : ranking.order) {
      if (ranking.medians[i] == ranking.medians[ranking.order[0]]) tied.push_back(i);
    }
    winner = is_tie || !std::isfinite(ranking.medians[ranking.order[0]]) ? std::nullopt : std::optional(ranking.order[0]);
    verdict =
        fmt::format("{} (exact: the seeds change nothing here)", winner ? names[*winner] + " is best" : "no winner: the best are equal");
  }
  return {{"order", named(ranking.order)},
          {"tied", named(tied)},
          {"winner", winner ? Json(names[*winner]) : Json(nullptr)},
          {"verdict", verdict},
          {"median", json(medians)},
          {"mean_rank", json(ranking.mean_ranks)},
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
    ratios.push_back(json(row));
    scores.push_back(stats::profile_score(row));
  }
  for (const Contender& contender : contenders) names.push_back(contender.name);
  return {{"r_max", 4}, {"problems", problems}, {"optimizers", names}, {"ratios", ratios}, {"score", scores}};
}

}  // namespace

Json summary(const Comparison& comparison, const Experiment& experiment) {
  const std::vector<Contender>& first = comparison.problems[0].contenders;
  Json problems = Json::array();
  stats::Table times(first.size()), medians(first.size());
  std::vector<std::string> with_goal;
  for (const ComparedProblem& problem : comparison.problems) {
    const Judge& judge = comparison.bases.judges[problem.contenders[0].base];
    const Experiment& base = comparison.bases.experiments[problem.contenders[0].base].experiment();
    const Setup setup(base);
    const auto goal = goal_of(experiment, *setup.problem, judge.metric);
    if (goal) with_goal.push_back(problem.name);
    const bool is_random = seeds_matter(problem);
    Json optimizers = Json::array();
    stats::Table costs;
    std::vector<Landscape::Path> paths;
    for (std::size_t i = 0; i < problem.contenders.size(); ++i) {
      const Contender& contender = problem.contenders[i];
      costs.push_back(final_costs(best_results(contender), judge));
      if (goal) times[i].push_back(stats::median(times_to(best_results(contender), judge, goal)));
      medians[i].push_back(stats::median(costs.back()));
      Json entry{{"name", contender.name}, {"options", to_json(contender.options)}};
      if (!contender.tuned.empty()) {
        entry["chosen"] = json(contender.candidates[contender.chosen]);
        entry["at_edge"] = contender.at_edge;
        entry["tuned"] = figures(contender.tuned, judge, goal);
      }
      entry["default"] = figures(contender.as_given, judge, goal);
      entry["sensitivity"] = sensitivity(contender, judge);
      Assignment set = contender.candidates[contender.chosen];
      set.emplace_back("seed", comparison.seeds[0]);
      paths.push_back(
          Landscape::path_of(comparison.bases.experiments[contender.base].with(set), comparison.bases.most_evaluations[contender.base]));
      if (!paths.back().points.empty()) entry["path"] = paths.back().json();
      optimizers.push_back(std::move(entry));
    }
    problems.push_back({{"name", problem.name},
                        {"metric", judge.metric},
                        {"steps", comparison.bases.most_evaluations[problem.contenders[0].base]},
                        {"seeds_matter", is_random},
                        {"target", goal ? Json{{"metric", goal->metric}, {"value", goal->value}} : Json(nullptr)},
                        {"objective", Landscape::json_of(base, paths)},
                        {"optimizers", std::move(optimizers)},
                        {"ranking", ranking_of(problem, costs, judge, is_random)}});
  }
  const Judge& judge = comparison.bases.judges[0];
  Json names = Json::array();
  for (const Contender& contender : first) names.push_back(contender.name);
  Json result{{"kind", "compare"},
              {"name", experiment.name},
              {"status", "done"},
              {"metric", judge.metric},
              {"higher_is_better", judge.higher_is_better},
              {"protocol", protocol(comparison, experiment)}};
  result["counts"] = {{"trials", comparison.trials}, {"steps", comparison.steps}, {"evaluations", comparison.evaluations}};
  result["seconds"] = comparison.seconds;
  result["problems"] = std::move(problems);
  result["profile"] = profile_of(times, with_goal, first);
  result["overall"] = {{"optimizers", names}, {"mean_rank", json(stats::mean_ranks(medians))}};
  return result;
}

}  // namespace descent
