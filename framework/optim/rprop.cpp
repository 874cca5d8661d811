#include "descent/core/math.h"
#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// Every element has a step of its own, lr at the start, that grows by etas[1] while g keeps its sign and shrinks by etas[0] when it turns:
// w -= step·sign(g). A turned g counts as 0, so that the element rests (iRprop−, Igel, Hüsken 2003) or takes its last step back
// (Riedmiller, Braun 1993).
struct Rprop : RuleOptions {
  std::array<double, 2> etas{0.5, 1.2}, step_sizes{1e-6, 50};
  bool backtrack = false;

  Rprop() { lr = 1e-2, decay = Decay::none; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("etas", etas, kPositive, "factors on the step when the gradient turns, and when it does not");
    option("step_sizes", step_sizes, kNotNegative, "the smallest and the largest step");
    option("backtrack", backtrack, "when the gradient turns, take the last step back instead of resting");
  }
  void check(const Value& given, const Reading& reading) const {
    const auto require = [&](bool holds, const char* name, const char* what) {
      if (!holds) reading.at(name).error(given.find(name) ? *given.find(name) : given, what);
    };
    require(etas[0] < 1 && etas[1] > 1, "etas", "expected a factor below 1 and one above 1");
    require(step_sizes[0] <= step_sizes[1], "step_sizes", "expected the smallest step first");
  }
  static Dialects<Rprop> dialects() {
    return {{"pytorch", [](Rprop&) {}}, {"optax", [](Rprop&) {}}, {"paper", [](Rprop& r) { r.lr = 0.1, r.backtrack = true; }}};
  }
  static Claims claims() {
    return {{"rescaling"}, {"first_step"}, {"zero_rate", "lr is only the first step, and none is shorter than step_sizes[0]"}};
  }
  std::string formula() const {
    return std::string("g·last < 0: step = max(etas₁·step, step_sizes₁), g = 0") + (backtrack ? ", w += the step before·sign(last)" : "") +
           "\ng·last > 0: step = min(etas₂·step, step_sizes₂)\nw -= step·sign(g)\nlast = g";
  }

  template <class T>
  void update(Pass<T>& pass) const {
    const T down = static_cast<T>(etas[0]), up = static_cast<T>(etas[1]), back = static_cast<T>(backtrack);
    const T least = static_cast<T>(step_sizes[0]), most = static_cast<T>(step_sizes[1]);
    pass(
        [=](T& w, T g, T& last, T& step) {
          const T agreement = g * last, kept = agreement < 0 ? T(0) : g;
          w += (agreement < 0 ? back : T(0)) * step * math::sign(last);
          step *= agreement > 0 ? up : agreement < 0 ? down : T(1);
          step = step < least ? least : step > most ? most : step;
          w -= step * math::sign(kept);
          last = kept;
        },
        State{"prev"}, State{"step_size", pass.lr});
  }
};

const RegisterOptimizer<Rprop> rprop("rprop", "Riedmiller, Braun 1993");

}  // namespace
}  // namespace descent::optim
