#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// b = momentum·b + (1−dampening)·g, b = g at the first step;  w -= lr·b, or lr·(g + momentum·b) with nesterov      Polyak 1964, Nesterov
// 1983. Sutskever's style keeps lr·b instead of b, which differs once lr changes.
struct Sgd : RuleOptions {
  enum class Style { pytorch, sutskever };
  double momentum = 0, dampening = 0;
  bool nesterov = false;
  Style momentum_style = Style::pytorch;

  void options(Options& option) {
    RuleOptions::options(option);
    option("momentum", momentum, kNotNegative, "share of the previous direction that is kept");
    option("dampening", dampening, kUnitInterval, "share of the gradient that is left out of the direction");
    option("nesterov", nesterov, "look one step ahead along the direction");
    option("momentum_style", momentum_style, {"pytorch", "sutskever"}, "what is kept: the direction b, or the step lr·b");
  }
  void check(const Value& given, const Reading& reading) const {
    const Value* asked = given.find("nesterov");
    if (!nesterov || (momentum > 0 && dampening == 0)) return;
    reading.at("nesterov").error(asked ? *asked : given, "nesterov needs a momentum > 0 and no dampening");
  }
  static Dialects<Sgd> dialects() {
    return {{"pytorch", [](Sgd&) {}},
            {"keras", [](Sgd& s) { s.lr = 1e-2, s.decay = Decay::decoupled, s.momentum_style = Style::sutskever; }},
            {"optax", [](Sgd& s) { s.decay = Decay::none; }},
            {"paper", [](Sgd& s) { s.decay = Decay::none; }}};
  }
  Claims claims() const { return {{"rotation"}, {"min_norm"}, {"contraction"}, {"reddi"}}; }
  // On a quadratic of curvature L: 2/L without momentum, 2(1+μ)/L with it, 2(1+μ)/((1+2μ)L) with Nesterov's.
  std::optional<double> stability_limit(double curvature) const {
    if (dampening > 0) return {};
    return 2 * (1 + momentum) / (nesterov ? 1 + 2 * momentum : 1) / curvature;
  }
  std::string formula() const {
    if (momentum == 0) return "w -= lr·g";
    const std::string g = dampening == 0 ? "g" : "(1 − dampening)·g";
    if (momentum_style == Style::sutskever) return "b = momentum·b + lr·" + g + "\nw -= " + (nesterov ? "lr·g + momentum·b" : "b");
    return "b = momentum·b + " + g + "\nw -= lr·" + (nesterov ? "(g + momentum·b)" : "b");
  }

  template <class T>
  void update(Pass<T>& pass) const {
    const T rate = static_cast<T>(pass.lr);
    if (momentum == 0) return pass([=](T& w, T g) { w -= rate * g; });
    const bool keeps_step = momentum_style == Style::sutskever;
    const T keep = static_cast<T>(momentum), take = static_cast<T>(pass.t == 1 ? 1 : 1 - dampening);
    const T before = keeps_step ? rate : T(1), after = keeps_step ? T(1) : rate;  // lr is inside what is kept, or outside
    const State buffer{"momentum_buffer"};
    if (nesterov) {
      pass(
          [=](T& w, T g, T& b) {
            b = keep * b + before * (take * g);
            w -= after * (before * g + keep * b);
          },
          buffer);
    } else {
      pass(
          [=](T& w, T g, T& b) {
            b = keep * b + before * (take * g);
            w -= after * b;
          },
          buffer);
    }
  }
};

const RegisterOptimizer<Sgd> sgd("sgd", "Robbins, Monro 1951");
const RegisterOptimizer<Sgd> momentum("momentum", "Polyak 1964", [](auto& o) { o.rule.momentum = 0.9; });
const RegisterOptimizer<Sgd> nesterov("nesterov", "Nesterov 1983", [](auto& o) { o.rule.momentum = 0.9, o.rule.nesterov = true; });

}  // namespace
}  // namespace descent::optim
