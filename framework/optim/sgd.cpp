#include "descent/optim/optimizer.h"

namespace descent::optim {
namespace {

// b = momentum·b + (1−dampening)·g, b = g at the first step;  w -= lr·b, or lr·(g + momentum·b) with nesterov      Polyak 1964, Nesterov
// 1983
struct Sgd : RuleOptions {
  double momentum = 0, dampening = 0;
  bool nesterov = false;

  void options(Options& option) {
    RuleOptions::options(option);
    option("momentum", momentum, kNotNegative, "share of the previous direction that is kept");
    option("dampening", dampening, kUnitInterval, "share of the gradient that is left out of the direction");
    option("nesterov", nesterov, "look one step ahead along the direction");
  }
  void check(const Value& given, const Reading& reading) const {
    const Value* asked = given.find("nesterov");
    if (!nesterov || (momentum > 0 && dampening == 0)) return;
    reading.at("nesterov").error(asked ? *asked : given, "nesterov needs a momentum > 0 and no dampening");
  }

  template <class T>
  void update(Pass<T>& pass) const {
    const T rate = static_cast<T>(pass.lr);
    if (momentum == 0) return pass([=](T& w, T g) { w -= rate * g; });
    const T keep = static_cast<T>(momentum), take = static_cast<T>(pass.t == 1 ? 1 : 1 - dampening);
    const State buffer{"momentum_buffer"};
    if (nesterov) {
      pass(
          [=](T& w, T g, T& b) {
            b = keep * b + take * g;
            w -= rate * (g + keep * b);
          },
          buffer);
    } else {
      pass(
          [=](T& w, T g, T& b) {
            b = keep * b + take * g;
            w -= rate * b;
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
