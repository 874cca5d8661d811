#include "descent/core/math.h"
#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// m = β₁·m + (1−β₁)·g;  v -= (1−β₂)·sign(v − g²)·g²;  w -= lr · m/(√v + eps)      Zaheer, Reddi, Sachan, Kale, Kumar 2018
struct Yogi : RuleOptions {
  enum class Correction { none, hat };
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-3, initial_accumulator_value = 0;
  Correction correction = Correction::none;

  Yogi() { lr = 1e-2, decay = Decay::none; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("betas", betas, kFraction, "shares of the mean and of the mean square that are kept");
    option("eps", eps, kNotNegative, "added to the root");
    option("initial_accumulator_value", initial_accumulator_value, kNotNegative, "m and v before the first step");
    option("bias_correction", correction, {"none", "hat"}, "of m and v: none, or m/(1 − β₁ᵗ) and v/(1 − β₂ᵗ)");
  }
  static Dialects<Yogi> dialects() {
    return {{"paper", [](Yogi&) {}}, {"optax", [](Yogi& y) { y.initial_accumulator_value = 1e-6, y.correction = Correction::hat; }}};
  }
  static Claims claims() { return {{"rescaling"}, {"reddi"}}; }
  std::string formula() const {
    return std::string("m = β₁·m + (1 − β₁)·g\nv -= (1 − β₂)·sign(v − g²)·g²\nw -= ") +
           (correction == Correction::hat ? "lr/(1 − β₁ᵗ)·m/(√v/√(1 − β₂ᵗ) + eps)" : "lr·m/(√v + eps)");
  }

  template <class T>
  void update(Pass<T>& pass) const {
    const bool is_hat = correction == Correction::hat;
    const T rate = static_cast<T>(is_hat ? pass.lr / bias_correction(betas[0], pass.t) : pass.lr);
    const T scale = static_cast<T>(is_hat ? 1 / std::sqrt(bias_correction(betas[1], pass.t)) : 1), e = static_cast<T>(eps);
    const T b1 = static_cast<T>(betas[0]), c1 = static_cast<T>(1 - betas[0]), c2 = static_cast<T>(1 - betas[1]);
    pass(
        [=](T& w, T g, T& m, T& v) {
          m = b1 * m + c1 * g;
          v -= c2 * math::sign(v - g * g) * (g * g);
          w -= rate * m / (std::sqrt(v) * scale + e);
        },
        State{"exp_avg", initial_accumulator_value}, State{"exp_avg_sq", initial_accumulator_value});
  }
};

const RegisterOptimizer<Yogi> yogi("yogi", "Zaheer, Reddi, Sachan, Kale, Kumar 2018");

}  // namespace
}  // namespace descent::optim
