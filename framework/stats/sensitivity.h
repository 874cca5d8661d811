#pragma once
#include <vector>

namespace descent::stats {

// How many decades of learning rates will do: the length, on the axis of log₁₀, of all intervals between neighbouring rates of which both
// give a median cost of at most `factor` times the best; of a best that is not positive, only equal ones. The rates ascend; an infinite
// cost never does. A width that reaches the end of the grid is a lower bound.
double sensitivity_width(const std::vector<double>& rates, const std::vector<double>& medians, double factor = 2);

}  // namespace descent::stats
