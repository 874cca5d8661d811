#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// Composite mirror descent: G += g²;  η = lr/(√G + eps);  w = soft(w − η·g, η·l1)      Duchi, Hazan, Singer 2011, section 5.1
// where soft(w, l) = sign(w)·max(|w| − l, 0).
struct AdagradProximal : RuleOptions {
  double l1 = 0, initial_accumulator_value = 0, eps = 1e-8;

  AdagradProximal() { lr = 1e-2, decay = Decay::none; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("l1", l1, kNotNegative, "strength of l1·|w|, which makes small weights exactly 0");
    option("initial_accumulator_value", initial_accumulator_value, kNotNegative, "G before the first step");
    option("eps", eps, kNotNegative, "keeps the division finite");
  }
  static Dialects<AdagradProximal> dialects() {
    return {{"paper", [](AdagradProximal&) {}}};
  }
  static Claims claims() { return {{"rescaling"}, {"first_step"}, {"monotone_state"}, {"regret"}, {"reddi"}, {"equals_adagrad"}}; }
  std::string formula() const {
    return std::string("G += g²\nη = lr/(√G + eps)\nw = ") +
           (l1 == 0 ? "w − η·g" : "soft(w − η·g, η·l1)\nsoft(w, l) = sign(w)·max(|w| − l, 0)");
  }

  template <class T>
  void update(Pass<T>& pass) const {
    const T rate = static_cast<T>(pass.lr), strength = static_cast<T>(pass.lr * l1), e = static_cast<T>(eps);
    pass(
        [=](T& w, T g, T& G) {
          G += g * g;
          const T root = std::sqrt(G) + e;
          w = soft_threshold(w - rate * g / root, strength / root);
        },
        State{"sum", initial_accumulator_value});
  }
};

const RegisterOptimizer<AdagradProximal> adagrad_proximal("adagrad_proximal", "Duchi, Hazan, Singer 2011, composite mirror descent");

}  // namespace
}  // namespace descent::optim
