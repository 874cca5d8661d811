#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// G += g²;  w -= lr/(1 + (t−1)·lr_decay) · g / (√G + eps)      Duchi, Hazan, Singer 2011; with eps inside the root, √(G + eps), Ruder 2016
struct Adagrad : RuleOptions {
  enum class EpsPlacement { outside, inside };
  double lr_decay = 0, initial_accumulator_value = 0, eps = 1e-10;
  EpsPlacement eps_placement = EpsPlacement::outside;

  Adagrad() { lr = 1e-2; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("lr_decay", lr_decay, kNotNegative, "the rate of step t is lr/(1 + (t-1)·lr_decay)");
    option("initial_accumulator_value", initial_accumulator_value, kNotNegative, "G before the first step");
    option("eps", eps, kNotNegative, "keeps the division finite");
    option("eps_placement", eps_placement, {"outside", "inside"}, "√G + eps, or √(G + eps)");
  }
  static Dialects<Adagrad> dialects() {
    constexpr auto inside = EpsPlacement::inside;
    return {{"pytorch", [](Adagrad&) {}},
            {"keras",
             [](Adagrad& a) {
               a.lr = 1e-3, a.initial_accumulator_value = 0.1, a.eps = 1e-7, a.eps_placement = inside, a.decay = Decay::decoupled;
             }},
            {"optax", [](Adagrad& a) { a.initial_accumulator_value = 0.1, a.eps = 1e-7, a.eps_placement = inside, a.decay = Decay::none; }},
            {"paper", [](Adagrad& a) { a.eps = 1e-8, a.decay = Decay::none; }},
            {"tutorial", [](Adagrad& a) { a.eps = 1e-8, a.eps_placement = inside, a.decay = Decay::none; }}};
  }
  Claims claims() const { return {{"rescaling"}, {"first_step"}, {"monotone_state"}, {"regret"}, {"reddi"}}; }
  std::string formula() const {
    const std::string rate = lr_decay == 0 ? "lr" : "lr/(1 + (t − 1)·lr_decay)";
    return "G += g²\nw -= " + rate + "·g/" + (eps_placement == EpsPlacement::inside ? "√(G + eps)" : "(√G + eps)");
  }

  template <class T>
  void update(Pass<T>& pass) const {
    const T rate = static_cast<T>(pass.lr / (1 + static_cast<double>(pass.t - 1) * lr_decay));
    const bool is_inside = eps_placement == EpsPlacement::inside;
    const T inside = static_cast<T>(is_inside ? eps : 0), outside = static_cast<T>(is_inside ? 0 : eps);
    pass(
        [=](T& w, T g, T& G) {
          G += g * g;
          w -= rate * g / (std::sqrt(G + inside) + outside);
        },
        State{"sum", initial_accumulator_value});
  }
};

const RegisterOptimizer<Adagrad> adagrad("adagrad", "Duchi, Hazan, Singer 2011");

}  // namespace
}  // namespace descent::optim
