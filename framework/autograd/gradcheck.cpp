#include "descent/autograd/gradcheck.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "descent/autograd/ops.h"
#include "descent/core/math.h"
#include "descent/core/rng.h"

namespace descent {
namespace {

Tensor weights_for(const Shape& shape) {
  Tensor w = empty(shape, DType::float64);
  Rng rng(1);
  for (std::int64_t i = 0; i < w.size(); ++i) w.data<double>()[i] = rng.uniform(0.5, 1.5);
  return w;
}

double dot(const Tensor& a, const Tensor& b) {
  double total = 0;
  for (std::int64_t i = 0; i < a.size(); ++i) total += a.data<double>()[i] * b.data<double>()[i];
  return total;
}

// What two evaluations around x[i] say of dL/dx[i].
struct Differences {
  double central, left, right;
  bool kink() const { return std::abs(right - left) > 1e-3 * (1 + std::abs(central)); }
};

Differences differences(double& x, double h, const std::function<double()>& loss) {
  const double at = x, here = loss();
  x = at + h;
  const double above = loss();
  x = at - h;
  const double below = loss();
  x = at;
  return {(above - below) / (2 * h), (here - below) / h, (above - here) / h};
}

double relative(double squared_difference, double squared_norm) {
  return squared_difference == 0 ? 0 : std::sqrt(squared_difference / std::max(squared_norm, 1e-300));
}

void forget_gradients(Node& y) {
  for (std::uint32_t k = 0; k < y.input_count; ++k) y.inputs[k]->grad_valid = false;
}

// The error of one operation for one of its inputs, from dL/dy = w.
double check_input(Node& y, std::uint32_t k, const Tensor& w, std::int64_t samples) {
  Node& x = *y.inputs[k];
  const Tensor values = Tensor::adopt(make_node(y.shape, y.dtype, nullptr, {}, y.value));
  const auto loss = [&] {
    y.op->forward[1](y);
    return dot(values, w);
  };
  y.grad = w.node()->value;
  forget_gradients(y);
  y.op->backward[1](y);
  const double* gradient = x.grad_valid ? x.grad.as<double>() : nullptr;
  double difference = 0, norm = 0;
  const std::int64_t step = std::max<std::int64_t>(1, x.size / samples);
  for (std::int64_t i = 0; i < x.size; i += step) {
    const Differences numeric = differences(x.value.as<double>()[i], 1e-5, loss);
    if (numeric.kink()) continue;
    const double own = gradient ? gradient[i] : 0;
    difference += (own - numeric.central) * (own - numeric.central);
    norm += numeric.central * numeric.central + own * own;
  }
  loss();
  forget_gradients(y);
  return relative(difference, norm);
}

}  // namespace

double gradcheck(const std::function<Tensor(const std::vector<Tensor>&)>& f, const std::vector<Tensor>& inputs, double h) {
  for (const Tensor& x : inputs) x.zero_grad();
  const Tensor y = f(inputs), w = weights_for(y.shape());
  y.backward(w);
  const auto loss = [&] {
    const NoGrad no_grad;
    return dot(f(inputs), w);
  };
  double worst = 0;
  for (const Tensor& x : inputs) {
    if (!x.requires_grad()) continue;
    const Tensor gradient = x.grad().defined() ? x.grad() : zeros(x.shape(), DType::float64);
    double difference = 0, norm = 0;
    for (std::int64_t i = 0; i < x.size(); ++i) {
      const double own = gradient.data<double>()[i], numeric = differences(x.data<double>()[i], h, loss).central;
      difference += (own - numeric) * (own - numeric);
      norm += numeric * numeric;
    }
    const double error = relative(difference, std::max(norm, dot(gradient, gradient)));
    if (std::isnan(error)) return error;
    worst = std::max(worst, error);
  }
  return worst;
}

std::string gradcheck_graph(const Tensor& loss, double tolerance, std::int64_t samples) {
  if (loss.dtype() != DType::float64) fail_argument("gradcheck: expected a loss of float64, got {}", name(loss.dtype()));
  std::vector<Node*> order{loss.node()};
  std::set<Node*> seen(order.begin(), order.end());
  for (std::size_t i = 0; i < order.size(); ++i) {
    Node& y = *order[i];
    const Tensor w = weights_for(y.shape);
    for (std::uint32_t k = 0; y.op && k < y.input_count; ++k) {
      if (!y.inputs[k]->requires_grad) continue;
      if (seen.insert(y.inputs[k]).second) order.push_back(y.inputs[k]);
      const double error = check_input(y, k, w, samples);
      if (!(error <= tolerance)) {
        return fmt::format("{}: the gradient of input {} is off by {:.1e} (relative), result {}", y.op->name, k, math::printable(error),
                           to_string(y.shape));
      }
    }
    y.grad_valid = false;
  }
  return "";
}

}  // namespace descent
