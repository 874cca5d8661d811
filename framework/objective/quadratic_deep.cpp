#include <cmath>

#include "descent/autograd/ops.h"
#include "descent/core/rng.h"
#include "descent/objective/function.h"

namespace descent {
namespace {

using Rows = std::vector<std::vector<double>>;

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double total = 0;
  for (std::size_t i = 0; i < a.size(); ++i) total += a[i] * b[i];
  return total;
}

// A random orthogonal matrix, uniform by Haar's measure: Gram-Schmidt, twice for accuracy, on rows of normal numbers.
Rows random_rotation(std::size_t n, Rng& rng) {
  Rows rows(n, std::vector<double>(n));
  for (std::size_t i = 0; i < n; ++i) {
    for (double& x : rows[i]) x = rng.normal();
    for (std::size_t j = 0; j < 2 * i; ++j) {
      const double projection = dot(rows[i], rows[j % i]);
      for (std::size_t k = 0; k < n; ++k) rows[i][k] -= projection * rows[j % i][k];
    }
    const double norm = std::sqrt(dot(rows[i], rows[i]));
    for (double& x : rows[i]) x /= norm;
  }
  return rows;
}

// A bowl whose Hessian has the spectrum of a deep network's: 90 % of the eigenvalues in [0, 1), 10 % in [30, 60), randomly rotated
// (DeepOBS; Schneider, Balles, Hennig 2019). One instance for all runs: it depends on its own seed only.
class QuadraticDeep final : public Function {
 public:
  QuadraticDeep() : Function({"quadratic_deep", "x·Qx / 2", {1}, 0, {{0}}, 1}) {
    dimension_ = 100;
    definition_.most = 500;
  }

  void options(Options& option) override {
    Function::options(option);
    option("instance", instance_, "the seed of Q");
  }

  std::vector<std::pair<std::string, Tensor>> prepare(DType dtype, std::uint64_t seed) override {
    const auto n = static_cast<std::int64_t>(dimension());
    const Tensor q = tensor(Shape{n, n}, random_hessian(), dtype);
    definition_.value = [q](const Tensor& x) { return sum(x * matmul(q, x)) * 0.5; };
    return Function::prepare(dtype, seed);
  }

 private:
  std::vector<double> random_hessian() const {
    const std::size_t n = dimension();
    Rng rng(instance_, Stream::data);
    const Rows axes = random_rotation(n, rng);
    std::vector<double> q(n * n);
    for (std::size_t i = 0; i < n; ++i) {
      const double eigenvalue = 10 * i < 9 * n ? rng.uniform() : rng.uniform(30, 60);
      for (std::size_t row = 0; row < n; ++row) {
        for (std::size_t column = 0; column < n; ++column) q[row * n + column] += eigenvalue * axes[i][row] * axes[i][column];
      }
    }
    return q;
  }

  std::uint64_t instance_ = 0;
};

const Register<Objective, QuadraticDeep> quadratic_deep("quadratic_deep", "x·Qx / 2 with a deep network's spectrum (DeepOBS)");

}  // namespace
}  // namespace descent
