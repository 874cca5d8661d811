#include "descent/experiment/effective_rates.h"

#include <cmath>

#include "descent/stats/quantile.h"

namespace descent {

void EffectiveRates::before_update() {
  before_.clear();
  for (const auto& [name, value] : parameters_) before_.push_back(value.clone());
}

std::vector<ParameterValues> EffectiveRates::after_update() const {
  std::vector<ParameterValues> all;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const auto& [name, value] = parameters_[i];
    const Tensor gradient = value.grad();
    if (!gradient.defined()) continue;
    std::vector<double> list;
    dispatch(value.dtype(), [&, &tensor = value](auto zero) {
      using T = decltype(zero);
      const T *now = tensor.template data<T>(), *then = before_[i].data<T>(), *g = gradient.data<T>();
      for (std::int64_t k = 0; k < tensor.size(); ++k) {
        if (g[k] != 0) list.push_back(std::abs(static_cast<double>(now[k] - then[k]) / static_cast<double>(g[k])));
      }
    });
    if (list.empty()) continue;
    std::vector<double> quantiles;
    for (const double share : {0.0, 0.25, 0.5, 0.75, 1.0}) quantiles.push_back(stats::quantile(list, share));
    all.push_back({name, std::move(quantiles), true});
  }
  return all;
}

}  // namespace descent
