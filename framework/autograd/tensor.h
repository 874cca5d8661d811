#pragma once
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "descent/core/buffer.h"
#include "descent/core/dtype.h"
#include "descent/core/shape.h"

namespace descent {

struct Node;

// A dense row-major array with the operation that made it: a handle to a node of the graph. Copies share the node.
// A tensor, its copies and the graph they are in belong to one thread: nothing in them is locked or atomic.
class Tensor {
 public:
  Tensor() = default;
  Tensor(const Tensor& other) noexcept;
  Tensor(Tensor&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  Tensor& operator=(Tensor other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~Tensor();

  bool defined() const { return node_ != nullptr; }
  const Shape& shape() const;
  int rank() const { return shape().rank(); }
  std::int64_t size() const { return shape().size(); }
  std::int64_t size(std::int64_t axis) const { return shape()[normalize_axis("size", axis, shape())]; }
  DType dtype() const;

  // The values. T must match dtype(); throws otherwise.
  template <class T>
  T* data() const;
  // The values as an xtensor adaptor, mutable, of dynamic or of N axes; include descent/autograd/xtensor.h.
  template <class T, std::size_t N = 0>
  auto view() const;
  // The value of a tensor of one element.
  double item() const;
  // The element at a flat index, as a double, whatever the dtype.
  double at(std::int64_t index) const;
  std::vector<double> to_vector() const;

  // Leaves only: whether backward() computes a gradient for this tensor.
  Tensor& set_requires_grad(bool value = true);
  bool requires_grad() const;
  // The gradient as a tensor that shares its memory; undefined when there is none.
  Tensor grad() const;
  void zero_grad() const;
  // Accumulates d(this)/d(leaf) into every leaf that requires a gradient. This tensor has one element, or `seed` gives dL/d(this).
  void backward() const;
  void backward(const Tensor& seed) const;

  // The same values, outside the graph; memory is shared.
  Tensor detach() const;
  // A copy of the values, outside the graph, converted to `dtype`.
  Tensor to(DType dtype) const;
  Tensor clone() const { return to(dtype()); }

  Node* node() const { return node_; }
  // Takes over one reference.
  static Tensor adopt(Node* node) {
    Tensor tensor;
    tensor.node_ = node;
    return tensor;
  }

 private:
  Node* node_ = nullptr;
};

// Uninitialised values.
Tensor empty(const Shape& shape, DType dtype = DType::float32);
Tensor zeros(const Shape& shape, DType dtype = DType::float32);
Tensor ones(const Shape& shape, DType dtype = DType::float32);
Tensor full(const Shape& shape, double value, DType dtype = DType::float32);
Tensor scalar(double value, DType dtype = DType::float32);
Tensor arange(std::int64_t n, DType dtype = DType::float32);
// Nested braces: tensor(3), tensor({1, 2}), tensor({{1, 2}, {3, 4}}), …; rows must have equal lengths.
struct Nested {
  Nested(double number) : value(number) {}
  Nested(std::initializer_list<Nested> list) : items(list), is_list(true) {}
  double value = 0;
  std::vector<Nested> items;
  bool is_list = false;
};
Tensor tensor(const Nested& values, DType dtype = DType::float32);
Tensor tensor(const Shape& shape, const std::vector<double>& values, DType dtype = DType::float32);
// Class labels and indices.
Tensor labels(const std::vector<std::int64_t>& values);

// While one lives, operations of this thread record no graph.
class NoGrad {
 public:
  NoGrad();
  ~NoGrad();
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;

 private:
  bool before_;
};

}  // namespace descent

#include "descent/autograd/node.h"  // what the inline members need
