#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// E = rho·E + (1−rho)·g²;  d = √(D + eps)/√(E + eps) · g;  D = rho·D + (1−rho)·d²;  w -= lr·d      Zeiler 2012
struct Adadelta : RuleOptions {
  double rho = 0.9, eps = 1e-6;

  Adadelta() { lr = 1; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("rho", rho, kUnitInterval, "share of the mean squares that is kept");
    option("eps", eps, kNotNegative, "added inside both roots; without it nothing ever moves");
  }
  static Dialects<Adadelta> dialects() {
    return {{"pytorch", [](Adadelta&) {}},
            {"keras", [](Adadelta& a) { a.lr = 1e-3, a.rho = 0.95, a.eps = 1e-7, a.decay = Decay::decoupled; }},
            {"optax", [](Adadelta& a) { a.decay = Decay::none; }},
            {"paper", [](Adadelta& a) { a.rho = 0.95, a.decay = Decay::none; }}};
  }
  std::string formula() const { return "E = rho·E + (1 − rho)·g²\nd = √(D + eps)/√(E + eps)·g\nD = rho·D + (1 − rho)·d²\nw -= lr·d"; }

  template <class T>
  void update(Pass<T>& pass) const {
    const T rate = static_cast<T>(pass.lr), keep = static_cast<T>(rho), take = static_cast<T>(1 - rho), e = static_cast<T>(eps);
    pass(
        [=](T& w, T g, T& E, T& D) {
          E = keep * E + take * (g * g);
          const T d = std::sqrt(D + e) / std::sqrt(E + e) * g;
          D = keep * D + take * (d * d);
          w -= rate * d;
        },
        State{"square_avg"}, State{"acc_delta"});
  }
};

const RegisterOptimizer<Adadelta> adadelta("adadelta", "Zeiler 2012");

}  // namespace
}  // namespace descent::optim
