#include "descent/autograd/tensor.h"

#include "descent/autograd/kernels.h"

namespace descent {

void fail_undefined(const char* what) { fail_argument("{}: the tensor is undefined", what); }

namespace {

const Node& checked(const Node* node, const char* what) {
  if (!node) fail_undefined(what);
  return *node;
}

// Calls f with the values, typed.
template <class F>
decltype(auto) typed(const Node& node, F&& f) {
  if (node.dtype == DType::float32) return f(node.value.as<float>());
  if (node.dtype == DType::float64) return f(node.value.as<double>());
  return f(node.value.as<std::int64_t>());
}

// A leaf that shares values.
Tensor leaf(const Node& node, const Buffer& values) { return Tensor::adopt(make_node(node.shape, node.dtype, nullptr, {}, values)); }

// Appends the numbers of `nested`, which stands at `axis` of `shape`.
void collect(const Nested& nested, const Shape& shape, int axis, std::vector<double>& values) {
  const bool fits =
      nested.is_list == (axis < shape.rank()) && (!nested.is_list || static_cast<std::int64_t>(nested.items.size()) == shape[axis]);
  if (!fits) fail_argument("tensor: the rows have different lengths");
  if (!nested.is_list) values.push_back(nested.value);
  for (const Nested& item : nested.items) collect(item, shape, axis + 1, values);
}

}  // namespace

template <class T>
T* Tensor::data() const {
  const Node& node = checked(node_, "data");
  if (node.dtype != kDTypeOf<T>) fail_argument("data: expected a tensor of {}, got {}", name(kDTypeOf<T>), name(node.dtype));
  return node.value.as<T>();
}
template float* Tensor::data() const;
template double* Tensor::data() const;
template std::int64_t* Tensor::data() const;

double Tensor::item() const {
  if (checked(node_, "item").size != 1) fail_argument("item: expected one element, got {}", to_string(shape()));
  return at(0);
}

double Tensor::at(std::int64_t index) const {
  if (index < 0 || index >= checked(node_, "at").size) fail_argument("at: {} is out of range for {}", index, to_string(shape()));
  return typed(*node_, [&](auto* values) { return static_cast<double>(values[index]); });
}

std::vector<double> Tensor::to_vector() const {
  const std::int64_t n = checked(node_, "to_vector").size;
  return typed(*node_, [&](auto* values) { return std::vector<double>(values, values + n); });
}

Tensor& Tensor::set_requires_grad(bool value) {
  if (checked(node_, "set_requires_grad").op) fail_argument("set_requires_grad: only a leaf can be changed; use detach()");
  if (value && node_->dtype == DType::int64) fail_argument("set_requires_grad: expected a floating tensor, got int64");
  node_->requires_grad = value;
  return *this;
}

Tensor Tensor::grad() const { return node_ && node_->grad_valid ? leaf(*node_, node_->grad) : Tensor(); }

void Tensor::zero_grad() const {
  if (node_) node_->grad_valid = false;
}

Tensor Tensor::detach() const { return leaf(checked(node_, "detach"), node_->value); }

Tensor Tensor::to(DType dtype) const {
  Tensor copy = empty(checked(node_, "to").shape, dtype);
  typed(*node_, [&](auto* from) {
    typed(*copy.node_, [&](auto* to) {
      using To = std::remove_pointer_t<decltype(to)>;
      for (std::int64_t i = 0; i < node_->size; ++i) to[i] = static_cast<To>(from[i]);
    });
  });
  return copy;
}

void check_operands(const char* op, std::initializer_list<const Tensor*> tensors) {
  const Tensor& first = **tensors.begin();
  for (const Tensor* x : tensors) {
    if (!x->defined()) fail_argument("{}: an operand is undefined", op);
    if (x->dtype() == DType::int64) fail_argument("{}: expected floating tensors, got int64", op);
    if (x->dtype() != first.dtype()) fail_argument("{}: cannot mix {} and {}", op, name(first.dtype()), name(x->dtype()));
  }
}

Tensor empty(const Shape& shape, DType dtype) { return Tensor::adopt(make_node(shape, dtype, nullptr, {})); }

Tensor full(const Shape& shape, double value, DType dtype) {
  Tensor x = empty(shape, dtype);
  typed(*x.node(), [&](auto* values) {
    using T = std::remove_pointer_t<decltype(values)>;
    fill(x.node()->size, values, static_cast<T>(value));
  });
  return x;
}

Tensor zeros(const Shape& shape, DType dtype) { return full(shape, 0, dtype); }
Tensor ones(const Shape& shape, DType dtype) { return full(shape, 1, dtype); }
Tensor scalar(double value, DType dtype) { return full({}, value, dtype); }

Tensor arange(std::int64_t n, DType dtype) {
  Tensor x = empty({n}, dtype);
  typed(*x.node(), [&](auto* values) {
    using T = std::remove_pointer_t<decltype(values)>;
    for (std::int64_t i = 0; i < n; ++i) values[i] = static_cast<T>(i);
  });
  return x;
}

Tensor tensor(const Shape& shape, const std::vector<double>& values, DType dtype) {
  if (shape.size() != static_cast<std::int64_t>(values.size())) {
    fail_argument("tensor: {} values do not fill {}", values.size(), to_string(shape));
  }
  Tensor x = empty(shape, dtype);
  typed(*x.node(), [&](auto* to) {
    using T = std::remove_pointer_t<decltype(to)>;
    std::transform(values.begin(), values.end(), to, [](double v) { return static_cast<T>(v); });
  });
  return x;
}

Tensor tensor(const Nested& nested, DType dtype) {
  Shape shape;
  for (const Nested* level = &nested; level->is_list; level = &level->items[0]) {
    shape.push_back(static_cast<std::int64_t>(level->items.size()));
    if (level->items.empty()) break;
  }
  std::vector<double> values;
  collect(nested, shape, 0, values);
  return tensor(shape, values, dtype);
}

Tensor labels(const std::vector<std::int64_t>& values) {
  Tensor x = empty({static_cast<std::int64_t>(values.size())}, DType::int64);
  std::copy(values.begin(), values.end(), x.data<std::int64_t>());
  return x;
}

}  // namespace descent
