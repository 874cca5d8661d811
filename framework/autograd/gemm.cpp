#include "descent/autograd/gemm.h"

#include <algorithm>
#include <array>
#include <limits>
#include <xtensor-blas/xblas.hpp>
#include <xtensor/xadapt.hpp>

#include "descent/autograd/kernels.h"
#include "descent/core/buffer.h"
#include "descent/core/error.h"

namespace descent {
namespace {

constexpr std::int64_t kSmallest = 64;  // up to so many products a plain loop is fastest
constexpr std::int64_t kSmall = 8192;
// The tile that is held in registers.
constexpr int kRows = 4;
template <class T>
constexpr int kColumns = 64 / sizeof(T);

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

// For results of few elements: each is a long dot product.
template <class T>
void dot_products(std::int64_t m, std::int64_t n, std::int64_t k, Strided<const T> a, Strided<const T> b, Strided<T> c, bool accumulate) {
  vectorized([=] {
    for (std::int64_t i = 0; i < m; ++i) {
      for (std::int64_t j = 0; j < n; ++j) {
        const T sum = lane_sum<T>(k, [=](std::int64_t p) { return a.at(i, p) * b.at(p, j); });
        c.at(i, j) = accumulate ? c.at(i, j) + sum : sum;
      }
    }
  });
}

// `count` numbers of type T in registers of `Bytes`.
template <int Bytes, class T, int Count>
struct Registers {
  using Vector [[gnu::vector_size(Bytes)]] = T;
  static constexpr int kVectors = Count * static_cast<int>(sizeof(T)) / Bytes;
  Vector v[kVectors] = {};

  void add_product(T factor, const T* x) {
#pragma GCC unroll 8
    for (int i = 0; i < kVectors; ++i) {
      Vector part;
      __builtin_memcpy(&part, x + i * (Count / kVectors), sizeof part);
      v[i] += factor * part;
    }
  }
  void add(const T* x) {
    Vector part[kVectors];
    __builtin_memcpy(part, x, sizeof part);
    for (int i = 0; i < kVectors; ++i) v[i] += part[i];
  }
  void store(T* y) const { __builtin_memcpy(y, v, sizeof v); }
};

// R rows of C, as wide as a panel of B, whose row p lies at panel + p * step; `width` columns are stored.
template <int Bytes, int R, class T>
inline void tile(std::int64_t k, std::int64_t width, Strided<const T> a, const T* panel, std::int64_t step, Strided<T> c, bool accumulate) {
  Registers<Bytes, T, kColumns<T>> sums[R];
  for (std::int64_t p = 0; p < k; ++p) {
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) sums[r].add_product(a.at(r, p), panel + p * step);
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
    if (c.column == 1 && width == kColumns<T>) {
      if (accumulate) sums[r].add(&c.at(r, 0));
      sums[r].store(&c.at(r, 0));
    } else {
      T row[kColumns<T>];
      sums[r].store(row);
      for (std::int64_t j = 0; j < width; ++j) c.at(r, j) = accumulate ? c.at(r, j) + row[j] : row[j];
    }
  }
}

// Columns are the vector. A panel of B that is not contiguous or not full is packed, padded with zeros.
template <class T>
void tiled_product(std::int64_t m, std::int64_t n, std::int64_t k, Strided<const T> a, Strided<const T> b, Strided<T> c, bool accumulate) {
  constexpr std::int64_t kWide = kColumns<T>;
  const Buffer packed(b.column == 1 && n % kWide == 0 ? 0 : static_cast<std::size_t>(k * kWide) * sizeof(T));
  vectorized([=, scratch = packed.as<T>()](auto bytes) {
    for (std::int64_t j = 0; j < n; j += kWide) {
      const std::int64_t width = std::min(kWide, n - j);
      const bool pack = b.column != 1 || width < kWide;
      for (std::int64_t p = 0; pack && p < k; ++p) {
        for (std::int64_t l = 0; l < width; ++l) scratch[p * kWide + l] = b.at(p, j + l);
        for (std::int64_t l = width; l < kWide; ++l) scratch[p * kWide + l] = T(0);
      }
      const T* panel = pack ? scratch : &b.at(0, j);
      const std::int64_t step = pack ? kWide : b.row;
      std::int64_t i = 0;
      for (; i + kRows <= m; i += kRows) {
        tile<bytes(), kRows, T>(k, width, {&a.at(i, 0), a.row, a.column}, panel, step, {&c.at(i, j), c.row, c.column}, accumulate);
      }
      for (; i < m; ++i)
        tile<bytes(), 1, T>(k, width, {&a.at(i, 0), a.row, a.column}, panel, step, {&c.at(i, j), c.row, c.column}, accumulate);
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
  if (products > kSmall) return blas_product(a, b, c, accumulate);
  if (std::max(m, n) < kRows) return dot_products(m, n, k, strided(a), strided(b), result, accumulate);
  if (n >= m || n >= kColumns<T>) return tiled_product(m, n, k, strided(a), strided(b), result, accumulate);
  tiled_product(n, m, k, strided(b).t(), strided(a).t(), result.t(), accumulate);
}
template void gemm(const Matrix<float>&, const Matrix<float>&, float*, bool);
template void gemm(const Matrix<double>&, const Matrix<double>&, double*, bool);

}  // namespace descent
