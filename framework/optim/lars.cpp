#include "descent/autograd/kernels.h"
#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// λ = trust_coefficient·‖w‖/(‖g‖ + weight_decay·‖w‖);  b = momentum·b + lr·λ·(g + weight_decay·w);  w -= b      You, Gitman, Ginsburg 2017
// λ is 1 where a norm is 0
struct Lars : RuleOptions {
  enum class DecayNorm { separate, joint };
  double momentum = 0.9, trust_coefficient = 1e-3, eps = 0;
  bool nesterov = false;
  DecayNorm decay_norm = DecayNorm::separate;

  Lars() { lr = 1, decay = Decay::own; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("momentum", momentum, kNotNegative, "share of the previous step that is kept");
    option("nesterov", nesterov, "look one step ahead along the step");
    option("trust_coefficient", trust_coefficient, kPositive, "length of a step relative to that of the parameter, at rate 1");
    option("decay_norm", decay_norm, {"separate", "joint"}, "λ's divisor: ‖g‖ + weight_decay·‖w‖, or ‖g + weight_decay·w‖");
    option("eps", eps, kNotNegative, "added to λ's divisor");
  }
  static Dialects<Lars> dialects() {
    return {{"paper", [](Lars&) {}}, {"optax", [](Lars& l) { l.decay_norm = DecayNorm::joint; }}};
  }
  Claims claims() const { return {{"rotation"}, {"rescaling"}, {"permutation", "the norms round differently in another order"}}; }
  std::string formula() const {
    const std::string divisor = decay_norm == DecayNorm::joint ? "‖g + weight_decay·w‖" : "‖g‖ + weight_decay·‖w‖";
    return "λ = trust_coefficient·‖w‖/(" + divisor +
           " + eps)\nu = lr·λ·(g + weight_decay·w)\nb = momentum·b + u\nw -= " + (nesterov ? "u + momentum·b" : "b");
  }

  template <class T>
  void update(Pass<T>& pass) const {
    const Tensor g = pass.gradient(), b = pass.state({"momentum_buffer"});
    const T rate = static_cast<T>(pass.lr * trust(pass.value().size(), pass.value().template data<T>(), g.data<T>()));
    const T pull = static_cast<T>(weight_decay), keep = static_cast<T>(momentum), ahead = nesterov ? keep : T(1);
    vectorized([=, n = g.size(), w = pass.value().template data<T>(), slope = g.data<T>(), step = b.data<T>(), own = T(nesterov)] {
      for (std::int64_t i = 0; i < n; ++i) {
        const T u = rate * (slope[i] + pull * w[i]);
        step[i] = keep * step[i] + u;
        w[i] -= ahead * step[i] + own * u;
      }
    });
  }

 private:
  template <class T>
  double trust(std::int64_t n, const T* w, const T* g) const {
    const double size = std::sqrt(square_sum(n, w));
    double divisor = std::sqrt(square_sum(n, g)) + weight_decay * size;
    if (decay_norm == DecayNorm::joint && weight_decay > 0) {
      vectorized([=, &divisor, pull = weight_decay] {
        const auto square = [=](std::int64_t i) {
          const double u = static_cast<double>(g[i]) + pull * static_cast<double>(w[i]);
          return u * u;
        };
        divisor = std::sqrt(lane_sum<double>(n, square));
      });
    }
    return size > 0 && divisor > 0 ? trust_coefficient * size / (divisor + eps) : 1;
  }
};

const RegisterOptimizer<Lars> lars("lars", "You, Gitman, Ginsburg 2017");

}  // namespace
}  // namespace descent::optim
