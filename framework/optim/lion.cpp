#include "descent/core/math.h"
#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// w -= lr·sign(β₁·m + (1−β₁)·g);  m = β₂·m + (1−β₂)·g      Chen et al. 2023
struct Lion : RuleOptions {
  std::array<double, 2> betas{0.9, 0.99};

  Lion() { lr = 1e-4, decay = Decay::decoupled; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("betas", betas, kFraction, "shares of the mean in the direction, and in the next mean");
  }
  static Dialects<Lion> dialects() {
    return {{"paper", [](Lion&) {}}, {"keras", [](Lion& l) { l.lr = 1e-3; }}, {"optax", [](Lion& l) { l.weight_decay = 1e-3; }}};
  }
  static Claims claims() {
    return {{"rescaling"}, {"first_step"}, {"reddi", "its steps are equally long for rare large and for frequent small gradients"}};
  }
  std::string formula() const { return "w -= lr·sign(β₁·m + (1 − β₁)·g)\nm = β₂·m + (1 − β₂)·g"; }

  template <class T>
  void update(Pass<T>& pass) const {
    const T rate = static_cast<T>(pass.lr), b1 = static_cast<T>(betas[0]), c1 = static_cast<T>(1 - betas[0]);
    const T b2 = static_cast<T>(betas[1]), c2 = static_cast<T>(1 - betas[1]);
    pass(
        [=](T& w, T g, T& m) {
          w -= rate * math::sign(b1 * m + c1 * g);
          m = b2 * m + c2 * g;
        },
        State{"exp_avg"});
  }
};

const RegisterOptimizer<Lion> lion("lion", "Chen et al. 2023");

}  // namespace
}  // namespace descent::optim
