#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// v = α·v + (1−α)·g²;  w -= lr·g / (√v + eps)      Tieleman, Hinton 2012
// centered (Graves 2013): √(v − m²) with m = α·m + (1−α)·g;  momentum: b = momentum·b + g / (√v + eps), w -= lr·b
struct RmsProp : RuleOptions {
  enum class EpsPlacement { outside, inside };
  enum class Style { pytorch, sutskever };
  double alpha = 0.99, eps = 1e-8, momentum = 0;
  bool centered = false;
  EpsPlacement eps_placement = EpsPlacement::outside;
  Style momentum_style = Style::pytorch;

  RmsProp() { lr = 1e-2; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("alpha", alpha, kUnitInterval, "share of the mean square that is kept");
    option("eps", eps, kNotNegative, "keeps the division finite");
    option("eps_placement", eps_placement, {"outside", "inside"}, "√v + eps, or √(v + eps)");
    option("momentum", momentum, kNotNegative, "share of the previous direction that is kept");
    option("momentum_style", momentum_style, {"pytorch", "sutskever"}, "what is kept: the direction b, or the step lr·b");
    option("centered", centered, "divide by the standard deviation of the gradient instead of its root mean square");
  }
  static Dialects<RmsProp> dialects() {
    constexpr auto inside = EpsPlacement::inside;
    constexpr auto sutskever = Style::sutskever;
    return {{"pytorch", [](RmsProp&) {}},
            {"keras",
             [](RmsProp& r) {
               r.lr = 1e-3, r.alpha = 0.9, r.eps = 1e-7, r.eps_placement = inside, r.momentum_style = sutskever, r.decay = Decay::decoupled;
             }},
            {"optax", [](RmsProp& r) { r.alpha = 0.9, r.eps_placement = inside, r.momentum_style = sutskever, r.decay = Decay::none; }},
            {"paper", [](RmsProp& r) {
               r.lr = 1e-4, r.alpha = 0.95, r.eps = 1e-4, r.momentum = 0.9, r.centered = true, r.eps_placement = inside,
               r.momentum_style = sutskever, r.decay = Decay::none;
             }}};
  }
  Claims claims() const { return {{"rescaling"}, {"reddi", "its mean square forgets the rare large gradient (Reddi, Kale, Kumar 2018)"}}; }
  std::string formula() const {
    const std::string v = centered ? "v − m²" : "v";
    const std::string root =
        eps_placement == EpsPlacement::inside ? "√(" + v + " + eps)" : '(' + (centered ? "√(v − m²)" : std::string("√v")) + " + eps)";
    const std::string averages = std::string("v = α·v + (1 − α)·g²\n") + (centered ? "m = α·m + (1 − α)·g\n" : "");
    if (momentum == 0) return averages + "w -= lr·g/" + root;
    if (momentum_style == Style::sutskever) return averages + "b = momentum·b + lr·g/" + root + "\nw -= b";
    return averages + "b = momentum·b + g/" + root + "\nw -= lr·b";
  }

  template <class T>
  void update(Pass<T>& pass) const {
    const bool is_inside = eps_placement == EpsPlacement::inside, keeps_step = momentum_style == Style::sutskever;
    const T inside = static_cast<T>(is_inside ? eps : 0), outside = static_cast<T>(is_inside ? 0 : eps);
    const T rate = static_cast<T>(pass.lr), keep = static_cast<T>(alpha), take = static_cast<T>(1 - alpha), mu = static_cast<T>(momentum);
    const T before = keeps_step ? rate : T(1), after = keeps_step ? T(1) : rate;
    const auto scaled = [=](T g, T& v) {
      v = keep * v + take * (g * g);
      return g / (std::sqrt(v + inside) + outside);
    };
    const auto centred = [=](T g, T& v, T& m) {
      v = keep * v + take * (g * g);
      m = keep * m + take * g;
      return g / (std::sqrt(v - m * m + inside) + outside);
    };
    const State square{"square_avg"}, mean{"grad_avg"}, buffer{"momentum_buffer"};
    if (momentum == 0 && !centered) return pass([=](T& w, T g, T& v) { w -= rate * scaled(g, v); }, square);
    if (momentum == 0) return pass([=](T& w, T g, T& v, T& m) { w -= rate * centred(g, v, m); }, square, mean);
    if (!centered) return pass([=](T& w, T g, T& v, T& b) { w -= after * (b = mu * b + before * scaled(g, v)); }, square, buffer);
    pass([=](T& w, T g, T& v, T& b, T& m) { w -= after * (b = mu * b + before * centred(g, v, m)); }, square, buffer, mean);
  }
};

const RegisterOptimizer<RmsProp> rmsprop("rmsprop", "Tieleman, Hinton 2012");

}  // namespace
}  // namespace descent::optim
