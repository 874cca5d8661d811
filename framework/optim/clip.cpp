#include "descent/optim/clip.h"

#include <cmath>

#include "descent/autograd/kernels.h"

namespace descent::optim {
namespace {

// Calls f(n, gradient) for each gradient that is there, typed.
template <class F>
void each_gradient(const std::vector<Tensor>& parameters, const F& f) {
  for (const Tensor& parameter : parameters) {
    const Node& node = *parameter.node();
    if (!node.grad_valid) continue;
    dispatch(node.dtype, [&](auto zero) { f(node.size, node.grad.as<decltype(zero)>()); });
  }
}

}  // namespace

double grad_norm(const std::vector<Tensor>& parameters) {
  double total = 0;
  each_gradient(parameters, [&](std::int64_t n, auto* g) { total += square_sum(n, g); });
  return std::sqrt(total);
}

double clip_grad_norm(const std::vector<Tensor>& parameters, double max_norm, ClipStyle style) {
  const double norm = grad_norm(parameters), scale = max_norm / (style == ClipStyle::pytorch ? norm + 1e-6 : norm);
  if (scale >= 1) return norm;
  each_gradient(parameters, [&](std::int64_t n, auto* g) {
    using T = std::decay_t<decltype(*g)>;
    vectorized([n, g, factor = static_cast<T>(scale)] {
      for (std::int64_t i = 0; i < n; ++i) g[i] *= factor;
    });
  });
  return norm;
}

void clip_grad_tensor_norm(const std::vector<Tensor>& parameters, double max_norm, ClipStyle style) {
  for (const Tensor& parameter : parameters) clip_grad_norm({parameter}, max_norm, style);
}

void clip_grad_value(const std::vector<Tensor>& parameters, double limit) {
  each_gradient(parameters, [&](std::int64_t n, auto* g) {
    using T = std::decay_t<decltype(*g)>;
    vectorized([n, g, top = static_cast<T>(limit)] {
      for (std::int64_t i = 0; i < n; ++i) g[i] = g[i] < -top ? -top : g[i] > top ? top : g[i];
    });
  });
}

}  // namespace descent::optim
