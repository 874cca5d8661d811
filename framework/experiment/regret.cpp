#include "descent/experiment/regret.h"

#include <algorithm>
#include <cmath>

namespace descent {
namespace {

// The rate that bounds an optimizer's regret; none without such a bound.
std::optional<double> rate_in_bound(const optim::Optimizer& optimizer) {
  for (const optim::Claim& claim : optimizer.claims()) {
    if (claim.property == std::string("regret") && !claim.why_not) return optimizer.lr();
  }
  return {};
}

}  // namespace

Regret::Regret(Problem& problem, const optim::Optimizer& optimizer)
    : problem_(problem), parameters_(problem.parameters()), rate_(rate_in_bound(optimizer)) {
  const auto points = problem.minimisers();
  if (points.empty()) fail_argument("regret is measured against the best fixed point, which is not known here");
  best_ = points.front();
  squares_.resize(best_.size());
}

void Regret::observe(std::int64_t step, double loss) {
  regret_ += loss - problem_.loss_at(best_, step);
  std::size_t i = 0;
  for (const auto& [name, value] : parameters_) {
    const Tensor gradient = value.grad();
    for (std::int64_t j = 0; j < value.size(); ++j, ++i) {
      const double g = gradient.defined() ? gradient.at(j) : 0;
      squares_[i] += g * g;
      reach_ = std::max(reach_, std::abs(value.at(j) - best_[i]));
    }
  }
}

std::optional<double> Regret::bound() const {
  if (!rate_) return {};
  double norms = 0;
  for (const double square : squares_) norms += std::sqrt(square);
  return (reach_ * reach_ / (2 * *rate_) + *rate_) * norms;
}

}  // namespace descent
