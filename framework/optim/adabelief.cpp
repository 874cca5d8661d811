#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// m = β₁·m + (1−β₁)·g;  s = β₂·s + (1−β₂)·(g − m)² + eps_root;  w -= lr/(1−β₁ᵗ) · m/(√s/√(1−β₂ᵗ) + eps)      Zhuang et al. 2020
struct AdaBelief : RuleOptions {
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8, eps_root = 0;

  AdaBelief() { decay = Decay::decoupled; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("betas", betas, kFraction, "shares of the mean and of the mean square deviation that are kept");
    option("eps", eps, kNotNegative, "added to the root");
    option("eps_root", eps_root, kNotNegative, "added to the mean square, in every step anew");
  }
  static Dialects<AdaBelief> dialects() {
    return {{"paper", [](AdaBelief&) {}}, {"optax", [](AdaBelief& a) { a.eps = a.eps_root = 1e-16, a.decay = Decay::none; }}};
  }
  static Claims claims() { return {{"rescaling"}}; }
  std::string formula() const {
    return std::string("m = β₁·m + (1 − β₁)·g\ns = β₂·s + (1 − β₂)·(g − m)²") + (eps_root == 0 ? "" : " + eps_root") +
           "\nw -= lr/(1 − β₁ᵗ)·m/(√s/√(1 − β₂ᵗ) + eps)";
  }

  template <class T>
  void update(Pass<T>& pass) const {
    const T rate = static_cast<T>(pass.lr / bias_correction(betas[0], pass.t)), e = static_cast<T>(eps);
    const T root = static_cast<T>(eps_root);
    const T scale = static_cast<T>(1 / std::sqrt(bias_correction(betas[1], pass.t)));
    const T b1 = static_cast<T>(betas[0]), c1 = static_cast<T>(1 - betas[0]);
    const T b2 = static_cast<T>(betas[1]), c2 = static_cast<T>(1 - betas[1]);
    pass(
        [=](T& w, T g, T& m, T& s) {
          m = b1 * m + c1 * g;
          s = b2 * s + c2 * ((g - m) * (g - m)) + root;
          w -= rate * m / (std::sqrt(s) * scale + e);
        },
        State{"exp_avg"}, State{"exp_avg_var"});
  }
};

const RegisterOptimizer<AdaBelief> adabelief("adabelief", "Zhuang et al. 2020");

}  // namespace
}  // namespace descent::optim
