#include "descent/core/math.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include "descent/core/dtype.h"
#include "descent/core/rng.h"
#include "tests/core/isas.h"

namespace descent {
namespace {

using Long = long double;

template <class T>
constexpr T kInfinity = std::numeric_limits<T>::infinity();
template <class T>
constexpr T kTiny = std::numeric_limits<T>::denorm_min();
template <class T>
constexpr T kNan = std::numeric_limits<T>::quiet_NaN();

// A function under test: one value, a vectorised loop, and its reference in long double.
template <class T>
struct Function {
  const char* name;
  T (*value)(T);
  void (*loop)(std::size_t, const T*, T*);
  Long (*reference)(Long);
};

#define FUNCTION(name, reference)                                                                                                    \
  Function<T> {                                                                                                                      \
#name, [](T x) { return math::name(x); },                                                                                          \
        [](std::size_t n, const T* x, T* y) { vectorized([=] { for (std::size_t i = 0; i < n; ++i) y[i] = math::name(x[i]); }); },     \
        [](Long x) -> Long { return reference; } \
  }

template <class T>
std::vector<Function<T>> functions() {
  return {FUNCTION(exp, std::exp(x)),
          FUNCTION(expm1, std::expm1(x)),
          FUNCTION(log, std::log(x)),
          FUNCTION(log1p, std::log1p(x)),
          FUNCTION(tanh, std::tanh(x)),
          FUNCTION(sigmoid, 1 / (1 + std::exp(-x))),
          FUNCTION(softplus, (x < 0 ? 0 : x) + std::log1p(std::exp(-std::abs(x)))),
          FUNCTION(erf, std::erf(x))};
}

// Arguments of every kind: dense where the functions bend, over the range of exp, and of every exponent and sign; NaN among them.
template <class T>
std::vector<T> samples(std::size_t count) {
  Rng rng(1);
  const double range = std::is_same_v<T, float> ? 105 : 750;
  std::vector<T> x;
  while (x.size() < count) {
    x.push_back(static_cast<T>(rng.uniform(-2, 2)));
    x.push_back(static_cast<T>(rng.uniform(-8, 8)));
    x.push_back(static_cast<T>(rng.uniform(-range, range)));
    const std::uint64_t high = rng.bits();
    x.push_back(math::detail::from_bits<T>(static_cast<math::detail::Bits<T>>(high << 32 | rng.bits())));
  }
  return x;
}

// The neighbours of the points where a formula, an exponent or a case changes.
template <class T>
std::vector<T> seams() {
  std::vector<T> points = {0, T(0.55), 1, 2, 4, 6, 40, math::detail::Format<T>::kExpLow, math::detail::Format<T>::kExpHigh};
  for (int k = -1080; k <= 1030; ++k) points.push_back(static_cast<T>((k + 0.5L) * std::log(2.0L)));
  for (int e = -1074; e < 1024; ++e) points.push_back(static_cast<T>(std::ldexp(1.0, e)));
  for (int e = -1022; e < 1024; ++e) points.push_back(static_cast<T>(std::ldexp(std::sqrt(0.5), e)));
  std::vector<T> x;
  for (const T point : points) {
    T below = point, above = point;
    for (int i = 0; i < 4; ++i) {
      x.insert(x.end(), {below, above, -below, -above});
      below = std::nextafter(below, -kInfinity<T>);
      above = std::nextafter(above, kInfinity<T>);
    }
  }
  return x;
}

// The error in units in the last place of the exact result, which count 2^(min exponent) below the normal numbers. NaN and signs must
// agree.
template <class T>
double ulps(T y, Long exact) {
  using Limits = std::numeric_limits<T>;
  if (std::isnan(y) || std::isnan(exact)) return std::isnan(y) && std::isnan(exact) ? 0 : kInfinity<double>;
  if (y == static_cast<T>(exact)) return std::signbit(y) == std::signbit(exact) ? 0 : kInfinity<double>;
  if (std::isinf(y)) return exact * y > 0 && std::abs(exact) >= Limits::max() ? 1 : kInfinity<double>;
  const int exponent = std::max(std::ilogb(exact), Limits::min_exponent - 1) - (Limits::digits - 1);
  return static_cast<double>(std::abs(y - exact) / std::ldexp(Long{1}, exponent));
}

bool same(double a, double b) { return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b); }

template <class T>
struct Math : testing::Test {};
struct Names {
  template <class T>
  static std::string GetName(int) {
    return name(kDTypeOf<T>);
  }
};
using Floating = testing::Types<float, double>;
TYPED_TEST_SUITE(Math, Floating, Names);

template <class T>
void expect_within_two_ulps(const std::vector<T>& arguments) {
  for (const auto& f : functions<T>()) {
    double worst = 0;
    T at = 0;
    for (const T x : arguments) {
      const double error = ulps(f.value(x), f.reference(x));
      if (error > worst) worst = error, at = x;
    }
    EXPECT_LE(worst, 2) << f.name << '(' << +at << ") = " << +f.value(at);
    EXPECT_GT(worst, 0.4) << f.name << " is never even rounded: the samples miss it";
  }
}

TYPED_TEST(Math, ErrsByAtMostTwoUnitsInTheLastPlace) { expect_within_two_ulps(samples<TypeParam>(400'000)); }

TYPED_TEST(Math, ErrsByAtMostTwoUnitsInTheLastPlaceWhereFormulasMeet) { expect_within_two_ulps(seams<TypeParam>()); }

TYPED_TEST(Math, HasTheValuesOfCAtZerosInfinitiesAndNan) {
  using T = TypeParam;
  const T edges[] = {
      0, -T(0), kInfinity<T>, -kInfinity<T>, kNan<T>, kTiny<T>, -kTiny<T>, std::numeric_limits<T>::max(), std::numeric_limits<T>::lowest()};
  for (const auto& f : functions<T>()) {
    for (const T x : edges) EXPECT_TRUE(same(f.value(x), static_cast<T>(f.reference(x)))) << f.name << '(' << x << ") = " << f.value(x);
  }
}

TYPED_TEST(Math, IsExactWhereTheResultIs) {
  using T = TypeParam;
  EXPECT_EQ(math::exp(T(0)), 1);
  EXPECT_EQ(math::log(T(1)), 0);
  EXPECT_EQ(math::sigmoid(T(0)), T(0.5));
  EXPECT_EQ(math::log1p(T(-1)), -kInfinity<T>);
  EXPECT_TRUE(std::isnan(math::log(T(-1))));
  EXPECT_TRUE(std::isnan(math::log1p(T(-1.5))));
}

TYPED_TEST(Math, UnderflowsGraduallyAndOverflowsToInfinity) {
  using T = TypeParam;
  const T least = static_cast<T>(std::log(Long{kTiny<T>})), most = static_cast<T>(std::log(Long{std::numeric_limits<T>::max()}));
  EXPECT_EQ(math::exp(least), kTiny<T>);
  EXPECT_EQ(math::exp(least - 1), 0);
  EXPECT_LT(math::exp(std::nextafter(most, T(0))), kInfinity<T>);
  EXPECT_EQ(math::exp(most * T(1.001)), kInfinity<T>);
  EXPECT_EQ(math::sigmoid(least), kTiny<T>);
  EXPECT_EQ(math::softplus(least), kTiny<T>);
}

TYPED_TEST(Math, GivesTheSameExponentialOfNegatives) {
  using T = TypeParam;
  std::vector<T> arguments = seams<T>();
  for (const T x : samples<T>(400'000)) arguments.push_back(x);
  for (const T x : arguments) {
    if (x > 0) continue;
    EXPECT_TRUE(same(math::exp_of_negative(x), math::exp(x))) << +x;
  }
}

TYPED_TEST(Math, RisesOverItsDomain) {
  using T = TypeParam;
  for (const auto& f : functions<T>()) {
    T before = kNan<T>;
    for (int i = -3 * 256; i <= 3 * 256; ++i) {
      const T y = f.value(static_cast<T>(i) / 256);
      ASSERT_FALSE(y <= before) << f.name << " does not rise at " << i << "/256";
      before = y;
    }
  }
}

TYPED_TEST(Math, IsOddWhereTheFunctionIs) {
  using T = TypeParam;
  for (const T x : samples<T>(10'000)) {
    EXPECT_TRUE(same(math::tanh(-x), -math::tanh(x))) << x;
    EXPECT_TRUE(same(math::erf(-x), -math::erf(x))) << x;
  }
}

TYPED_TEST(Math, GivesTheSameBitsOneByOneAndVectorisedForEveryInstructionSetAndLength) {
  using T = TypeParam;
  const std::vector<T> x = samples<T>(4099);
  test::with_every_isa([&](Isa isa) {
    for (const auto& f : functions<T>()) {
      for (const std::size_t n : std::initializer_list<std::size_t>{1, 2, 3, 5, 7, 15, 17, 31, 33, 67, 4099}) {
        std::vector<T> y(n + 1, 7);
        f.loop(n, x.data(), y.data());
        for (std::size_t i = 0; i < n; ++i)
          ASSERT_TRUE(same(y[i], f.value(x[i]))) << f.name << '(' << x[i] << ") " << static_cast<int>(isa);
        ASSERT_EQ(y[n], 7) << f.name << " wrote beyond its end";
      }
    }
  });
}

// FNV-1a over the bits of all results, every NaN as one.
template <class T>
std::uint64_t hash_of_results(std::size_t count) {
  const std::vector<T> arguments = samples<T>(count);
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const auto& f : functions<T>()) {
    for (const T x : arguments) {
      const T y = f.value(x);
      hash = (hash ^ (std::isnan(y) ? 1 : math::detail::to_bits(y))) * 0x100000001b3;
    }
  }
  return hash;
}

// Runs are reproduced to the bit, so a change of these values changes every user's results.
TEST(Math, GivesTheRecordedBitsUnderEveryCompilerAndOptimisationLevel) {
  EXPECT_EQ(hash_of_results<float>(100'000), 17914193034009039239u);
  EXPECT_EQ(hash_of_results<double>(100'000), 15857432513234356953u);
}

TYPED_TEST(Math, RoundsSineCosineTangentAndPowerOnce) {
  using T = TypeParam;
  Rng rng(2);
  for (int i = 0; i < 20'000; ++i) {
    const T x = static_cast<T>(rng.uniform(-100, 100)), p = static_cast<T>(rng.uniform(-5, 5));
    ASSERT_LE(ulps(math::sin(x), std::sin(Long{x})), 0.5) << x;
    ASSERT_LE(ulps(math::cos(x), std::cos(Long{x})), 0.5) << x;
    ASSERT_LE(ulps(math::tan(x), std::tan(Long{x})), 0.5) << x;
    ASSERT_LE(ulps(math::pow(std::abs(x), p), std::pow(std::abs(Long{x}), Long{p})), 0.5) << x << ' ' << p;
  }
}

TYPED_TEST(Math, RaisesToTheCommonPowersByPlainArithmetic) {
  using T = TypeParam;
  for (const T x : samples<T>(10'000)) {
    EXPECT_TRUE(same(math::pow(x, T(0)), 1));
    EXPECT_TRUE(same(math::pow(x, T(1)), x));
    EXPECT_TRUE(same(math::pow(x, T(2)), x * x));
    EXPECT_TRUE(same(math::pow(x, T(3)), x * x * x));
    EXPECT_TRUE(same(math::pow(x, T(-1)), 1 / x));
    EXPECT_TRUE(same(math::pow(x, T(0.5)), std::sqrt(x)));
  }
}

TEST(Math, RaisesNegativeNumbersToWholePowersOnly) {
  EXPECT_EQ(math::pow(-2.0, 5.0), -32);
  EXPECT_EQ(math::pow(-2.0, -2.0), 0.25);
  EXPECT_TRUE(std::isnan(math::pow(-2.0, 0.3)));
}

TEST(Math, PrintsNotANumberWithoutItsSign) {
  EXPECT_FALSE(std::signbit(math::printable(std::copysign(std::numeric_limits<double>::quiet_NaN(), -1.0))));
  EXPECT_FALSE(std::signbit(math::printable(std::copysign(std::numeric_limits<float>::quiet_NaN(), -1.0F))));
  EXPECT_TRUE(std::signbit(math::printable(-0.0)));
  EXPECT_EQ(math::printable(-INFINITY), -INFINITY);
}

}  // namespace
}  // namespace descent
