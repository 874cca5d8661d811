#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// Dual averaging: u += g;  G += g²;  w = −lr · soft(u, t·l1)/(√G + eps)      Duchi, Hazan, Singer 2011, section 5.1
// where soft(u, l) = sign(u)·max(|u| − l, 0): the minimum of lr·(⟨u, w⟩ + t·l1·|w|) + ½·⟨w, (√G + eps)·w⟩. Far more weights are exactly 0
// than with a step from the last w.
struct AdagradDa : RuleOptions {
  double l1 = 0, initial_accumulator_value = 0, eps = 1e-8;

  AdagradDa() { lr = 1e-2, decay = Decay::none; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("l1", l1, kNotNegative, "strength of l1·|w|");
    option("initial_accumulator_value", initial_accumulator_value, kNotNegative, "G before the first step");
    option("eps", eps, kNotNegative, "keeps the division finite");
  }
  static Dialects<AdagradDa> dialects() {
    return {{"paper", [](AdagradDa&) {}}};
  }
  static Claims claims() {
    return {{"rescaling"},
            {"first_step"},
            {"monotone_state"},
            {"reddi"},
            {"regret"},
            {"zero_gradient", "it starts from 0 whatever w is: w is made of the sum of the gradients alone"},
            {"zero_rate", "it starts from 0 whatever w is: w is made of the sum of the gradients alone"}};
  }
  std::string formula() const {
    return std::string("u += g\nG += g²\nw = −lr·") + (l1 == 0 ? "u" : "soft(u, t·l1)") + "/(√G + eps)" +
           (l1 == 0 ? "" : "\nsoft(u, l) = sign(u)·max(|u| − l, 0)");
  }

  template <class T>
  void update(Pass<T>& pass) const {
    const T rate = static_cast<T>(pass.lr), threshold = static_cast<T>(l1 * static_cast<double>(pass.t)), e = static_cast<T>(eps);
    pass(
        [=](T& w, T g, T& G, T& u) {
          u += g;
          G += g * g;
          w = -rate * soft_threshold(u, threshold) / (std::sqrt(G) + e);
        },
        State{"sum", initial_accumulator_value}, State{"gradient_sum"});
  }
};

const RegisterOptimizer<AdagradDa> adagrad_da("adagrad_da", "Duchi, Hazan, Singer 2011, dual averaging");

}  // namespace
}  // namespace descent::optim
