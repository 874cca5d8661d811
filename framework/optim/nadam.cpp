#include "descent/core/math.h"
#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// Adam with Nesterov's momentum, μₜ = β₁·(1 − ½·0.96^(ψ·t)), where ψ is momentum_decay:
// w -= lr·((1−μₜ)/(1−μ₁…μₜ)·g + μₜ₊₁/(1−μ₁…μₜ₊₁)·m) / (√v/√(1−β₂ᵗ) + eps)      Dozat 2016
struct NAdam : RuleOptions {
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8, momentum_decay = 4e-3, momentum_warmup = 0.5;

  NAdam() { lr = 2e-3; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("betas", betas, kFraction, "shares of the mean and of the mean square that are kept");
    option("eps", eps, kNotNegative, "added to the root");
    option("momentum_decay", momentum_decay, kNotNegative, "how fast the momentum rises to β₁");
    option("momentum_warmup", momentum_warmup, kUnitInterval, "share of β₁ that it has yet to rise at the start; 0: it is β₁ always");
  }
  static Dialects<NAdam> dialects() {
    return {{"pytorch", [](NAdam&) {}},
            {"keras", [](NAdam& n) { n.lr = 1e-3, n.eps = 1e-7, n.momentum_decay = 1, n.decay = Decay::decoupled; }},
            {"optax", [](NAdam& n) { n.momentum_warmup = 0, n.decay = Decay::none; }},
            {"paper", [](NAdam& n) { n.decay = Decay::none; }}};
  }
  static Claims claims() { return {{"rescaling"}}; }
  std::string formula() const {
    const std::string mu = momentum_warmup == 0 ? "β₁" : "β₁·(1 − momentum_warmup·0.96^(momentum_decay·t))";
    return "m = β₁·m + (1 − β₁)·g\nv = β₂·v + (1 − β₂)·g²\nμₜ = " + mu +
           "\nw -= lr·((1 − μₜ)/(1 − μ₁…μₜ)·g + μₜ₊₁/(1 − μ₁…μₜ₊₁)·m)/(√v/√(1 − β₂ᵗ) + eps)";
  }
  double momentum_at(std::int64_t t) const {
    return betas[0] * (1 - momentum_warmup * math::pow(0.96, static_cast<double>(t) * momentum_decay));
  }

  template <class T>
  void update(Pass<T>& pass) const {
    const double mu = momentum_at(pass.t), next = momentum_at(pass.t + 1);
    double& product = pass.scalar({"mu_product", 1});
    product *= mu;
    const T of_gradient = static_cast<T>(pass.lr * (1 - mu) / (1 - product));
    const T of_mean = static_cast<T>(pass.lr * next / (1 - product * next));
    const T b1 = static_cast<T>(betas[0]), c1 = static_cast<T>(1 - betas[0]), e = static_cast<T>(eps);
    const T b2 = static_cast<T>(betas[1]), c2 = static_cast<T>(1 - betas[1]);
    const T scale = static_cast<T>(1 / std::sqrt(bias_correction(betas[1], pass.t)));
    pass(
        [=](T& w, T g, T& m, T& v) {
          m = b1 * m + c1 * g;
          v = b2 * v + c2 * (g * g);
          w -= (of_gradient * g + of_mean * m) / (std::sqrt(v) * scale + e);
        },
        State{"exp_avg"}, State{"exp_avg_sq"});
  }
};

const RegisterOptimizer<NAdam> nadam("nadam", "Dozat 2016");

}  // namespace
}  // namespace descent::optim
