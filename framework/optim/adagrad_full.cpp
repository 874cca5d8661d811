#include <algorithm>
#include <limits>
#include <numeric>
#include <xtensor-blas/xlinalg.hpp>
#include <xtensor/xadapt.hpp>

#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// G += g·gᵀ;  w -= lr·(eps·I + G^½)⁻¹·g      Duchi, Hazan, Singer 2011, figure 1, with full matrices
// Kept is the triangular R of G = Rᵀ·R: its singular values, the eigenvalues of G^½, have twice the digits that roots of G's would have.
// Directions in which they are zero to rounding, where g has no component, are left out: the paper's pseudo-inverse.
struct AdagradFull : RuleOptions {
  double eps = 1e-10;

  AdagradFull() { lr = 1e-2; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("eps", eps, kNotNegative, "added to the diagonal of the root");
  }
  Claims claims() const {
    return {{"rotation"},
            {"rescaling"},
            {"reddi"},
            {"group_split", "the matrix relates all parameters of a group to each other"},
            {"permutation", "singular vectors round differently in another order"}};
  }
  std::string formula() const { return "G += g·gᵀ\nw -= lr·(eps·I + G^½)⁻¹·g"; }

  void update(Flat& flat) const {
    const auto n = static_cast<std::int64_t>(flat.w.size());
    if (n > kMost) fail_argument("adagrad_full: {} parameters need a matrix of as many rows, of at most {}", n, kMost);
    double* const r = flat.state({"root"}, {n, n}).data<double>();
    add_row(r, flat.g);
    if (std::any_of(r, r + n * n, [](double x) { return !std::isfinite(x); })) return flat.w.assign(flat.w.size(), kNan);
    const std::array<std::size_t, 2> shape{flat.w.size(), flat.w.size()};
    const auto factors = xt::linalg::svd(xt::adapt(r, flat.w.size() * flat.w.size(), xt::no_ownership(), shape));
    const auto& values = std::get<1>(factors);
    const auto& vectors = std::get<2>(factors);  // as rows
    for (std::size_t k = 0; k < flat.w.size() && values(k) > static_cast<double>(n) * 0x1p-52 * values(0); ++k) {
      double share = 0;
      for (std::size_t i = 0; i < flat.w.size(); ++i) share += vectors(k, i) * flat.g[i];
      const double length = flat.lr * share / (values(k) + eps);
      for (std::size_t i = 0; i < flat.w.size(); ++i) flat.w[i] -= length * vectors(k, i);
    }
  }

 private:
  static constexpr std::int64_t kMost = 4096;  // 128 MiB
  static constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

  // Rᵀ·R += row·rowᵀ by Givens' rotations, which annihilate the row below R.
  static void add_row(double* r, std::vector<double> row) {
    const std::size_t n = row.size();
    for (std::size_t k = 0; k < n; ++k, r += n) {
      const double length = std::sqrt(r[k] * r[k] + row[k] * row[k]);
      if (length == 0) continue;
      const double c = r[k] / length, s = row[k] / length;
      for (std::size_t j = k; j < n; ++j) {
        const double above = r[j];
        r[j] = c * above + s * row[j];
        row[j] = c * row[j] - s * above;
      }
    }
  }
};

const RegisterOptimizer<AdagradFull> adagrad_full("adagrad_full", "Duchi, Hazan, Singer 2011, with the full matrix");

}  // namespace
}  // namespace descent::optim
