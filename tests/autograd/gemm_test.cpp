#include "descent/autograd/gemm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "descent/core/rng.h"
#include "tests/core/isas.h"

namespace descent {
namespace {

struct Size {
  std::int64_t m, n, k;
};

template <class T>
std::vector<T> numbers(std::int64_t n, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<T> x(static_cast<std::size_t>(n));
  for (T& v : x) v = static_cast<T>(rng.uniform(-1, 1));
  return x;
}

// The (rows, columns) matrix as it is seen, from memory that holds it or its transpose.
template <class T>
Matrix<T> seen(const std::vector<T>& memory, std::int64_t rows, std::int64_t columns, bool transposed) {
  return transposed ? matrix(memory.data(), columns, rows).t() : matrix(memory.data(), rows, columns);
}

template <class T>
double element(const std::vector<T>& memory, std::int64_t rows, std::int64_t columns, bool transposed, std::int64_t i, std::int64_t j) {
  return static_cast<double>(memory[static_cast<std::size_t>(transposed ? j * rows + i : i * columns + j)]);
}

template <class T>
class Gemm : public testing::Test {
 protected:
  // The product, checked against a double loop; what C held before is added when `accumulate`.
  std::vector<T> product(const Size& s, bool ta, bool tb, bool accumulate) {
    const std::vector<T> a = numbers<T>(s.m * s.k, 1), b = numbers<T>(s.k * s.n, 2), before = numbers<T>(s.m * s.n, 3);
    std::vector<T> c = before;
    if (!accumulate) std::fill(c.begin(), c.end(), std::numeric_limits<T>::quiet_NaN());
    gemm(seen(a, s.m, s.k, ta), seen(b, s.k, s.n, tb), c.data(), accumulate);
    const double tolerance = 4 * static_cast<double>(std::numeric_limits<T>::epsilon()) * static_cast<double>(s.k + 1);
    for (std::int64_t i = 0; i < s.m; ++i) {
      for (std::int64_t j = 0; j < s.n; ++j) {
        const std::size_t at = static_cast<std::size_t>(i * s.n + j);
        double sum = accumulate ? static_cast<double>(before[at]) : 0;
        for (std::int64_t p = 0; p < s.k; ++p) sum += element(a, s.m, s.k, ta, i, p) * element(b, s.k, s.n, tb, p, j);
        if (!(std::abs(static_cast<double>(c[at]) - sum) <= tolerance)) {
          ADD_FAILURE() << "(" << s.m << ", " << s.k << ")" << (ta ? "'" : "") << " x (" << s.k << ", " << s.n << ")" << (tb ? "'" : "")
                        << (accumulate ? " added" : "") << ": element (" << i << ", " << j << ") is " << c[at] << ", expected " << sum;
          return c;
        }
      }
    }
    return c;
  }
  void check(const Size& size) {
    for (int variant = 0; variant < 8; ++variant) product(size, variant & 1, variant & 2, variant & 4);
  }
};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(Gemm, Types, );

TYPED_TEST(Gemm, AgreesWithADoubleLoopForRandomSizes) {
  Rng rng(5);
  const auto size = [&] { return static_cast<std::int64_t>(1 + rng.below(40)); };
  for (int i = 0; i < 150; ++i) this->check({size(), size(), size()});
}

TYPED_TEST(Gemm, AgreesAcrossTheThresholdsOfItsMethods) {
  for (const Size& size : std::initializer_list<Size>{{4, 4, 4},
                                                      {4, 4, 5},
                                                      {1, 1, 64},
                                                      {1, 1, 65},
                                                      {3, 3, 8},
                                                      {16, 16, 32},
                                                      {16, 16, 33},
                                                      {1, 1, 8192},
                                                      {1, 1, 8193},
                                                      {3, 2, 1365},
                                                      {3, 2, 1366},
                                                      {4, 1, 2048},
                                                      {1, 4, 2049},
                                                      {128, 64, 1},
                                                      {65, 127, 1},
                                                      {1, 90, 91},
                                                      {90, 1, 92},
                                                      {91, 91, 1}}) {
    this->check(size);
  }
}

TYPED_TEST(Gemm, OfEmptyMatricesIsZeroOrLeavesWhatWasThere) {
  for (const Size& size : std::initializer_list<Size>{{3, 2, 0}, {0, 2, 3}, {3, 0, 2}, {0, 0, 0}, {200, 100, 0}}) this->check(size);
}

TYPED_TEST(Gemm, PropagatesNaNAndInfinity) {
  const TypeParam inf = std::numeric_limits<TypeParam>::infinity();
  std::vector<TypeParam> a(100, 0), b(100, 0), c(100);
  a[0] = inf;
  b[55] = std::numeric_limits<TypeParam>::quiet_NaN();
  gemm(matrix(a.data(), 10, 10), matrix(b.data(), 10, 10), c.data(), false);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(std::isnan(c[i]), i < 10 || i % 10 == 5) << i;
}

TYPED_TEST(Gemm, GivesTheSameBitsUnderEveryInstructionSetUpTo8192Products) {
  for (const Size& size :
       std::initializer_list<Size>{{4, 4, 4}, {5, 7, 9}, {1, 1, 8192}, {2, 3, 1000}, {32, 1, 100}, {1, 37, 64}, {20, 20, 20}}) {
    for (int variant = 0; variant < 8; ++variant) {
      std::vector<TypeParam> expected;
      test::with_every_isa([&](Isa) {
        const auto c = this->product(size, variant & 1, variant & 2, variant & 4);
        if (expected.empty()) expected = c;
        EXPECT_EQ(std::memcmp(c.data(), expected.data(), c.size() * sizeof(TypeParam)), 0) << size.m << " " << size.n << " " << size.k;
      });
    }
  }
}

}  // namespace
}  // namespace descent
