#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// m = β₁·m + (1−β₁)·g;  u = max(β₂·u, |g|);  w -= lr/(1−β₁ᵗ) · m/u      Kingma, Ba 2015, algorithm 2
struct Adamax : RuleOptions {
  enum class EpsPlacement { inside, outside };
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8;
  EpsPlacement eps_placement = EpsPlacement::inside;

  Adamax() { lr = 2e-3; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("betas", betas, kFraction, "shares of the mean and of the largest gradient that are kept");
    option("eps", eps, kNotNegative, "keeps the division finite");
    option("eps_placement", eps_placement, {"inside", "outside"}, "of the maximum: max(β₂·u, |g| + eps), or u + eps");
  }
  static Dialects<Adamax> dialects() {
    return {{"pytorch", [](Adamax&) {}},
            {"keras", [](Adamax& a) { a.lr = 1e-3, a.eps = 1e-7, a.eps_placement = EpsPlacement::outside, a.decay = Decay::decoupled; }},
            {"optax", [](Adamax& a) { a.decay = Decay::none; }},
            {"paper", [](Adamax& a) { a.eps = 0, a.decay = Decay::none; }}};
  }
  static Claims claims() { return {{"rescaling"}, {"first_step"}}; }
  std::string formula() const {
    const bool is_inside = eps_placement == EpsPlacement::inside;
    return std::string("m = β₁·m + (1 − β₁)·g\nu = max(β₂·u, |g|") + (is_inside ? " + eps" : "") + ")\nw -= lr/(1 − β₁ᵗ)·m/" +
           (is_inside ? "u" : "(u + eps)");
  }

  template <class T>
  void update(Pass<T>& pass) const {
    const T b1 = static_cast<T>(betas[0]), c1 = static_cast<T>(1 - betas[0]), b2 = static_cast<T>(betas[1]);
    const T rate = static_cast<T>(pass.lr / bias_correction(betas[0], pass.t));
    const bool is_inside = eps_placement == EpsPlacement::inside;
    const T inside = static_cast<T>(is_inside ? eps : 0), outside = static_cast<T>(is_inside ? 0 : eps);
    pass(
        [=](T& w, T g, T& m, T& u) {
          m = b1 * m + c1 * g;
          const T size = std::abs(g) + inside;
          u = b2 * u > size ? b2 * u : size;
          w -= rate * m / (u + outside);
        },
        State{"exp_avg"}, State{"exp_inf"});
  }
};

const RegisterOptimizer<Adamax> adamax("adamax", "Kingma, Ba 2015");

}  // namespace
}  // namespace descent::optim
