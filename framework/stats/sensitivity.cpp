#include "descent/stats/sensitivity.h"

#include <cmath>
#include <cstddef>

#include "descent/core/error.h"
#include "descent/core/math.h"
#include "descent/stats/quantile.h"

namespace descent::stats {

double sensitivity_width(const std::vector<double>& rates, const std::vector<double>& medians, double factor) {
  if (rates.size() != medians.size()) fail_argument("sensitivity_width: {} rates with {} medians", rates.size(), medians.size());
  if (rates.empty()) return 0;
  const double best = quantile(medians, 0), bound = best < 0 ? best / factor : factor * best;
  const auto will_do = [&](std::size_t i) { return medians[i] <= bound && std::isfinite(medians[i]); };
  double width = 0;
  for (std::size_t i = 1; i < rates.size(); ++i) {
    if (!(rates[i - 1] > 0 && rates[i - 1] < rates[i]))
      fail_argument("sensitivity_width: rate {} is followed by {}", rates[i - 1], rates[i]);
    if (will_do(i - 1) && will_do(i)) width += math::log(rates[i] / rates[i - 1]);
  }
  return width / math::log(10.0);
}

}  // namespace descent::stats
