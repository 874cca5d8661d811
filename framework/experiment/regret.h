#pragma once
#include <optional>
#include <vector>

#include "descent/experiment/problem.h"
#include "descent/optim/optimizer.h"

namespace descent {

// What an online learner has lost: Σₜ fₜ(xₜ) − fₜ(x*), with x* the best fixed point; and for AdaGrad the bound that it cannot pass,
// (D²/(2·lr) + lr)·Σᵢ‖g₁..ₜ,ᵢ‖₂ with D the greatest |xₜ,ᵢ − x*ᵢ| so far: Duchi, Hazan, Singer 2011, theorem 5.
class Regret {
 public:
  // There is a bound where the optimizer claims that theorem. Throws when the problem's best point is not known.
  Regret(Problem& problem, const optim::Optimizer& optimizer);
  // Before the update of a step whose loss and gradients are there.
  void observe(std::int64_t step, double loss);
  double regret() const { return regret_; }
  std::optional<double> bound() const;

 private:
  Problem& problem_;
  NamedTensors parameters_;
  std::optional<double> rate_;
  std::vector<double> best_, squares_;
  double regret_ = 0, reach_ = 0;
};

}  // namespace descent
