#pragma once
#include <cstdint>

namespace descent {

// A row-major matrix, or the transpose of one: `stride` is the distance between the rows that lie in memory.
template <class T>
struct Matrix {
  const T* data;
  std::int64_t rows, columns;  // as seen, after transposing
  std::int64_t stride;
  bool transposed = false;

  Matrix t() const { return {data, columns, rows, stride, !transposed}; }
};

template <class T>
Matrix<T> matrix(const T* data, std::int64_t rows, std::int64_t columns) {
  return {data, rows, columns, columns};
}

// C = A·B, or C += A·B when `accumulate`: (m, k) x (k, n) -> (m, n), C row-major and contiguous.
// Products with m·n·k <= 8192 are the framework's own: the same bits everywhere, and free of the lock that OpenBLAS takes. Larger ones are
// BLAS.
template <class T>
void gemm(const Matrix<T>& a, const Matrix<T>& b, T* c, bool accumulate);

}  // namespace descent
