#pragma once
#include <vector>

namespace descent::stats {

// How many decades of learning rates will do: the length, on the axis of log₁₀, of all intervals between neighbouring rates of which both
// give a median cost of at most `factor` times the best. A negative best, as of a metric that is to be high and so has its negative as
// cost, is divided by `factor`: half an accuracy will do as twice an error does. Of a best of 0 only equal ones do. The rates ascend; an
// infinite cost never does. A width that reaches the end of the grid is a lower bound.
double sensitivity_width(const std::vector<double>& rates, const std::vector<double>& medians, double factor = 2);

}  // namespace descent::stats
