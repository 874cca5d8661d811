#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// Adam whose rate is multiplied by r, and whose mean square is left out while there are too few gradients for it:
// ρ∞ = 2/(1−β₂) − 1;  ρ = ρ∞ − 2t·β₂ᵗ/(1−β₂ᵗ);  r = √((ρ−4)·(ρ−2)·ρ∞ / ((ρ∞−4)·(ρ∞−2)·ρ))
// w -= lr·r·√(1−β₂ᵗ)/(1−β₁ᵗ) · m/(√v + eps) where ρ > threshold, else lr/(1−β₁ᵗ)·m      Liu, Jiang, He, Chen, Liu, Gao, Han 2020
struct RAdam : RuleOptions {
  enum class Correction { hat, epsilon_hat };
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8, threshold = 5;
  Correction correction = Correction::epsilon_hat;

  void options(Options& option) {
    RuleOptions::options(option);
    option("betas", betas, kFraction, "shares of the mean and of the mean square that are kept");
    option("eps", eps, kNotNegative, "added to the root");
    option("bias_correction", correction, {"hat", "epsilon_hat"}, "of the mean square: √v/√(1 − β₂ᵗ) + eps, or √v + eps");
    option("threshold", threshold, {4}, "the length ρ of the average up to which the mean square is left out");
  }
  static Dialects<RAdam> dialects() {
    return {{"pytorch", [](RAdam&) {}},
            {"optax", [](RAdam& r) { r.correction = Correction::hat, r.decay = Decay::none; }},
            {"paper", [](RAdam& r) { r.threshold = 4, r.eps = 0, r.decay = Decay::none; }}};
  }
  std::string formula() const {
    const bool is_hat = correction == Correction::hat;
    return std::string("m = β₁·m + (1 − β₁)·g\nv = β₂·v + (1 − β₂)·g²\nρ∞ = 2/(1 − β₂) − 1\nρ = ρ∞ − 2t·β₂ᵗ/(1 − β₂ᵗ)\n") +
           "r = √((ρ − 4)·(ρ − 2)·ρ∞/((ρ∞ − 4)·(ρ∞ − 2)·ρ))\nw -= lr/(1 − β₁ᵗ)·m·(ρ > threshold ? r·" +
           (is_hat ? "1/(√v/√(1 − β₂ᵗ) + eps)" : "√(1 − β₂ᵗ)/(√v + eps)") + " : 1)";
  }
  // r, or 0 where ρ is too small.
  double rectification(std::int64_t t) const {
    const double corrected = bias_correction(betas[1], t), longest = 2 / (1 - betas[1]) - 1;
    const double length = longest - 2 * static_cast<double>(t) * (1 - corrected) / corrected;
    if (length <= threshold) return 0;
    return std::sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length));
  }

  template <class T>
  void update(Pass<T>& pass) const {
    const double rate = pass.lr / bias_correction(betas[0], pass.t), root = std::sqrt(bias_correction(betas[1], pass.t));
    const double rectified = rate * rectification(pass.t);
    const T b1 = static_cast<T>(betas[0]), c1 = static_cast<T>(1 - betas[0]), e = static_cast<T>(eps);
    const T b2 = static_cast<T>(betas[1]), c2 = static_cast<T>(1 - betas[1]);
    const auto moments = [=](T g, T& m, T& v) {
      m = b1 * m + c1 * g;
      v = b2 * v + c2 * (g * g);
    };
    const State mean{"exp_avg"}, square{"exp_avg_sq"};
    if (rectified == 0) {
      return pass([=, plain = static_cast<T>(rate)](T& w, T g, T& m, T& v) { moments(g, m, v), w -= plain * m; }, mean, square);
    }
    const bool is_hat = correction == Correction::hat;
    const T step = static_cast<T>(is_hat ? rectified : rectified * root), scale = static_cast<T>(is_hat ? 1 / root : 1);
    pass([=](T& w, T g, T& m, T& v) { moments(g, m, v), w -= step * m / (std::sqrt(v) * scale + e); }, mean, square);
  }
};

const RegisterOptimizer<RAdam> radam("radam", "Liu, Jiang, He, Chen, Liu, Gao, Han 2020");

}  // namespace
}  // namespace descent::optim
