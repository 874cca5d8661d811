#include "descent/core/math.h"
#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// m = momentum·m + (1−momentum)·g;  w -= lr·sign(m)      Bernstein, Wang, Azizzadenesheli, Anandkumar 2018
struct SignSgd : RuleOptions {
  double momentum = 0;

  SignSgd() { lr = 1e-4, decay = Decay::decoupled; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("momentum", momentum, kFraction, "share of the mean gradient that is kept");
  }
  static Dialects<SignSgd> dialects() {
    return {{"paper", [](SignSgd&) {}}, {"optax", [](SignSgd& s) { s.decay = Decay::none; }}};
  }
  static Claims claims() {
    return {{"rescaling"}, {"first_step"}, {"reddi", "its steps are equally long for rare large and for frequent small gradients"}};
  }
  std::string formula() const { return momentum == 0 ? "w -= lr·sign(g)" : "m = momentum·m + (1 − momentum)·g\nw -= lr·sign(m)"; }

  template <class T>
  void update(Pass<T>& pass) const {
    const T rate = static_cast<T>(pass.lr), keep = static_cast<T>(momentum), take = static_cast<T>(1 - momentum);
    if (momentum == 0) return pass([=](T& w, T g) { w -= rate * math::sign(g); });
    pass([=](T& w, T g, T& m) { w -= rate * math::sign(m = keep * m + take * g); }, State{"momentum_buffer"});
  }
};

const RegisterOptimizer<SignSgd> signsgd("signsgd", "Bernstein, Wang, Azizzadenesheli, Anandkumar 2018");
const RegisterOptimizer<SignSgd> signum("signum", "Bernstein, Wang, Azizzadenesheli, Anandkumar 2018",
                                        [](auto& o) { o.rule.momentum = 0.9; });

}  // namespace
}  // namespace descent::optim
