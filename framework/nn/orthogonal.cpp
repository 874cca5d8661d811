#include <algorithm>
#include <tuple>
#include <xtensor-blas/xlinalg.hpp>
#include <xtensor/xtensor.hpp>

#include "descent/nn/init.h"

namespace descent::nn {
namespace {

// Orthonormal rows or columns, whichever are fewer: the Q of a normal matrix. Signs that make R's diagonal positive make it uniformly
// distributed.
struct Orthogonal : Init {
  double gain = 1;
  void options(Options& option) override { option("gain", gain, kPositive, "factor"); }

  void operator()(const Tensor& tensor, Rng& rng) const override {
    if (tensor.rank() < 2) fail_argument("orthogonal: expected at least two axes, got {}", to_string(tensor.shape()));
    const auto rows = static_cast<std::size_t>(tensor.size(0)), columns = static_cast<std::size_t>(tensor.size()) / rows;
    auto normal = xt::xtensor<double, 2>::from_shape({std::max(rows, columns), std::min(rows, columns)});
    for (double& x : normal) x = rng.normal();
    const auto factors = xt::linalg::qr(normal);
    const auto &q = std::get<0>(factors), &r = std::get<1>(factors);
    std::size_t i = 0;
    fill(tensor, [&] {
      std::size_t row = i / columns, column = i++ % columns;
      if (rows < columns) std::swap(row, column);
      return (r(column, column) < 0 ? -gain : gain) * q(row, column);
    });
  }
};

const Register<Init, Orthogonal> orthogonal("orthogonal", "Saxe, McClelland, Ganguli 2013");

}  // namespace
}  // namespace descent::nn
