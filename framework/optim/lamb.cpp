#include "descent/autograd/kernels.h"
#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// m = β₁·m + (1−β₁)·g;  v = β₂·v + (1−β₂)·g²;  u = m/(1−β₁ᵗ) / (√v/√(1−β₂ᵗ) + eps) + weight_decay·w;  w -= lr·‖w‖/‖u‖·u
// You, Li, Reddi, Hseu, Kumar, Bhojanapalli, Song, Demmel, Keutzer, Hsieh 2020; the ratio is 1 where a norm is 0
struct Lamb : RuleOptions {
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-6;
  bool is_corrected = true;

  Lamb() { decay = Decay::own; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("betas", betas, kFraction, "shares of the mean and of the mean square that are kept");
    option("eps", eps, kNotNegative, "added to the root");
    option("bias_correction", is_corrected, "divide the averages by 1 - βᵗ");
  }
  static Dialects<Lamb> dialects() {
    return {{"paper", [](Lamb&) {}}, {"optax", [](Lamb&) {}}, {"keras", [](Lamb& l) { l.eps = 1e-7, l.decay = Decay::decoupled; }}};
  }
  Claims claims() const { return {{"rescaling"}, {"permutation", "the norms round differently in another order"}}; }
  std::string formula() const {
    const std::string mean = is_corrected ? "m/(1 − β₁ᵗ)" : "m", root = is_corrected ? "√v/√(1 − β₂ᵗ)" : "√v";
    return "m = β₁·m + (1 − β₁)·g\nv = β₂·v + (1 − β₂)·g²\nu = " + mean + "/(" + root + " + eps)" +
           (decay == Decay::own ? " + weight_decay·w" : "") + "\nw -= lr·‖w‖/‖u‖·u";
  }

  template <class T>
  void update(Pass<T>& pass) const {
    const std::int64_t n = pass.value().size();
    const Tensor g = pass.gradient(), u = empty(g.shape(), g.dtype());
    T *const m = pass.state({"exp_avg"}).template data<T>(), *const v = pass.state({"exp_avg_sq"}).template data<T>();
    T* const w = pass.value().template data<T>();
    direction(n, w, g.data<T>(), m, v, u.data<T>(), pass.t);
    const double size = square_sum(n, w), length = square_sum(n, u.data<T>());
    const double ratio = size > 0 && length > 0 ? std::sqrt(size / length) : 1;
    vectorized([n, w, step = u.data<T>(), rate = static_cast<T>(pass.lr * ratio)] {
      for (std::int64_t i = 0; i < n; ++i) w[i] -= rate * step[i];
    });
  }

 private:
  template <class T>
  void direction(std::int64_t n, const T* w, const T* g, T* m, T* v, T* u, std::int64_t t) const {
    const T b1 = static_cast<T>(betas[0]), b2 = static_cast<T>(betas[1]), c1 = static_cast<T>(1 - betas[0]),
            c2 = static_cast<T>(1 - betas[1]);
    const T mean = static_cast<T>(is_corrected ? 1 / bias_correction(betas[0], t) : 1);
    const T root = static_cast<T>(is_corrected ? 1 / std::sqrt(bias_correction(betas[1], t)) : 1);
    const T pull = static_cast<T>(decay == Decay::own ? weight_decay : 0), e = static_cast<T>(eps);
    vectorized([=] {
      for (std::int64_t i = 0; i < n; ++i) {
        m[i] = b1 * m[i] + c1 * g[i];
        v[i] = b2 * v[i] + c2 * (g[i] * g[i]);
        u[i] = mean * m[i] / (std::sqrt(v[i]) * root + e) + pull * w[i];
      }
    });
  }
};

const RegisterOptimizer<Lamb> lamb("lamb", "You, Li, Reddi et al. 2020");

}  // namespace
}  // namespace descent::optim
