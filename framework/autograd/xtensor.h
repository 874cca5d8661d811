#pragma once
#include <array>
#include <xtensor/xadapt.hpp>
#include <xtensor/xexpression.hpp>
#include <xtensor/xnoalias.hpp>

#include "descent/autograd/tensor.h"

// The door to xtensor: tensors as adaptors, tensors made of expressions, and operations written as expressions:
//
//   struct Cube {
//     static constexpr const char* name = "cube";
//     template <class T> static void forward(Node& y) { out<T>(y) = in<T>(y, 0) * in<T>(y, 0) * in<T>(y, 0); }
//     template <class T> static void backward(Node& y) { add_grad<T>(y, 0, 3 * in<T>(y, 0) * in<T>(y, 0) * out_grad<T>(y)); }
//   };
namespace descent {

// `count` elements of `shape` at `data`, as an xtensor adaptor that does not own them.
template <class T, std::size_t N = 0>
auto view_of(T* data, const Shape& shape) {
  if constexpr (N == 0) {
    const xt::dynamic_shape<std::size_t> sizes(shape.begin(), shape.end());
    return xt::adapt(data, static_cast<std::size_t>(shape.size()), xt::no_ownership(), sizes);
  } else {
    if (shape.rank() != static_cast<int>(N)) fail_argument("view: expected {} axes, got {}", N, to_string(shape));
    std::array<std::size_t, N> sizes{};
    for (std::size_t i = 0; i < N; ++i) sizes[i] = static_cast<std::size_t>(shape[static_cast<int>(i)]);
    return xt::adapt(data, static_cast<std::size_t>(shape.size()), xt::no_ownership(), sizes);
  }
}

template <class T, std::size_t N>
auto Tensor::view() const {
  return view_of<T, N>(data<T>(), shape());
}

// A tensor with the values of an expression of floats, doubles or std::int64_t.
template <class E>
Tensor from_xtensor(const xt::xexpression<E>& expression) {
  const E& e = expression.derived_cast();
  using T = std::decay_t<typename E::value_type>;
  Tensor x = empty(Shape(e.shape().begin(), e.shape().end()), kDTypeOf<T>);
  auto values = x.view<T>();
  xt::noalias(values) = e;
  return x;
}

// Within an operation: what it works on.
template <class T>
auto in(const Node& y, std::uint32_t i) {
  return view_of(y.in<T>(i), y.inputs[i]->shape);
}
template <class T>
auto out(const Node& y) {
  return view_of(y.out<T>(), y.shape);
}
template <class T>
auto out_grad(const Node& y) {
  return view_of(y.out_grad<T>(), y.shape);
}
// dL/d(input i) gets the expression, which has the input's shape. Nothing is computed when nobody needs it.
template <class T, class E>
void add_grad(Node& y, std::uint32_t i, const xt::xexpression<E>& expression) {
  const auto sink = y.in_grad<T>(i);
  if (!sink) return;
  auto dx = view_of(sink.data, y.inputs[i]->shape);
  if (sink.accumulate) {
    xt::noalias(dx) += expression.derived_cast();
  } else {
    xt::noalias(dx) = expression.derived_cast();
  }
}

}  // namespace descent
