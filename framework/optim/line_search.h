#pragma once
#include <cstdint>
#include <functional>
#include <vector>

namespace descent::optim {

// The loss, its gradient and its slope along the direction after a step of length t.
struct Probe {
  double t, loss;
  std::vector<double> g;
  double slope;
};

// A step length that satisfies the strong Wolfe conditions, loss <= loss₀ + c₁·t·slope₀ and |slope| <= c₂·|slope₀| with c₁ = 10⁻⁴, c₂ =
// 0.9, or the best of `most` evaluations; first a bracket is found, then narrowed by cubic interpolation (Nocedal, Wright 2006,
// section 3.5). The choices are those of PyTorch's LBFGS. `start` is at t = 0, with a negative slope; `t` is tried first; `probe` evaluates
// at a length. `longest` is the largest element of the direction: a bracket shorter than tolerance_change in all elements ends the search.
Probe strong_wolfe(const std::function<Probe(double t)>& probe, const Probe& start, double t, double longest, double tolerance_change,
                   std::int64_t most = 26);

}  // namespace descent::optim
