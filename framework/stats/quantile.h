#pragma once
#include <vector>

namespace descent::stats {

// All of stats takes costs: the lower the better; a metric that should be high is passed negated. A miss is +infinity, and so is NaN.
double cost(double value);  // NaN becomes +infinity
std::vector<double> costs(std::vector<double> values);

// The q-th quantile, q in [0, 1], interpolated linearly between neighbours as NumPy does by default; infinite where a neighbour with any
// weight is. Throws without values.
double quantile(std::vector<double> values, double q);
double median(std::vector<double> values);

struct Band {
  double low, high;
};
Band interquartile_band(const std::vector<double>& values);  // its quartiles

}  // namespace descent::stats
