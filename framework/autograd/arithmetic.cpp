#include "descent/autograd/elementwise.h"
#include "descent/autograd/ops.h"
#include "descent/core/math.h"

// Operations of several operands, and their operator forms' targets.
namespace descent {
namespace {

constexpr auto kAdd = elementwise(
    "add", [](auto a, auto b) { return a + b; },        //
    [](auto a, auto, auto) { return decltype(a)(1); },  // dy/da from (a, b, y)
    [](auto a, auto, auto) { return decltype(a)(1); });

constexpr auto kSub = elementwise(
    "sub", [](auto a, auto b) { return a - b; },  //
    [](auto a, auto, auto) { return decltype(a)(1); }, [](auto a, auto, auto) { return decltype(a)(-1); });

constexpr auto kMul = elementwise(
    "mul", [](auto a, auto b) { return a * b; },  //
    [](auto, auto b, auto) { return b; }, [](auto a, auto, auto) { return a; });

constexpr auto kDiv = elementwise(
    "div", [](auto a, auto b) { return a / b; },  //
    [](auto, auto b, auto) { return 1 / b; }, [](auto, auto b, auto y) { return -y / b; });

// d/db is 0 where aᵇ is 0 and at 0⁰, though log a is not finite there.
constexpr auto kPow = elementwise(
    "pow", [](auto a, auto b) { return math::pow(a, b); },  //
    [](auto a, auto b, auto) { return b == 0 ? decltype(a)(0) : b * math::pow(a, b - 1); },
    [](auto a, auto b, auto y) { return y == 0 || (a == 0 && b == 0) ? decltype(a)(0) : y * math::log(a); });

// Which operand is taken: 1 the first, 0 the second, ½ where they are equal.
constexpr auto kAbove = [](auto a, auto b, auto) -> decltype(a) { return a > b ? 1 : a == b ? decltype(a)(0.5) : 0; };
constexpr auto kBelow = [](auto a, auto b, auto) -> decltype(a) { return a < b ? 1 : a == b ? decltype(a)(0.5) : 0; };

// NaN in either operand comes through.
constexpr auto kMaximum = elementwise(
    "maximum", [](auto a, auto b) { return a > b || a != a ? a : b; }, kAbove, kBelow);
constexpr auto kMinimum = elementwise(
    "minimum", [](auto a, auto b) { return a < b || a != a ? a : b; }, kBelow, kAbove);

constexpr auto kWhere = elementwise(
    "where", [](auto condition, auto a, auto b) { return condition != 0 ? a : b; },  //
    NoSlope{}, [](auto condition, auto, auto, auto) { return decltype(condition)(condition != 0); },
    [](auto condition, auto, auto, auto) { return decltype(condition)(condition == 0); });

constexpr auto kClamp = elementwise(
    "clamp",
    [](auto x, auto low, auto high) {
      const auto raised = x < low ? low : x;
      return raised > high ? high : raised;
    },
    [](auto x, auto low, auto high, auto) { return decltype(x)(x >= low && x <= high); }, NoSlope{}, NoSlope{});

constexpr auto kLeakyRelu = elementwise(
    "leaky_relu", [](auto x, auto slope) { return x > 0 ? x : slope * x; },  //
    [](auto x, auto slope, auto) { return x > 0 ? decltype(x)(1) : slope; }, NoSlope{});

constexpr auto kElu = elementwise(
    "elu", [](auto x, auto alpha) { return x > 0 ? x : alpha * math::expm1(x); },  //
    [](auto x, auto alpha, auto) { return x > 0 ? decltype(x)(1) : alpha * math::exp(x); }, NoSlope{});

Tensor like(const Tensor& x, double value) { return scalar(value, x.dtype()); }

}  // namespace

Tensor add(const Tensor& a, const Tensor& b) { return run<kAdd>({a, b}); }
Tensor sub(const Tensor& a, const Tensor& b) { return run<kSub>({a, b}); }
Tensor mul(const Tensor& a, const Tensor& b) { return run<kMul>({a, b}); }
Tensor div(const Tensor& a, const Tensor& b) { return run<kDiv>({a, b}); }
Tensor pow(const Tensor& a, const Tensor& b) { return run<kPow>({a, b}); }
Tensor maximum(const Tensor& a, const Tensor& b) { return run<kMaximum>({a, b}); }
Tensor minimum(const Tensor& a, const Tensor& b) { return run<kMinimum>({a, b}); }
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) { return run<kWhere>({condition, a, b}); }

Tensor pow(const Tensor& a, double exponent) { return exponent == 2 ? square(a) : run<kPow>({a, like(a, exponent)}); }
Tensor clamp(const Tensor& x, double low, double high) { return run<kClamp>({x, like(x, low), like(x, high)}); }
Tensor leaky_relu(const Tensor& x, double negative_slope) { return run<kLeakyRelu>({x, like(x, negative_slope)}); }
Tensor elu(const Tensor& x, double alpha) { return run<kElu>({x, like(x, alpha)}); }

}  // namespace descent
