#pragma once
#include <cstdint>
#include <initializer_list>
#include <tuple>
#include <utility>

#include "descent/autograd/node.h"
#include "descent/core/simd.h"

// Elementwise operations, value and slopes under each other:
//
//   constexpr auto kMul = elementwise("mul", [](auto a, auto b) { return a * b; },
//                                            [](auto, auto b, auto) { return b; },    // dy/da from (a, b, y)
//                                            [](auto a, auto, auto) { return a; });   // dy/db
//   Tensor mul(const Tensor& a, const Tensor& b) { return run<kMul>({a, b}); }
//
// The lambdas are scalar; the loops around them are vectorised for contiguous blocks. Broadcasting is done once for all, by handing blocks
// over.
namespace descent {

template <class Value, class... Slopes>
struct Elementwise {
  const char* name;
  Value value;
  std::tuple<Slopes...> slopes;
};

template <class Value, class... Slopes>
constexpr Elementwise<Value, Slopes...> elementwise(const char* name, Value value, Slopes... slopes) {
  return {name, value, {slopes...}};
}

// For an operand that gets no gradient.
struct NoSlope {};

// The loops of one operation for one dtype: y = value(in…) and dx = slope(in…, y)·g over n contiguous elements.
template <class T>
using ValueLoop = void (*)(std::int64_t n, const T* const* in, T* y);
template <class T>
using SlopeLoop = void (*)(std::int64_t n, const T* const* in, const T* y, const T* g, T* dx);
template <class T>
struct Loops {
  ValueLoop<T> value;
  SlopeLoop<T> slopes[Node::kInline];  // null: no gradient
};

struct ElementwiseOp : Op {
  Loops<float> float32;
  Loops<double> float64;
  template <class T>
  const Loops<T>& loops() const {
    if constexpr (sizeof(T) == 4) {
      return float32;
    } else {
      return float64;
    }
  }
};

template <const auto& K, class T, class... X>
void map(std::int64_t n, T* y, const X*... x) {
  vectorized([=] {
    for (std::int64_t i = 0; i < n; ++i) y[i] = K.value(x[i]...);
  });
}
template <const auto& K, std::size_t S, class T, class... X>
void map_slope(std::int64_t n, const T* y, const T* g, T* dx, const X*... x) {
  vectorized([=] {
    for (std::int64_t i = 0; i < n; ++i) dx[i] = std::get<S>(K.slopes)(x[i]..., y[i]) * g[i];
  });
}
template <const auto& K, class T, std::size_t... I>
void value_loop(std::int64_t n, const T* const* in, T* y) {
  map<K>(n, y, in[I]...);
}
template <const auto& K, class T, std::size_t S, std::size_t... I>
void slope_loop(std::int64_t n, const T* const* in, const T* y, const T* g, T* dx) {
  map_slope<K, S>(n, y, g, dx, in[I]...);
}

template <const auto& K, class T, std::size_t S, std::size_t... I>
constexpr SlopeLoop<T> slope_loop_or_null() {
  using Slope = std::tuple_element_t<S, std::decay_t<decltype(K.slopes)>>;
  if constexpr (std::is_same_v<Slope, NoSlope>) {
    return nullptr;
  } else {
    return &slope_loop<K, T, S, I...>;
  }
}

template <const auto& K, class T, std::size_t... I>
constexpr Loops<T> make_loops(std::index_sequence<I...>) {
  return {&value_loop<K, T, I...>, {slope_loop_or_null<K, T, I, I...>()...}};
}

template <class T>
void elementwise_forward(Node& y);
template <class T>
void elementwise_backward(Node& y);

template <const auto& K, class Arity>
inline constexpr ElementwiseOp kElementwiseOp{
    {K.name, {&elementwise_forward<float>, &elementwise_forward<double>}, {&elementwise_backward<float>, &elementwise_backward<double>}},
    make_loops<K, float>(Arity{}),
    make_loops<K, double>(Arity{})};

// Broadcasts the operands and runs the operation.
Tensor run_elementwise(const ElementwiseOp& op, std::initializer_list<Tensor> operands);

template <const auto& K>
Tensor run(std::initializer_list<Tensor> operands) {
  using Arity = std::make_index_sequence<std::tuple_size_v<std::decay_t<decltype(K.slopes)>>>;
  return run_elementwise(kElementwiseOp<K, Arity>, operands);
}

}  // namespace descent
