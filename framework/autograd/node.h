#pragma once
#include <cstdint>
#include <initializer_list>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include "descent/autograd/tensor.h"
#include "descent/core/buffer.h"
#include "descent/core/error.h"

// For those who write operations. An operation is a struct:
//
//   struct Cube {
//     static constexpr const char* name = "cube";
//     template <class T> static void forward(Node& y) { … y.in<T>(0) … y.out<T>() … }
//     template <class T> static void backward(Node& y) {
//       if (auto dx = y.in_grad<T>(0)) { … dx.put(i, …) … }
//     }
//   };
//   Tensor cube(const Tensor& x) { return apply<Cube>(x.shape(), {x}); }
//
// With descent/autograd/xtensor.h the same can be written as xtensor expressions.
namespace descent {

struct Op {
  const char* name;
  void (*forward[2])(Node&);  // float32, float64
  void (*backward[2])(Node&);
};

// Where a gradient goes: false when nobody needs it. The first writer assigns, later ones accumulate.
template <class T>
struct Sink {
  T* data;
  bool accumulate;
  explicit operator bool() const { return data != nullptr; }
  void put(std::int64_t i, T value) const { data[i] = accumulate ? data[i] + value : value; }
};

// One tensor of the graph: its values, its gradient, and how it was made.
struct Node {
  static constexpr std::uint32_t kInline = 3;

  Shape shape;
  std::int64_t size = 0;
  DType dtype = DType::float32;
  bool requires_grad = false, grad_valid = false;
  std::uint32_t references = 1, pending = 0, input_count = 0;
  const Op* op = nullptr;  // null: a leaf
  Buffer value, grad;
  Buffer saved, attributes_;  // what forward keeps for backward: numbers, and plain data
  Node* link = nullptr;       // threads the walk's stack and the list of the dead
  Node** inputs = inline_inputs;
  Node* inline_inputs[kInline];

  template <class T>
  T* out() const {
    return value.as<T>();
  }
  template <class T>
  const T* in(std::uint32_t i) const {
    return inputs[i]->value.as<T>();
  }
  // dL/dy, valid within backward.
  template <class T>
  const T* out_grad() const {
    return grad.as<T>();
  }
  // dL/d(input i), to be written once by the caller.
  template <class T>
  Sink<T> in_grad(std::uint32_t i) {
    Node& x = *inputs[i];
    if (!x.requires_grad) return {nullptr, false};
    return {static_cast<T*>(x.ensure_grad()), std::exchange(x.grad_valid, true)};
  }
  // The same for gradients that are only ever added to: zero before the first write. Null when nobody needs it.
  template <class T>
  T* in_grad_sum(std::uint32_t i) {
    Node& x = *inputs[i];
    if (!x.requires_grad) return nullptr;
    if (!x.grad_valid) x.zero_grad();
    return x.grad.as<T>();
  }
  // Plain data that backward needs.
  template <class A>
  void save(const A& attributes) {
    static_assert(std::is_trivially_destructible_v<A>);
    attributes_ = Buffer(sizeof(A));
    new (attributes_.as<A>()) A(attributes);
  }
  template <class A>
  const A& attributes() const {
    return *attributes_.as<const A>();
  }

  void* ensure_grad();  // the gradient's memory, uninitialised
  void zero_grad();     // fills it with zeros and makes it valid
};

// The inputs of an operation, held by somebody else.
struct Inputs {
  Inputs() = default;
  Inputs(const Tensor& x) : begin(&x), count(1) {}
  Inputs(std::initializer_list<Tensor> list) : count(list.size()) { begin = list.begin(); }
  Inputs(const std::vector<Tensor>& list) : begin(list.data()), count(list.size()) {}
  const Tensor* begin = nullptr;
  std::size_t count = 0;
};

// A new node that holds its inputs, which are defined. Its values are uninitialised unless memory to share is given.
Node* make_node(const Shape& shape, DType dtype, const Op* op, const Inputs& inputs, Buffer values = {});
// After forward: keeps the inputs only if the node takes part in a graph.
void finish_node(Node& node);
// Whether operations of this thread record a graph.
bool grad_enabled();
// Throws `OP: expected …` unless all are defined and floating, of one dtype.
void check_operands(const char* op, std::initializer_list<const Tensor*> tensors);

template <class O>
inline constexpr Op kOp{
    O::name, {&O::template forward<float>, &O::template forward<double>}, {&O::template backward<float>, &O::template backward<double>}};

// Within a handler: throws the exception again, as an Error that names the operation if it is none, such as xtensor's.
[[noreturn]] void rethrow(const Op& op);

// Runs an operation on inputs that check_operands has seen; `prepare` may save attributes in the node before forward runs.
template <class Prepare>
Tensor apply(const Op& op, const Shape& shape, const Inputs& inputs, Prepare&& prepare) {
  Tensor y = Tensor::adopt(make_node(shape, inputs.begin->dtype(), &op, inputs));
  prepare(*y.node());
  try {
    op.forward[y.dtype() == DType::float64](*y.node());
  } catch (const std::runtime_error&) { rethrow(op); }
  finish_node(*y.node());
  return y;
}
template <class O, class Prepare>
Tensor apply(const Shape& shape, const Inputs& inputs, Prepare&& prepare) {
  return apply(kOp<O>, shape, inputs, prepare);
}
template <class O>
Tensor apply(const Shape& shape, const Inputs& inputs) {
  return apply(kOp<O>, shape, inputs, [](Node&) {});
}

void destroy(Node* node) noexcept;

[[noreturn]] void fail_undefined(const char* what);

inline const Shape& Tensor::shape() const {
  if (!node_) fail_undefined("shape");
  return node_->shape;
}
inline DType Tensor::dtype() const {
  if (!node_) fail_undefined("dtype");
  return node_->dtype;
}
inline bool Tensor::requires_grad() const { return node_ && node_->requires_grad; }
inline Tensor::Tensor(const Tensor& other) noexcept : node_(other.node_) {
  if (node_) ++node_->references;
}
inline Tensor::~Tensor() {
  if (node_ && --node_->references == 0) destroy(node_);
}

}  // namespace descent
