#include <algorithm>

#include "descent/autograd/gemm.h"
#include "descent/autograd/kernels.h"
#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// b = momentum·b + (1−momentum)·g;  O = the orthogonal factor of momentum·b + (1−momentum)·g, or of b;  w -= lr·√max(1, rows/columns)·O
// Jordan, Jin, Boza, You, Cesista, Newhouse, Bernstein 2024; of more than two axes, the first are the rows. A vector has no such factor: it
// is updated by Adam with rate lr·adam_lr_ratio, since one optimizer serves all parameters of a run.
struct Muon : RuleOptions {
  enum class AdjustLr { original, match_rms_adamw };
  double momentum = 0.95, eps = 1e-7, adam_lr_ratio = 1, adam_eps = 1e-8;
  bool nesterov = true;
  std::vector<double> ns_coefficients{3.4445, -4.775, 2.0315};
  std::int64_t ns_steps = 5;
  AdjustLr adjust_lr_fn = AdjustLr::original;
  std::array<double, 2> adam_betas{0.9, 0.999};

  Muon() { weight_decay = 0.1, decay = Decay::decoupled; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("momentum", momentum, kFraction, "share of the mean gradient that is kept");
    option("nesterov", nesterov, "look one step ahead along the mean gradient");
    option("ns_coefficients", ns_coefficients, kAny, "a, b, c of the iteration X = a·X + (b·XXᵀ + c·(XXᵀ)²)·X");
    option("eps", eps, kNotNegative, "the least norm that a matrix is divided by before the iteration");
    option("ns_steps", ns_steps, {0, 99}, "iterations");
    option("adjust_lr_fn", adjust_lr_fn, {"original", "match_rms_adamw"},
           "factor on the rate: √max(1, rows/columns), or 0.2·√max(rows, columns)");
    option("adam_lr_ratio", adam_lr_ratio, kNotNegative, "of vectors: factor on the rate");
    option("adam_betas", adam_betas, kFraction, "of vectors: shares of the mean and of the mean square that are kept");
    option("adam_eps", adam_eps, kNotNegative, "of vectors: added to the root");
  }
  void check(const Value& given, const Reading& reading) const {
    if (ns_coefficients.size() == 3) return;
    const Value* asked = given.find("ns_coefficients");
    reading.at("ns_coefficients").error(asked ? *asked : given, "expected three numbers");
  }
  static Dialects<Muon> dialects() {
    return {{"pytorch", [](Muon&) {}}, {"keras", [](Muon& m) { m.ns_steps = 6, m.adam_lr_ratio = 0.1; }}};
  }
  Claims claims() const { return {{"permutation", "elements of a matrix depend on each other"}}; }
  std::string formula() const {
    const char* const factor = adjust_lr_fn == AdjustLr::original ? "√max(1, rows/columns)" : "0.2·√max(rows, columns)";
    return std::string("b = momentum·b + (1 − momentum)·g\nX = ") + (nesterov ? "momentum·b + (1 − momentum)·g" : "b") + "\nX = X/‖X‖\n" +
           std::to_string(ns_steps) + " times: X = a·X + (b·XXᵀ + c·(XXᵀ)²)·X\nw -= lr·" + factor +
           "·X\nof vectors: Adam with lr·adam_lr_ratio";
  }

  template <class T>
  void update(Pass<T>& pass) const {
    if (pass.value().rank() < 2) return adam(pass);
    const Tensor g = pass.gradient(), x = empty(g.shape(), g.dtype()), b = pass.state({"momentum_buffer"});
    vectorized([n = g.size(), slope = g.data<T>(), mean = b.data<T>(), to = x.data<T>(), keep = static_cast<T>(momentum),
                take = static_cast<T>(1 - momentum), ahead = nesterov] {
      for (std::int64_t i = 0; i < n; ++i) {
        mean[i] = keep * mean[i] + take * slope[i];
        to[i] = ahead ? keep * mean[i] + take * slope[i] : mean[i];
      }
    });
    const std::int64_t rows = g.shape()[0], columns = g.size() / std::max<std::int64_t>(rows, 1);
    const std::vector<T> o = orthogonal(rows, columns, x.data<T>());
    const auto a = static_cast<double>(rows), c = static_cast<double>(columns);
    const double factor = adjust_lr_fn == AdjustLr::original ? std::sqrt(std::max(1.0, a / c)) : 0.2 * std::sqrt(std::max(a, c));
    vectorized([n = g.size(), w = pass.value().template data<T>(), step = o.data(), rate = static_cast<T>(pass.lr * factor)] {
      for (std::int64_t i = 0; i < n; ++i) w[i] -= rate * step[i];
    });
  }

 private:
  template <class T>
  void adam(Pass<T>& pass) const {
    const double root = std::sqrt(bias_correction(adam_betas[1], pass.t));
    const T rate = static_cast<T>(pass.lr * adam_lr_ratio / bias_correction(adam_betas[0], pass.t)), scale = static_cast<T>(1 / root);
    const T b1 = static_cast<T>(adam_betas[0]), b2 = static_cast<T>(adam_betas[1]), e = static_cast<T>(adam_eps);
    const T c1 = static_cast<T>(1 - adam_betas[0]), c2 = static_cast<T>(1 - adam_betas[1]);
    pass(
        [=](T& w, T g, T& m, T& v) {
          m = b1 * m + c1 * g;
          v = b2 * v + c2 * (g * g);
          w -= rate * m / (std::sqrt(v) * scale + e);
        },
        State{"exp_avg"}, State{"exp_avg_sq"});
  }

  // Newton and Schulz's iteration brings all singular values of x near 1. On the smaller Gram matrix.
  template <class T>
  std::vector<T> orthogonal(std::int64_t rows, std::int64_t columns, const T* from) const {
    const std::int64_t m = std::min(rows, columns), n = std::max(rows, columns);
    const auto gram_size = static_cast<std::size_t>(m * m);
    std::vector<T> x(from, from + m * n), y(x.size()), gram(gram_size), square(gram_size);
    const double norm = std::max(std::sqrt(square_sum(m * n, from)), eps);
    const T a = static_cast<T>(ns_coefficients[0]), b = static_cast<T>(ns_coefficients[1]), c = static_cast<T>(ns_coefficients[2]);
    for (T& value : x) value *= static_cast<T>(norm > 0 ? 1 / norm : 0);
    for (std::int64_t k = 0; k < ns_steps; ++k) {
      const Matrix<T> now = matrix(x.data(), rows, columns), wide = rows > columns ? now.t() : now;
      gemm(wide, wide.t(), gram.data(), false);
      gemm(matrix(gram.data(), m, m), matrix(gram.data(), m, m), square.data(), false);
      for (std::size_t i = 0; i < gram_size; ++i) square[i] = b * gram[i] + c * square[i];
      const Matrix<T> factor = matrix(square.data(), m, m);
      rows > columns ? gemm(now, factor, y.data(), false) : gemm(factor, now, y.data(), false);  // the factor is symmetric
      for (std::size_t i = 0; i < x.size(); ++i) x[i] = a * x[i] + y[i];
    }
    return x;
  }
};

const RegisterOptimizer<Muon> muon("muon", "Jordan et al. 2024");

}  // namespace
}  // namespace descent::optim
