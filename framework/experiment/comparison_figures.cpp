#include "descent/experiment/comparison.h"

#include <algorithm>

#include "descent/stats/bootstrap.h"
#include "descent/stats/profile.h"
#include "descent/stats/quantile.h"
#include "descent/stats/sensitivity.h"

namespace descent {
namespace {

using Numbers = std::vector<double>;

constexpr std::size_t kMostPoints = 500;  // of a curve

// Of costs, as values of the metric.
stats::Band shown(const stats::Band& band, const Judge& judge) {
  return judge.higher_is_better ? stats::Band{-band.high, -band.low} : band;
}

// At a point of the longest curve: the last value where the run had reached its target before, infinite where it was lost.
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
    const stats::Band quartiles = shown(stats::interquartile_band(values), judge), band = shown(bootstrap.band(values), judge);
    const double sign = judge.higher_is_better ? -1 : 1;
    at.push_back(longest.curve_at[i]);
    median.push_back(sign * stats::median(values));
    q25.push_back(quartiles.low), q75.push_back(quartiles.high);
    low.push_back(band.low), high.push_back(band.high);
  }
  return {{"step", json_numbers(at)}, {"median", json_numbers(median)}, {"q25", json_numbers(q25)},
          {"q75", json_numbers(q75)}, {"low", json_numbers(low)},       {"high", json_numbers(high)}};
}

}  // namespace

Json json_numbers(const Numbers& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(json_number(value));
  return list;
}

std::optional<Target> target_of(const Experiment& experiment, const Problem& problem, const std::string& metric) {
  if (!experiment.compare.target.metric.empty()) return experiment.compare.target;
  const auto minimum = problem.minimum(), start = problem.value();
  if (metric != "loss" || !minimum || !start) return {};
  return Target{"loss", *minimum + 1e-6 * (*start - *minimum)};
}

Numbers final_costs(const std::vector<TrialResult>& results, const Judge& judge) {
  Numbers costs;
  for (const TrialResult& result : results) costs.push_back(judge.cost(result.value));
  return costs;
}

Numbers times_to(const std::vector<TrialResult>& results, const Judge& judge, const std::optional<Target>& target) {
  Numbers times;
  for (const TrialResult& result : results) {
    Numbers costs;
    for (const double value : result.curve) costs.push_back(judge.cost(value));
    times.push_back(target ? stats::time_to_target(result.curve_at, costs, judge.cost(target->value)) : kInfinity);
  }
  return times;
}

Json figures(const std::vector<TrialResult>& results, const Judge& judge, const std::optional<Target>& target) {
  const Numbers costs = final_costs(results, judge), times = times_to(results, judge, target);
  const stats::Band quartiles = shown(stats::interquartile_band(costs), judge),
                    band = shown(stats::MedianBootstrap(costs.size()).band(costs), judge);
  const double sign = judge.higher_is_better ? -1 : 1;
  Numbers values, seconds, evaluations;
  std::int64_t diverged = 0;
  for (const TrialResult& result : results) {
    values.push_back(result.value);
    seconds.push_back(result.seconds);
    evaluations.push_back(static_cast<double>(result.evaluations));
    diverged += result.status == TrialResult::Status::diverged;
  }
  Json json_figures{{"values", json_numbers(values)},
                    {"median", json_number(sign * stats::median(costs))},
                    {"q25", json_number(quartiles.low)},
                    {"q75", json_number(quartiles.high)},
                    {"low", json_number(band.low)},
                    {"high", json_number(band.high)},
                    {"diverged", diverged},
                    {"evaluations", stats::median(evaluations)},
                    {"seconds", stats::median(seconds)}};
  if (target) {
    json_figures["time_to_target"] = json_numbers(times);
    json_figures["median_time_to_target"] = json_number(stats::median(times));
  }
  json_figures["curve"] = curve_of(results, judge);
  return json_figures;
}

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
  Numbers at, medians, values, q25, q75;
  for (const auto& [rate, i] : rates) {
    const stats::Band quartiles = shown(stats::interquartile_band(contender.tuning[i]), judge);
    at.push_back(rate);
    medians.push_back(stats::median(contender.tuning[i]));
    values.push_back(sign * medians.back());
    q25.push_back(quartiles.low), q75.push_back(quartiles.high);
  }
  const std::string path = contender.candidates[0][0].first;
  return {{"option", path.substr(path.find('.') + 1)},
          {"lr", json_numbers(at)},
          {"median", json_numbers(values)},
          {"q25", json_numbers(q25)},
          {"q75", json_numbers(q75)},
          {"width_decades", stats::sensitivity_width(at, medians)}};
}

}  // namespace descent
