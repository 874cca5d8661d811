#include <algorithm>
#include <limits>
#include <xtensor-blas/xlinalg.hpp>
#include <xtensor/xadapt.hpp>

#include "descent/autograd/gemm.h"
#include "descent/core/math.h"
#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// f(A) = V·diag(f(λ))·Vᵀ of the symmetric matrix A = V·diag(λ)·Vᵀ of n rows. NaN where A is not finite.
template <class F>
std::vector<double> of_symmetric(std::size_t n, const std::vector<double>& a, const F& f) {
  if (!std::all_of(a.begin(), a.end(), [](double x) { return std::isfinite(x); })) {
    return std::vector<double>(a.size(), std::numeric_limits<double>::quiet_NaN());
  }
  const std::array<std::size_t, 2> shape{n, n};
  const auto system = xt::linalg::eigh(xt::adapt(a.data(), a.size(), xt::no_ownership(), shape));
  const auto& values = std::get<0>(system);
  const auto& vectors = std::get<1>(system);
  std::vector<double> v(a.size()), scaled(a.size()), result(a.size());
  for (std::size_t k = 0; k < n; ++k) {
    const double factor = f(values(k));
    for (std::size_t i = 0; i < n; ++i) {
      v[i * n + k] = vectors(i, k);
      scaled[i * n + k] = factor * vectors(i, k);
    }
  }
  const auto rows = static_cast<std::int64_t>(n);
  gemm(matrix(scaled.data(), rows, rows), matrix(v.data(), rows, rows).t(), result.data(), false);
  return result;
}

// L += G·Gᵀ;  R += Gᵀ·G;  w -= lr·(L + ε)^−¼·G·(R + ε)^−¼, ε = matrix_eps      Gupta, Koren, Singer 2018
// Of k axes, each has its matrix, raised to −1/(2k): a vector gets full-matrix AdaGrad. An axis longer than max_size has the diagonal only,
// as in the paper's experiments.
struct Shampoo : RuleOptions {
  double momentum = 0, matrix_eps = 1e-6;
  std::int64_t preconditioning_compute_steps = 1, max_size = 1200;

  void options(Options& option) {
    RuleOptions::options(option);
    option("momentum", momentum, kFraction, "share of the previous direction that is kept");
    option("matrix_eps", matrix_eps, kPositive, "added to the diagonal of every matrix");
    option("preconditioning_compute_steps", preconditioning_compute_steps, kAtLeastOne, "steps between two computations of the roots");
    option("max_size", max_size, kNotNegative, "the longest axis that has a full matrix");
  }
  Claims claims() const { return {{"permutation", "elements of one row or column share its statistics"}}; }
  std::string formula() const {
    const std::string direction = "(L + matrix_eps)^−¼·G·(R + matrix_eps)^−¼";
    return "L += G·Gᵀ\nR += Gᵀ·G\n" + (momentum == 0 ? "w -= lr·" + direction : "b = momentum·b + " + direction + "\nw -= lr·b");
  }

  template <class T>
  void update(Pass<T>& pass) const {
    const Tensor g = pass.gradient();
    Tensor direction = g;
    for (int axis = 0; axis < std::max(g.rank(), 1); ++axis) direction = precondition(pass, g, direction, axis);
    T* const b = momentum > 0 ? pass.state({"momentum_buffer"}).template data<T>() : nullptr;
    vectorized([=, n = g.size(), w = pass.value().template data<T>(), u = direction.data<T>(), keep = static_cast<T>(momentum),
                rate = static_cast<T>(pass.lr)] {
      if (!b) {
        for (std::int64_t i = 0; i < n; ++i) w[i] -= rate * u[i];
      } else {
        for (std::int64_t i = 0; i < n; ++i) w[i] -= rate * (b[i] = keep * b[i] + u[i]);
      }
    });
  }

 private:
  static constexpr std::array<const char*, Shape::kMaxRank> kSums{"sum_0", "sum_1", "sum_2", "sum_3", "sum_4", "sum_5"};
  static constexpr std::array<const char*, Shape::kMaxRank> kRoots{"root_0", "root_1", "root_2", "root_3", "root_4", "root_5"};

  // A tensor as `outer` matrices of the axis's size by `inner`.
  struct Unfolded {
    std::int64_t outer = 1, size = 1, inner = 1;
    Unfolded(const Shape& shape, int axis) {
      for (int i = 0; i < shape.rank(); ++i) (i < axis ? outer : i == axis ? size : inner) *= shape[i];
    }
  };

  // x times the root of the axis's statistics, to which g has been added.
  template <class T>
  Tensor precondition(Pass<T>& pass, const Tensor& g, const Tensor& x, int axis) const {
    const Unfolded form(g.shape(), axis);
    const bool is_full = form.size <= max_size;
    const Shape shape = is_full ? Shape{form.size, form.size} : Shape{form.size};
    const auto number = static_cast<std::size_t>(axis);
    const Tensor sum = pass.state({kSums[number]}, shape), root = pass.state({kRoots[number]}, shape);
    is_full ? add_products(form, g.data<T>(), sum.data<T>()) : add_squares(form, g.data<T>(), sum.data<T>());
    if ((pass.t - 1) % preconditioning_compute_steps == 0) take_root(sum, root, std::max(g.rank(), 1));
    const Tensor y = empty(x.shape(), x.dtype());
    is_full ? multiply(form, root.data<T>(), x.data<T>(), y.data<T>()) : scale(form, root.data<T>(), x.data<T>(), y.data<T>());
    return y;
  }

  template <class T>
  static void add_products(const Unfolded& form, const T* g, T* sum) {
    if (form.inner == 1) return gemm(matrix(g, form.outer, form.size).t(), matrix(g, form.outer, form.size), sum, true);
    for (std::int64_t i = 0; i < form.outer; ++i, g += form.size * form.inner) {
      gemm(matrix(g, form.size, form.inner), matrix(g, form.size, form.inner).t(), sum, true);
    }
  }
  template <class T>
  static void multiply(const Unfolded& form, const T* root, const T* x, T* y) {
    const Matrix<T> factor = matrix(root, form.size, form.size);
    if (form.inner == 1) return gemm(matrix(x, form.outer, form.size), factor, y, false);  // the root is symmetric
    for (std::int64_t i = 0, at = 0; i < form.outer; ++i, at += form.size * form.inner) {
      gemm(factor, matrix(x + at, form.size, form.inner), y + at, false);
    }
  }
  template <class T>
  static void add_squares(const Unfolded& form, const T* g, T* sum) {
    for (std::int64_t i = 0; i < form.outer * form.size * form.inner; ++i) sum[i / form.inner % form.size] += g[i] * g[i];
  }
  template <class T>
  static void scale(const Unfolded& form, const T* root, const T* x, T* y) {
    for (std::int64_t i = 0; i < form.outer * form.size * form.inner; ++i) y[i] = root[i / form.inner % form.size] * x[i];
  }

  // In double: small eigenvalues of a sum of floats may be below 0 by rounding.
  void take_root(const Tensor& sum, const Tensor& root, int axes) const {
    const auto power = [=](double value) { return math::pow(std::max(value, 0.0) + matrix_eps, -0.5 / axes); };
    std::vector<double> values = sum.to_vector();
    if (sum.rank() == 2) {
      values = of_symmetric(static_cast<std::size_t>(sum.size(0)), values, power);
    } else {
      std::transform(values.begin(), values.end(), values.begin(), power);
    }
    dispatch(root.dtype(), [&](auto zero) {
      using T = decltype(zero);
      std::transform(values.begin(), values.end(), root.data<T>(), [](double value) { return static_cast<T>(value); });
    });
  }
};

const RegisterOptimizer<Shampoo> shampoo("shampoo", "Gupta, Koren, Singer 2018");

}  // namespace
}  // namespace descent::optim
