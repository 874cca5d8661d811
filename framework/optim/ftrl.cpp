#include "descent/core/math.h"
#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// Follow the regularised leader, with nᵖ for n^(−learning_rate_power):
// z += g + 2·l2_shrinkage·w − ((n + g²)ᵖ − nᵖ)/lr · w;  n += g²;  w = −soft(z, l1)/((nᵖ + beta)/lr + l2)      McMahan et al. 2013
// where soft(z, l) = sign(z)·max(|z| − l, 0). Without regularisation it is AdaGrad. Keras has 2·l2 in l2's place.
struct Ftrl : RuleOptions {
  enum class L2Penalty { half, whole };
  double learning_rate_power = -0.5, initial_accumulator_value = 0, l1 = 0, l2 = 0, l2_shrinkage = 0, beta = 1;
  L2Penalty l2_penalty = L2Penalty::half;

  Ftrl() { lr = 0.1, decay = Decay::none; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("learning_rate_power", learning_rate_power, {-kInfinity, 0}, "power of n in the rate of an element; 0: one rate for all");
    option("initial_accumulator_value", initial_accumulator_value, kNotNegative, "n before the first step");
    option("l1", l1, kNotNegative, "strength of l1·|w|, which makes small weights exactly 0");
    option("l2", l2, kNotNegative, "strength of the penalty on w²");
    option("l2_penalty", l2_penalty, {"half", "whole"}, "½·l2·w², or l2·w²");
    option("l2_shrinkage", l2_shrinkage, kNotNegative, "strength of l2_shrinkage·w² as a part of the loss");
    option("beta", beta, kNotNegative, "keeps the first rates small");
  }
  static Dialects<Ftrl> dialects() {
    return {{"paper", [](Ftrl&) {}}, {"keras", [](Ftrl& f) {
                                        f.lr = 1e-3, f.initial_accumulator_value = 0.1, f.beta = 0, f.l2_penalty = L2Penalty::whole,
                                        f.decay = Decay::decoupled;
                                      }}};
  }
  static Claims claims() {
    return {
        {"monotone_state"}, {"equals_adagrad"}, {"reddi"}, {"zero_gradient", "z starts at 0, so that beta pulls w to 0 in the first step"}};
  }
  std::string formula() const {
    const std::string power = learning_rate_power == -0.5 ? "√" : "pow ", shrink = l2_shrinkage == 0 ? "" : " + 2·l2_shrinkage·w";
    return "z += g" + shrink + " − (" + power + "(n + g²) − " + power + "n)/lr·w\nn += g²\nw = −" + (l1 == 0 ? "z" : "soft(z, l1)") +
           "/((" + power + "n" + (beta == 0 ? "" : " + beta") + ")/lr" +
           (l2 == 0                         ? ""
            : l2_penalty == L2Penalty::half ? " + l2"
                                            : " + 2·l2") +
           ")" + (power == "√" ? "" : "\npow n = n^(−learning_rate_power)") + (l1 == 0 ? "" : "\nsoft(z, l) = sign(z)·max(|z| − l, 0)");
  }

  template <class T>
  void update(Pass<T>& pass) const {
    if (pass.lr == 0) return;
    if (learning_rate_power == -0.5) return update(pass, [](T n) { return std::sqrt(n); });
    update(pass, [exponent = static_cast<T>(-learning_rate_power)](T n) { return math::pow(n, exponent); });
  }
  template <class T, class Power>
  void update(Pass<T>& pass, const Power& power) const {
    const T slowness = static_cast<T>(1 / pass.lr), threshold = static_cast<T>(l1), shrink = static_cast<T>(2 * l2_shrinkage);
    const T ridge = static_cast<T>((l2_penalty == L2Penalty::half ? 1 : 2) * l2 + beta / pass.lr);
    pass(
        [=](T& w, T g, T& n, T& z) {
          const T before = power(n), now = power(n += g * g), curvature = now * slowness + ridge;
          z += g + shrink * w - (now - before) * slowness * w;
          w = curvature == 0 ? w : -soft_threshold(z, threshold) / curvature;  // nothing is known of w yet
        },
        State{"accumulator", initial_accumulator_value}, State{"linear"});
  }
};

const RegisterOptimizer<Ftrl> ftrl("ftrl", "McMahan et al. 2013");

}  // namespace
}  // namespace descent::optim
