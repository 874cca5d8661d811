#include "descent/optim/optimizer.h"

namespace descent::optim {
namespace {

// v = α·v + (1−α)·g²;  w -= lr·g / (√v + eps)      Tieleman, Hinton 2012
// centered (Graves 2013): √(v − m²) with m = α·m + (1−α)·g;  momentum: b = momentum·b + g / (√v + eps), w -= lr·b
struct RmsProp : RuleOptions {
  double alpha = 0.99, eps = 1e-8, momentum = 0;
  bool centered = false;

  RmsProp() { lr = 1e-2; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("alpha", alpha, kUnitInterval, "share of the mean square that is kept");
    option("eps", eps, kNotNegative, "added to the root");
    option("momentum", momentum, kNotNegative, "share of the previous direction that is kept");
    option("centered", centered, "divide by the standard deviation of the gradient instead of its root mean square");
  }

  template <class T>
  void update(Pass<T>& pass) const {
    const T rate = static_cast<T>(pass.lr), keep = static_cast<T>(alpha), take = static_cast<T>(1 - alpha), e = static_cast<T>(eps);
    const T mu = static_cast<T>(momentum);
    const auto scaled = [=](T g, T& v) {
      v = keep * v + take * (g * g);
      return g / (std::sqrt(v) + e);
    };
    const auto centred = [=](T g, T& v, T& m) {
      v = keep * v + take * (g * g);
      m = keep * m + take * g;
      return g / (std::sqrt(v - m * m) + e);
    };
    const State square{"square_avg"}, mean{"grad_avg"}, buffer{"momentum_buffer"};
    if (momentum == 0 && !centered) return pass([=](T& w, T g, T& v) { w -= rate * scaled(g, v); }, square);
    if (momentum == 0) return pass([=](T& w, T g, T& v, T& m) { w -= rate * centred(g, v, m); }, square, mean);
    if (!centered) return pass([=](T& w, T g, T& v, T& b) { w -= rate * (b = mu * b + scaled(g, v)); }, square, buffer);
    pass([=](T& w, T g, T& v, T& b, T& m) { w -= rate * (b = mu * b + centred(g, v, m)); }, square, buffer, mean);
  }
};

const RegisterOptimizer<RmsProp> rmsprop("rmsprop", "Tieleman, Hinton 2012");

}  // namespace
}  // namespace descent::optim
