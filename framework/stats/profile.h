#pragma once
#include <vector>

#include "descent/stats/ranks.h"

namespace descent::stats {

// The first of the steps at which the metric, a cost, has come down to the target; infinite when it never does.
double time_to_target(const std::vector<double>& steps, const std::vector<double>& values, double target);

// How many times longer than the fastest each optimizer took on each problem, of times[optimizer][problem] >= 0 and in the same layout.
// Those that tie for the fastest have 1; a miss is infinite, also where all miss. The performance profile of an optimizer (Dolan, Moré
// 2002) is, for r >= 1, the share of all problems whose ratio is at most r.
Table performance_ratios(const Table& times);

// The mean of the profile over r in [1, r_max]: the score of AlgoPerf (Dahl et al. 2023), where its reference takes a trapezoidal rule on
// a grid. As there, a problem that nobody solves counts as one for all.
double profile_score(const std::vector<double>& ratios, double r_max = 4);

}  // namespace descent::stats
