#pragma once
#include <optional>
#include <string>
#include <vector>

#include "descent/experiment/comparison.h"
#include "descent/experiment/json.h"

// What a comparison says of each optimizer's runs by itself.
namespace descent {

// Null where a number is not finite.
Json json_numbers(const std::vector<double>& values);

// When a comparison's metric is good enough.
struct Goal {
  std::string metric;
  double value = 0;
};

// What was asked for, or a millionth of the way from the start's value to the known minimum.
std::optional<Goal> goal_of(const Experiment& experiment, const Problem& problem, const std::string& metric);

std::vector<double> final_costs(const std::vector<TrialResult>& results, const Judge& judge);
// Gradient evaluations until the goal was reached; infinite where it never was.
std::vector<double> times_to(const std::vector<TrialResult>& results, const Judge& judge, const std::optional<Goal>& goal);

// Values, quartiles and bootstrap of the median, time to the goal, the curve.
Json figures(const std::vector<TrialResult>& results, const Judge& judge, const std::optional<Goal>& goal);
// Of a single option with numbers: the medians along its grid, else null.
Json sensitivity(const Contender& contender, const Judge& judge);

}  // namespace descent
