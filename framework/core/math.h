#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <type_traits>

// Elementary functions for float and double with the same bits on every processor, instruction set, compiler and optimisation level; libm's
// change with the processor. Errors stay below 2 units in the last place, subnormal results included; signed zeros, infinities and NaN are
// as in C. They have neither branches nor calls, so that loops over them vectorise:
//   vectorized([=] { for (std::size_t i = 0; i < n; ++i) y[i] = math::exp(x[i]); });
// This needs rounding to nearest and -fno-math-errno -fno-trapping-math -ffp-contract=off.
namespace descent::math {
namespace detail {

// The layout of an IEEE 754 number; ln 2 = kLn2High + kLn2Low, where the high part times any exponent is exact; the arguments beyond which
// exp is 0 and ∞; the lengths of its and the logarithm's series.
template <class T>
struct Format;
template <>
struct Format<float> {
  using Bits = std::uint32_t;
  static constexpr Bits kMantissa = 23, kBias = 127;
  static constexpr float kTwoToMantissa = 0x1p23f, kLn2High = 0x1.62e4p-1f, kLn2Low = 0x1.7f7d1cp-20f;
  static constexpr float kExpLow = -104, kExpHigh = 89;
  static constexpr std::size_t kExpTerms = 6, kLogTerms = 4;
};
template <>
struct Format<double> {
  using Bits = std::uint64_t;
  static constexpr Bits kMantissa = 52, kBias = 1023;
  static constexpr double kTwoToMantissa = 0x1p52, kLn2High = 0x1.62e42feep-1, kLn2Low = 0x1.a39ef35793c76p-33;
  static constexpr double kExpLow = -746, kExpHigh = 710;
  static constexpr std::size_t kExpTerms = 12, kLogTerms = 10;
};
template <class T>
using Bits = typename Format<T>::Bits;

template <class T>
Bits<T> to_bits(T x) {
  Bits<T> bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return bits;
}
template <class T>
T from_bits(Bits<T> bits) {
  T x;
  __builtin_memcpy(&x, &bits, sizeof x);
  return x;
}

// c[0] + c[1]·x + … + c[N-1]·xᴺ⁻¹ by Horner's rule over every Step-th coefficient, unrolled.
template <std::size_t N, std::size_t Step = 1, class T>
T horner(T x, const double* c) {
  if constexpr (N <= Step) {
    return T(c[0]);
  } else {
    return T(c[0]) + x * horner<N - Step, Step>(x, c + Step);
  }
}
// The same from the even and the odd coefficients: two short chains run in parallel.
template <std::size_t N, class T>
T polynomial(T x, const double* c) {
  return horner<N, 2>(x * x, c) + x * horner<N - 1, 2>(x * x, c + 1);
}

// x = k·ln 2 + r with an integer k, in two's complement, and |r| <= ln 2 / 2. For |x| < 2000.
template <class T>
struct Reduced {
  T r;
  Bits<T> k;
};
template <class T>
Reduced<T> reduce(T x) {
  constexpr T kMagic = T(1.5) * Format<T>::kTwoToMantissa;  // adding it rounds to an integer, which stands in the lowest bits of the sum
  const T sum = x * T(1.4426950408889634) + kMagic;
  const T k = sum - kMagic;
  return {(x - k * Format<T>::kLn2High) - k * Format<T>::kLn2Low, to_bits(sum) - to_bits(kMagic)};
}

// The power of two with the biased exponent e.
template <class T>
T with_exponent(Bits<T> e) {
  return from_bits<T>(e << Format<T>::kMantissa);
}

// eʳ − 1 − r = r²/2! + r³/3! + … for |r| <= ln 2 / 2.
template <class T>
T exp_tail(T r) {
  constexpr double kTerms[] = {1. / 2,      1. / 6,       1. / 24,       1. / 120,       1. / 720,       1. / 5040,
                               1. / 40320., 1. / 362880., 1. / 3628800., 1. / 39916800., 1. / 479001600, 1. / 6227020800};
  return r * r * polynomial<Format<T>::kExpTerms>(r, kTerms);
}

// x = 2ᵉ·m with √½ <= m < √2, for normal x > 0.
template <class T>
struct Split {
  T e, m;
};
template <class T>
Split<T> split(T x) {
  const Bits<T> one = to_bits(T(1)), root = to_bits(T(0.70710678118654752));
  const Bits<T> shifted = to_bits(x) + (one - root);
  const Bits<T> biased = shifted >> Format<T>::kMantissa;
  const T offset = Format<T>::kTwoToMantissa;
  return {from_bits<T>(biased | to_bits(offset)) - (offset + T(Format<T>::kBias)),
          from_bits<T>(to_bits(x) - (biased << Format<T>::kMantissa) + one)};
}

// e·ln 2 + log(m) + c for a small correction c: with f = m − 1 and s = f/(2 + f), log(m) = log((1 + s)/(1 − s)) = 2s + 2s³/3 + 2s⁵/5 + …,
// written as f − f²/2 + s·(f²/2 + 2s²/3 + 2s⁴/5 + …) so that the largest term is exact.
template <class T>
T log_sum(Split<T> x, T c) {
  constexpr double kTerms[] = {2. / 3, 2. / 5, 2. / 7, 2. / 9, 2. / 11, 2. / 13, 2. / 15, 2. / 17, 2. / 19, 2. / 21};
  const T f = x.m - 1, s = f / (2 + f), z = s * s, half_square = f * f / 2;
  const T series = z * polynomial<Format<T>::kLogTerms>(z, kTerms);
  const T rest = half_square - (s * (half_square + series) + (x.e * Format<T>::kLn2Low + c));
  return x.e * Format<T>::kLn2High - (rest - f);
}

// erf(x) is x + x·P(x²) up to 1, and 1 − exp(−Q(x)) with Q = −log erfc from there to kEnd, where it has become 1. P and Q are minimax
// polynomials, found by Remez' exchange, Q's error weighted by erfc.
template <class T>
struct ErfTerms;
template <>
struct ErfTerms<float> {
  static constexpr float kEnd = 4;
  static constexpr double kNear[] = {0.128379166, -0.37612626, 0.112836003, -0.0268544443, 0.00518953521, -0.000802084163, 7.8891193e-05};
  static constexpr double kFar[] = {0.000353754702, 1.12703991, 0.638225913, 0.103037156, -0.0218052138, 0.00293958094, -0.000185571291};
};
template <>
struct ErfTerms<double> {
  static constexpr double kEnd = 6;
  static constexpr double kNear[] = {0.12837916709551256,    -0.3761263890318355,     0.11283791670945253,    -0.02686617064327622,
                                     0.005223977607423468,   -0.0008548325989696758,  0.00012055295320494294, -1.4924744663335489e-05,
                                     1.6447517677871873e-06, -1.6209175911748696e-07, 1.3722976265924504e-08, -7.801188874097751e-10};
  static constexpr double kFar[] = {5.132353128429367e-07,   1.128373991776822,      0.6366440547765997,      0.10270229076741853,
                                    -0.018988044025058142,   -0.0004135336009249529, 0.001918942294676361,    -0.0007730402077688685,
                                    0.00013655225745193793,  1.9524830219078924e-05, -2.253368148755925e-05,  8.579036799493762e-06,
                                    -2.1148618123443585e-06, 3.6957674109698616e-07, -4.5934715054282496e-08, 3.890150708232215e-09,
                                    -2.0204202447143395e-10, 4.8653036146992094e-12};
};

}  // namespace detail

template <class T>
T exp(T x) {
  using Format = detail::Format<T>;
  const auto [r, k] = detail::reduce(x);
  const auto biased = k + 2 * Format::kBias, half = biased >> 1;  // 2ᵏ in two factors: it may itself be too large or too small
  const T y = (1 + (r + detail::exp_tail(r))) * detail::with_exponent<T>(half) * detail::with_exponent<T>(biased - half);
  const T bounded = x > Format::kExpHigh ? std::numeric_limits<T>::infinity() : y;
  return x < Format::kExpLow ? 0 : bounded;
}

// eˣ for x <= 0, with the same bits and fewer operations.
template <class T>
T exp_of_negative(T x) {
  using Format = detail::Format<T>;
  constexpr T kSmall = T(0x1p-100);  // 2ᵏ⁺¹⁰⁰ is a normal number even where 2ᵏ is not
  const auto [r, k] = detail::reduce(x);
  const T y = (1 + (r + detail::exp_tail(r))) * detail::with_exponent<T>(k + (Format::kBias + 100)) * kSmall;
  return x < Format::kExpLow ? 0 : y;
}

// eˣ − 1
template <class T>
T expm1(T x) {
  using Format = detail::Format<T>;
  const auto [r, k] = detail::reduce(x);
  const T half = detail::with_exponent<T>(k + (Format::kBias - 1));  // 2ᵏ⁻¹: 2ᵏ itself may be too large
  const T y = 2 * ((half * r + (half - T(0.5))) + half * detail::exp_tail(r));
  const T bounded = x > Format::kExpHigh ? std::numeric_limits<T>::infinity() : x < -40 ? -1 : y;
  return std::abs(x) < std::numeric_limits<T>::epsilon() / 4 ? x : bounded;
}

template <class T>
T log(T x) {
  using Format = detail::Format<T>;
  constexpr T kInfinity = std::numeric_limits<T>::infinity();
  const bool subnormal = x < std::numeric_limits<T>::min();
  const auto [e, m] = detail::split(subnormal ? x * Format::kTwoToMantissa : x);
  const T y = detail::log_sum<T>({e - (subnormal ? T(Format::kMantissa) : 0), m}, 0);
  const T edge = x == 0 ? -kInfinity : std::numeric_limits<T>::quiet_NaN();
  return x > 0 ? (x < kInfinity ? y : x) : edge;
}

// log(1 + x)
template <class T>
T log1p(T x) {
  constexpr T kInfinity = std::numeric_limits<T>::infinity();
  const T u = 1 + x, back = u - 1;
  const T lost = (1 - (u - back)) + (x - back);  // 1 + x = u + lost, exactly
  const T y = detail::log_sum(detail::split(u), lost / u);
  const T edge = x == -1 ? -kInfinity : std::numeric_limits<T>::quiet_NaN();
  return std::copysign(x > -1 ? (x < kInfinity ? y : x) : edge, x);
}

// Near 0 x less the rest of Lambert's continued fraction x/(1 + x²/(3 + x²/(5 + …))), elsewhere 1 − 2/(e²ˣ + 1): one division serves both.
template <class T>
T tanh(T x) {
  const T a = std::abs(x), z = a * a;
  T top, bottom;
  if constexpr (std::is_same_v<T, float>) {
    top = 315 + z * 14;
    bottom = 945 + z * (420 + z * 15);
  } else {
    top = 675675 + z * (45045 + z * (594 + z));
    bottom = 2027025 + z * (945945 + z * (51975 + z * (630 + z)));
  }
  const bool near = a < T(0.55);
  const T quotient = (near ? a * z * top : 2) / (near ? bottom : exp(2 * a) + 1);
  return std::copysign((near ? a : 1) - quotient, x);
}

// 1/(1 + e⁻ˣ): with t = e^−|x| it is 1/(1 + t) or t/(1 + t), each written as c − c·t/(1 + t), which rounds less.
template <class T>
T sigmoid(T x) {
  const T t = exp(-std::abs(x));
  const T c = x < 0 ? t : 1;
  return c - c * (t / (1 + t));
}

// log(1 + eˣ)
template <class T>
T softplus(T x) {
  return (x > 0 ? x : 0) + log1p(exp(-std::abs(x)));
}

template <class T>
T erf(T x) {
  using Terms = detail::ErfTerms<T>;
  const T a = std::abs(x) > Terms::kEnd ? Terms::kEnd : std::abs(x);
  const T near = a + a * detail::polynomial<std::size(Terms::kNear)>(a * a, Terms::kNear);
  const T far = 1 - exp(-detail::polynomial<std::size(Terms::kFar)>(a, Terms::kFar));
  return std::copysign(a < 1 ? near : far, x);
}

// The functions below go through long double, rounded once: glibc's x87 versions, unlike its double ones, give the same bits on every
// processor. They do not vectorise.
template <class T>
T sin(T x) {
  return static_cast<T>(std::sin(static_cast<long double>(x)));
}
template <class T>
T cos(T x) {
  return static_cast<T>(std::cos(static_cast<long double>(x)));
}
template <class T>
T tan(T x) {
  return static_cast<T>(std::tan(static_cast<long double>(x)));
}

// The common exponents by plain arithmetic, as in PyTorch.
template <class T>
T pow(T x, T exponent) {
  if (exponent == 0) return 1;
  if (exponent == 1) return x;
  if (exponent == 2) return x * x;
  if (exponent == 3) return x * x * x;
  if (exponent == -1) return 1 / x;
  if (exponent == T(0.5)) return std::sqrt(x);
  return static_cast<T>(std::pow(static_cast<long double>(x), static_cast<long double>(exponent)));
}

template <class T>
T sign(T x) {
  return x > 0 ? T(1) : x < 0 ? T(-1) : x == 0 ? T(0) : x;
}

// x as it is printed: NaN without its sign, which differs between processors and compilers and says nothing.
template <class T>
T printable(T x) {
  return x == x ? x : std::numeric_limits<T>::quiet_NaN();
}

}  // namespace descent::math
