#include "descent/stats/quantile.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "descent/core/error.h"

namespace descent::stats {
double cost(double value) { return std::isnan(value) ? std::numeric_limits<double>::infinity() : value; }

std::vector<double> costs(std::vector<double> values) {
  for (double& value : values) value = cost(value);
  return values;
}

double quantile(std::vector<double> values, double q) {
  if (values.empty()) fail_argument("quantile: no values");
  if (!(q >= 0 && q <= 1)) fail_argument("quantile: {} is not in [0, 1]", q);
  values = costs(std::move(values));
  std::sort(values.begin(), values.end());
  const double position = q * static_cast<double>(values.size() - 1), below = std::floor(position), weight = position - below;
  const double low = values[static_cast<std::size_t>(below)];
  if (weight == 0 || std::isinf(low)) return low;
  const double high = values[static_cast<std::size_t>(below) + 1];
  if (std::isinf(high)) return high;
  return weight < 0.5 ? low + (high - low) * weight : high - (high - low) * (1 - weight);  // monotone, and exact between equals
}

double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

Band interquartile_band(const std::vector<double>& values) { return {quantile(values, 0.25), quantile(values, 0.75)}; }

}  // namespace descent::stats
