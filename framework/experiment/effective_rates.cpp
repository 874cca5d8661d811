#include "descent/experiment/effective_rates.h"

#include <algorithm>
#include <cmath>

namespace descent {
namespace {

// With linear interpolation between neighbours.
double quantile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

template <class T>
std::vector<double> rates(const Tensor& value, const Tensor& before, const T* g) {
  std::vector<double> list;
  const T *now = value.data<T>(), *then = before.data<T>();
  for (std::int64_t i = 0; i < value.size(); ++i) {
    if (g[i] != 0) list.push_back(std::abs(static_cast<double>(now[i] - then[i]) / static_cast<double>(g[i])));
  }
  return list;
}

}  // namespace

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
    dispatch(value.dtype(), [&, &now = value](auto zero) { list = rates(now, before_[i], gradient.data<decltype(zero)>()); });
    if (list.empty()) continue;
    std::sort(list.begin(), list.end());
    all.push_back({name, {list.front(), quantile(list, 0.25), quantile(list, 0.5), quantile(list, 0.75), list.back()}, true});
  }
  return all;
}

}  // namespace descent
