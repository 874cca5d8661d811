#include <algorithm>

#include "descent/core/math.h"
#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// w *= 1 − lambd·eta;  w -= eta·g;  average += mu·(w − average)      Polyak, Juditsky 1992
// with mu = 1/max(1, t − 1 − t0) and eta = lr/(1 + lambd·lr·(t−1))^alpha. As in PyTorch eta comes from the rate of the step before.
struct Asgd : RuleOptions {
  double lambd = 1e-4, alpha = 0.75, t0 = 1e6;

  Asgd() { lr = 1e-2; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("lambd", lambd, kNotNegative, "how fast the rate falls, and the pull towards zero");
    option("alpha", alpha, kNotNegative, "power with which the rate falls");
    option("t0", t0, kNotNegative, "steps before the averaging starts");
  }
  static Dialects<Asgd> dialects() {
    return {{"pytorch", [](Asgd&) {}}};
  }
  static Claims claims() { return {{"rotation"}, {"reddi"}, {"zero_gradient", "lambd pulls w towards 0, as a weight decay does"}}; }
  std::string formula() const {
    return "η = lr/(1 + lambd·lr·(t − 1))^alpha\nw = (1 − lambd·η)·w − η·g\naverage += (w − average)/max(1, t − 1 − t0)";
  }

  template <class T>
  void update(Pass<T>& pass) const {
    double& eta = pass.scalar({"eta", pass.lr});
    const double past = static_cast<double>(pass.t - 1) - t0;
    const T rate = static_cast<T>(eta), shrink = static_cast<T>(1 - lambd * eta), kept = static_cast<T>(1 - 1 / std::max(1.0, past));
    pass(
        [=](T& w, T g, T& average) {
          w = w * shrink - rate * g;
          average = w - (w - average) * kept;  // also reads what it replaces by w: memory that is only written is slower
        },
        State{"average"});
    eta = pass.lr / math::pow(1 + lambd * pass.lr * static_cast<double>(pass.t), alpha);
  }
};

const RegisterOptimizer<Asgd> asgd("asgd", "Polyak, Juditsky 1992");

}  // namespace
}  // namespace descent::optim
