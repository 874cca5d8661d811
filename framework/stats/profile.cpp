#include "descent/stats/profile.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "descent/core/error.h"
#include "descent/stats/quantile.h"

namespace descent::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Without a division where both are 0 or infinite.
double ratio(double time, double best) {
  if (time == kInfinity) return kInfinity;
  return time == best ? 1 : time / best;
}

}  // namespace

double time_to_target(const std::vector<double>& steps, const std::vector<double>& values, double target) {
  if (steps.size() != values.size()) fail_argument("time_to_target: {} steps with {} values", steps.size(), values.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (values[i] <= target) return steps[i];
  }
  return kInfinity;
}

Table performance_ratios(const Table& times) {
  check_table("performance_ratios", times);
  Table ratios;
  for (const auto& row : times) ratios.push_back(costs(row));
  for (std::size_t problem = 0; problem < times[0].size(); ++problem) {
    double best = kInfinity;
    for (const auto& row : ratios) best = std::min(best, row[problem]);
    for (auto& row : ratios) row[problem] = ratio(row[problem], best);
  }
  return ratios;
}

double profile_score(const std::vector<double>& ratios, double r_max) {
  if (ratios.empty() || r_max <= 1) fail_argument("profile_score: {} problems up to a ratio of {}", ratios.size(), r_max);
  double integral = 0;  // a problem lifts the profile by one step from its ratio on
  for (const double r : ratios) integral += std::max(0.0, r_max - r);
  return integral / (static_cast<double>(ratios.size()) * (r_max - 1));
}

}  // namespace descent::stats
