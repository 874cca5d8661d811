#include <cmath>

#include "descent/autograd/elementwise.h"
#include "descent/autograd/ops.h"
#include "descent/core/math.h"

// Functions of one operand: the value, and dy/dx from (x, y).
namespace descent {
namespace {

constexpr auto kNeg = elementwise(
    "neg", [](auto x) { return -x; }, [](auto x, auto) { return decltype(x)(-1); });
constexpr auto kExp = elementwise(
    "exp", [](auto x) { return math::exp(x); }, [](auto, auto y) { return y; });
constexpr auto kLog = elementwise(
    "log", [](auto x) { return math::log(x); }, [](auto x, auto) { return 1 / x; });
constexpr auto kLog1p = elementwise(
    "log1p", [](auto x) { return math::log1p(x); }, [](auto x, auto) { return 1 / (1 + x); });
constexpr auto kSqrt = elementwise(
    "sqrt", [](auto x) { return std::sqrt(x); }, [](auto, auto y) { return 1 / (2 * y); });
constexpr auto kSquare = elementwise(
    "square", [](auto x) { return x * x; }, [](auto x, auto) { return 2 * x; });
constexpr auto kAbs = elementwise(
    "abs", [](auto x) { return std::abs(x); }, [](auto x, auto) { return decltype(x)((x > 0) - (x < 0)); });
constexpr auto kSign = elementwise(
    "sign", [](auto x) { return math::sign(x); }, [](auto x, auto) { return decltype(x)(0); });
constexpr auto kSin = elementwise(
    "sin", [](auto x) { return math::sin(x); }, [](auto x, auto) { return math::cos(x); });
constexpr auto kCos = elementwise(
    "cos", [](auto x) { return math::cos(x); }, [](auto x, auto) { return -math::sin(x); });
constexpr auto kTan = elementwise(
    "tan", [](auto x) { return math::tan(x); }, [](auto, auto y) { return 1 + y * y; });
constexpr auto kTanh = elementwise(
    "tanh", [](auto x) { return math::tanh(x); }, [](auto, auto y) { return 1 - y * y; });
constexpr auto kSigmoid = elementwise(
    "sigmoid", [](auto x) { return math::sigmoid(x); }, [](auto, auto y) { return y * (1 - y); });
constexpr auto kRelu = elementwise(  // NaN comes through, forward and backward
    "relu", [](auto x) { return x < 0 ? decltype(x)(0) : x; }, [](auto x, auto) { return decltype(x)(!(x <= 0)); });
constexpr auto kSilu = elementwise(
    "silu", [](auto x) { return x * math::sigmoid(x); },
    [](auto x, auto) {
      const auto s = math::sigmoid(x);
      return s * (1 + x * (1 - s));
    });
constexpr auto kSoftplus = elementwise(
    "softplus", [](auto x) { return math::softplus(x); }, [](auto x, auto) { return math::sigmoid(x); });

constexpr double kInverseSqrt2 = 0.70710678118654752440, kInverseSqrt2Pi = 0.39894228040143267794;
// Φ, the normal distribution function.
constexpr auto kNormalCdf = [](auto x) { return (1 + math::erf(x * decltype(x)(kInverseSqrt2))) / 2; };
constexpr auto kGelu = elementwise(
    "gelu", [](auto x) { return x * kNormalCdf(x); },
    [](auto x, auto) { return kNormalCdf(x) + x * decltype(x)(kInverseSqrt2Pi) * math::exp(-x * x / 2); });

}  // namespace

Tensor neg(const Tensor& x) { return run<kNeg>({x}); }
Tensor exp(const Tensor& x) { return run<kExp>({x}); }
Tensor log(const Tensor& x) { return run<kLog>({x}); }
Tensor log1p(const Tensor& x) { return run<kLog1p>({x}); }
Tensor sqrt(const Tensor& x) { return run<kSqrt>({x}); }
Tensor square(const Tensor& x) { return run<kSquare>({x}); }
Tensor abs(const Tensor& x) { return run<kAbs>({x}); }
Tensor sign(const Tensor& x) { return run<kSign>({x}); }
Tensor sin(const Tensor& x) { return run<kSin>({x}); }
Tensor cos(const Tensor& x) { return run<kCos>({x}); }
Tensor tan(const Tensor& x) { return run<kTan>({x}); }
Tensor tanh(const Tensor& x) { return run<kTanh>({x}); }
Tensor sigmoid(const Tensor& x) { return run<kSigmoid>({x}); }
Tensor relu(const Tensor& x) { return run<kRelu>({x}); }
Tensor silu(const Tensor& x) { return run<kSilu>({x}); }
Tensor gelu(const Tensor& x) { return run<kGelu>({x}); }
Tensor softplus(const Tensor& x) { return run<kSoftplus>({x}); }

}  // namespace descent
