#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// m = β₁·m + (1−β₁)·g;  v = β₂·v + (1−β₂)·g²;  w -= lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + eps)      Kingma, Ba 2015
// amsgrad (Reddi, Kale, Kumar 2018): the largest v so far instead of v;  adamw (Loshchilov, Hutter 2019): decoupled weight decay
struct Adam : RuleOptions {
  enum class Correction { hat, epsilon_hat, none };
  enum class Maximum { raw, corrected };
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8;
  bool amsgrad = false;
  Correction correction = Correction::hat;
  Maximum amsgrad_maximum = Maximum::raw;

  void options(Options& option) {
    RuleOptions::options(option);
    option("betas", betas, kFraction, "shares of the mean and of the mean square that are kept");
    option("eps", eps, kNotNegative, "added to the root");
    option("bias_correction", correction, {"hat", "epsilon_hat", "none"},
           "of the averages: √v/√(1 − β₂ᵗ) + eps, or √v + eps with the correction in the rate, or none");
    option("amsgrad", amsgrad, "divide by the largest mean square so far");
    option("amsgrad_maximum", amsgrad_maximum, {"raw", "corrected"}, "what is compared: v, or v/(1 − β₂ᵗ)");
  }
  static Dialects<Adam> dialects() {
    return {{"pytorch", [](Adam&) {}},
            {"keras", [](Adam& a) { a.eps = 1e-7, a.correction = Correction::epsilon_hat, a.set_decay(Decay::decoupled, 4e-3); }},
            {"optax", [](Adam& a) { a.amsgrad_maximum = Maximum::corrected, a.set_decay(Decay::none, 1e-4); }},
            {"paper", [](Adam& a) { a.set_decay(Decay::none, 1e-2), a.correction = a.amsgrad ? Correction::none : Correction::hat; }}};
  }
  // Of adam and amsgrad, which have none by default; adamw's is always decoupled.
  void set_decay(Decay of_adam, double of_adamw) {
    if (decay == Decay::decoupled) weight_decay = of_adamw;
    if (decay != Decay::decoupled) decay = of_adam;
  }
  Claims claims() const {
    const Claim reddi{"reddi", "the mean square forgets the rare large gradient (Reddi, Kale, Kumar 2018)"};
    return {{"rescaling"}, {"first_step"}, {"bounded_step"}, amsgrad ? Claim{"reddi"} : reddi};
  }
  std::string formula() const {
    const bool is_hat = correction == Correction::hat, is_plain = correction == Correction::none;
    const std::string v = !amsgrad ? "v" : "u",
                      root = is_hat && !(amsgrad && amsgrad_maximum == Maximum::corrected) ? "√" + v + "/√(1 − β₂ᵗ)" : "√" + v;
    const std::string largest = !amsgrad ? "" : amsgrad_maximum == Maximum::raw ? "u = max(u, v)\n" : "u = max(u, v/(1 − β₂ᵗ))\n";
    const std::string rate = is_plain ? "lr" : is_hat ? "lr/(1 − β₁ᵗ)" : "lr·√(1 − β₂ᵗ)/(1 − β₁ᵗ)";
    return "m = β₁·m + (1 − β₁)·g\nv = β₂·v + (1 − β₂)·g²\n" + largest + "w -= " + rate + "·m/(" + root + " + eps)";
  }

  template <class T>
  void update(Pass<T>& pass) const {
    const T b1 = static_cast<T>(betas[0]), b2 = static_cast<T>(betas[1]), e = static_cast<T>(eps);
    const T c1 = static_cast<T>(1 - betas[0]), c2 = static_cast<T>(1 - betas[1]);
    const double first = correction == Correction::none ? 1 : bias_correction(betas[0], pass.t);
    const double root = correction == Correction::none ? 1 : std::sqrt(bias_correction(betas[1], pass.t));
    const T rate = static_cast<T>(pass.lr / first * (correction == Correction::epsilon_hat ? root : 1));
    const T scale = static_cast<T>(correction == Correction::hat ? 1 / root : 1);
    const auto moments = [=](T g, T& m, T& v) {
      m = b1 * m + c1 * g;
      v = b2 * v + c2 * (g * g);
    };
    const State mean{"exp_avg"}, square{"exp_avg_sq"}, largest{"max_exp_avg_sq"};
    if (!amsgrad) {
      return pass(
          [=](T& w, T g, T& m, T& v) {
            moments(g, m, v);
            w -= rate * m / (std::sqrt(v) * scale + e);
          },
          mean, square);
    }
    const bool is_corrected = amsgrad_maximum == Maximum::corrected;
    const T compared = static_cast<T>(is_corrected ? 1 / (root * root) : 1), divided = is_corrected ? T(1) : scale;
    pass(
        [=](T& w, T g, T& m, T& v, T& top) {
          moments(g, m, v);
          top = compared * v > top ? compared * v : top;
          w -= rate * m / (std::sqrt(top) * divided + e);
        },
        mean, square, largest);
  }
};

const RegisterOptimizer<Adam> adam("adam", "Kingma, Ba 2015");
const RegisterOptimizer<Adam> amsgrad("amsgrad", "Reddi, Kale, Kumar 2018", [](auto& o) { o.rule.amsgrad = true; });
const RegisterOptimizer<Adam> adamw("adamw", "Loshchilov, Hutter 2019",
                                    [](auto& o) { o.rule.decay = RuleOptions::Decay::decoupled, o.rule.weight_decay = 1e-2; });

}  // namespace
}  // namespace descent::optim
