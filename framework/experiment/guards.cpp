#include "descent/experiment/guards.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <xtensor-blas/xlinalg.hpp>
#include <xtensor/xtensor.hpp>

namespace descent {
namespace {

constexpr std::int64_t kMostNumbers = 100;

using Matrix = xt::xtensor<double, 2>;

void move(const Tensor& value, std::int64_t i, double by) {
  dispatch(value.dtype(), [&](auto zero) { value.data<decltype(zero)>()[i] += static_cast<decltype(zero)>(by); });
}

std::vector<double> gradient_of(Problem& problem, const NamedTensors& parameters) {
  for (const auto& [name, value] : parameters) value.zero_grad();
  problem.loss(1).backward();
  std::vector<double> all;
  for (const auto& [name, value] : parameters) {
    const Tensor gradient = value.grad();
    for (std::int64_t i = 0; i < value.size(); ++i) all.push_back(gradient.defined() ? gradient.at(i) : 0);
  }
  return all;
}

// Each column is what one unit along a parameter changes in the gradient: the Hessian, if the function is quadratic.
Matrix differences(Problem& problem, const NamedTensors& parameters) {
  const std::vector<double> base = gradient_of(problem, parameters);
  Matrix h = xt::zeros<double>({base.size(), base.size()});
  std::size_t column = 0;
  for (const auto& [name, value] : parameters) {
    for (std::int64_t i = 0; i < value.size(); ++i, ++column) {
      move(value, i, 1);
      const std::vector<double> moved = gradient_of(problem, parameters);
      move(value, i, -1);
      for (std::size_t row = 0; row < base.size(); ++row) h(row, column) = moved[row] - base[row];
    }
  }
  return h;
}

// The largest eigenvalue of the Hessian of a quadratic; none if the Hessian is another elsewhere, or not finite.
std::optional<double> greatest_curvature(Problem& problem) {
  if (parameter_count(problem) > kMostNumbers) return {};
  NamedTensors parameters = problem.parameters();
  std::vector<Tensor> start;
  for (const auto& [name, value] : parameters) start.push_back(value.clone());
  const Matrix here = differences(problem, parameters);
  for (const auto& [name, value] : parameters) {
    for (std::int64_t i = 0; i < value.size(); ++i) move(value, i, 0.5);
  }
  const Matrix there = differences(problem, parameters);
  for (std::size_t i = 0; i < parameters.size(); ++i) optim::swap_values(parameters[i].second, start[i]);
  for (const auto& [name, value] : parameters) value.zero_grad();
  const Matrix change = xt::abs(here - there), size = xt::abs(here);
  const double largest = xt::amax(size)(), difference = xt::amax(change)();
  if (!(difference <= 1e-6 * largest) || !std::isfinite(largest)) return {};
  const xt::xtensor<double, 1> eigenvalues = xt::linalg::eigvalsh(here);
  return xt::amax(eigenvalues)();
}

}  // namespace

std::string idle_parameters(const optim::Optimizer& optimizer) {
  std::vector<std::string> idle;
  for (const optim::Parameter& parameter : optimizer.parameters()) {
    if (!parameter.has_gradient()) idle.push_back('\'' + parameter.name + '\'');
  }
  if (idle.empty()) return "";
  return fmt::format("{} of {} parameters got no gradient and will not be trained: {}", idle.size(), optimizer.parameters().size(),
                     fmt::join(idle.begin(), idle.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(5, idle.size())), ", "));
}

std::string unstable_rate(Problem& problem, const optim::Optimizer& optimizer) {
  if (problem.steps_per_epoch() > 0 || !optimizer.stability_limit(1)) return "";
  const auto curvature = greatest_curvature(problem);
  if (!curvature || *curvature <= 0) return "";
  const double limit = *optimizer.stability_limit(*curvature);
  if (optimizer.lr() < limit) return "";
  return fmt::format(
      "lr {:.6g} is not below {:.6g}, from which on {:.6g}/L makes the steps grow: L = {:.6g} is the largest curvature of this quadratic",
      optimizer.lr(), limit, limit * *curvature, *curvature);
}

std::vector<std::string> doubts(Problem& problem, const optim::Optimizer& optimizer) {
  std::vector<std::string> all{problem.doubt(), unstable_rate(problem, optimizer)};
  all.erase(std::remove(all.begin(), all.end(), ""), all.end());
  return all;
}

}  // namespace descent
