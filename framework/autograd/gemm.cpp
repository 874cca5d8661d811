#include "descent/autograd/gemm.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <xtensor-blas/xblas.hpp>
#include <xtensor/xadapt.hpp>

#include "descent/autograd/kernels.h"
#include "descent/core/buffer.h"
#include "descent/core/error.h"

namespace descent {
namespace {

constexpr std::int64_t kSmallest = 64;  // up to so many products a plain loop is fastest
constexpr std::int64_t kSmall = 8192;
constexpr std::int64_t kRows = 4, kColumns = 16;  // the tile that is held in registers

// Element (i, j) lies at data[i * row + j * column].
template <class T>
struct Strided {
  T* data;
  std::int64_t row, column;
  T& at(std::int64_t i, std::int64_t j) const { return data[i * row + j * column]; }
  Strided t() const { return {data, column, row}; }
};

template <class T>
Strided<const T> strided(const Matrix<T>& x) {
  return x.transposed ? Strided<const T>{x.data, 1, x.stride} : Strided<const T>{x.data, x.stride, 1};
}

template <class T>
void plain_product(std::int64_t m, std::int64_t n, std::int64_t k, Strided<const T> a, Strided<const T> b, Strided<T> c, bool accumulate) {
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t j = 0; j < n; ++j) {
      T sum = accumulate ? c.at(i, j) : T(0);
      for (std::int64_t p = 0; p < k; ++p) sum += a.at(i, p) * b.at(p, j);
      c.at(i, j) = sum;
    }
  }
}

// Rows i … i+R of C for the kColumns columns in `panel`: (k, kColumns), of which `width` are stored.
template <int R, class T>
inline void tile(std::int64_t k, std::int64_t width, Strided<const T> a, const T* panel, Strided<T> c, bool accumulate) {
  T sums[R][kColumns] = {};
  for (std::int64_t p = 0; p < k; ++p) {
    for (int r = 0; r < R; ++r) {
      const T factor = a.at(r, p);
      for (int j = 0; j < kColumns; ++j) sums[r][j] += factor * panel[p * kColumns + j];
    }
  }
  for (int r = 0; r < R; ++r) {
    for (std::int64_t j = 0; j < width; ++j) c.at(r, j) = accumulate ? c.at(r, j) + sums[r][j] : sums[r][j];
  }
}

// Columns are the vector: B is packed into panels padded with zeros.
template <class T>
void tiled_product(std::int64_t m, std::int64_t n, std::int64_t k, Strided<const T> a, Strided<const T> b, Strided<T> c, bool accumulate) {
  const Buffer packed(static_cast<std::size_t>(k * kColumns) * sizeof(T));
  vectorized([=, panel = packed.as<T>()] {
    for (std::int64_t j = 0; j < n; j += kColumns) {
      const std::int64_t width = std::min(kColumns, n - j);
      for (std::int64_t p = 0; p < k; ++p) {
        for (std::int64_t l = 0; l < kColumns; ++l) panel[p * kColumns + l] = l < width ? b.at(p, j + l) : T(0);
      }
      std::int64_t i = 0;
      for (; i + kRows <= m; i += kRows) {
        tile<kRows, T>(k, width, {&a.at(i, 0), a.row, a.column}, panel, {&c.at(i, j), c.row, c.column}, accumulate);
      }
      for (; i < m; ++i) tile<1, T>(k, width, {&a.at(i, 0), a.row, a.column}, panel, {&c.at(i, j), c.row, c.column}, accumulate);
    }
  });
}

template <class T>
auto adapt(T* data, std::int64_t rows, std::int64_t columns) {
  const std::array<std::size_t, 2> shape{static_cast<std::size_t>(rows), static_cast<std::size_t>(columns)};
  return xt::adapt(data, shape[0] * shape[1], xt::no_ownership(), shape);
}

template <class T>
void blas_product(const Matrix<T>& a, const Matrix<T>& b, T* c, bool accumulate) {
  constexpr std::int64_t kLargest = std::numeric_limits<xt::blas_index_t>::max();
  if (std::max({a.rows, a.columns, b.columns}) > kLargest) fail_argument("matmul: an axis is longer than BLAS allows");
  const auto left = a.transposed ? adapt(a.data, a.columns, a.rows) : adapt(a.data, a.rows, a.columns);
  const auto right = b.transposed ? adapt(b.data, b.columns, b.rows) : adapt(b.data, b.rows, b.columns);
  auto product = adapt(c, a.rows, b.columns);
  xt::blas::gemm(left, right, product, a.transposed, b.transposed, T(1), T(accumulate ? 1 : 0));
}

}  // namespace

template <class T>
void gemm(const Matrix<T>& a, const Matrix<T>& b, T* c, bool accumulate) {
  const std::int64_t m = a.rows, n = b.columns, k = a.columns, products = m * n * k;
  const Strided<T> result{c, n, 1};
  if (products <= kSmallest) return plain_product(m, n, k, strided(a), strided(b), result, accumulate);
  if (products > kSmall || std::max(m, n) < 4) return blas_product(a, b, c, accumulate);
  if (n >= m || n >= kColumns) return tiled_product(m, n, k, strided(a), strided(b), result, accumulate);
  tiled_product(n, m, k, strided(b).t(), strided(a).t(), result.t(), accumulate);
}
template void gemm(const Matrix<float>&, const Matrix<float>&, float*, bool);
template void gemm(const Matrix<double>&, const Matrix<double>&, double*, bool);

}  // namespace descent
