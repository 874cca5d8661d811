#include "descent/core/simd.h"

#include <gtest/gtest.h>

#include <cmath>
#include <initializer_list>
#include <vector>

#include "descent/core/rng.h"
#include "tests/core/isas.h"

namespace descent {
namespace {

std::vector<float> numbers(std::size_t n, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<float> x(n);
  for (float& v : x) v = static_cast<float>(rng.normal());
  return x;
}

TEST(Vectorized, RunsTheLambdaOnceUnderEveryInstructionSet) {
  test::with_every_isa([](Isa) {
    int runs = 0;
    vectorized([&runs] { ++runs; });
    EXPECT_EQ(runs, 1);
  });
}

// A product and a sum that a fused multiplication would round differently, a root and a quotient.
TEST(Vectorized, GivesTheSameBitsUnderEveryInstructionSetAndLength) {
  for (const std::size_t n : std::initializer_list<std::size_t>{0, 1, 7, 15, 16, 17, 63, 64, 65, 1021}) {
    const std::vector<float> a = numbers(n, 1), b = numbers(n, 2), c = numbers(n, 3);
    std::vector<float> expected(n);
    for (std::size_t i = 0; i < n; ++i) {
      const volatile float product = a[i] * b[i];
      expected[i] = (product + c[i]) / (std::sqrt(std::abs(c[i])) + 1);
    }
    test::with_every_isa([&](Isa isa) {
      std::vector<float> result(n);
      vectorized([n, x = a.data(), y = b.data(), z = c.data(), out = result.data()] {
        for (std::size_t i = 0; i < n; ++i) out[i] = (x[i] * y[i] + z[i]) / (std::sqrt(std::abs(z[i])) + 1);
      });
      EXPECT_EQ(result, expected) << n << " numbers, instruction set " << static_cast<int>(isa);
    });
  }
}

TEST(Vectorized, StartsWithTheBestInstructionSetOfTheProcessor) {
#ifdef __x86_64__
  EXPECT_EQ(isa != Isa::baseline, __builtin_cpu_supports("avx2") != 0);
  EXPECT_EQ(isa == Isa::avx512, __builtin_cpu_supports("avx512bw") != 0);
#else
  EXPECT_EQ(isa, Isa::baseline);
#endif
}

}  // namespace
}  // namespace descent
