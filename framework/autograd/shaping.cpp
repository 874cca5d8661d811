#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "descent/autograd/axes.h"
#include "descent/autograd/kernels.h"
#include "descent/autograd/ops.h"

// Operations that move elements: each is a walk over equal shapes with different strides, and its gradient the same walk backwards.
namespace descent {
namespace {

// A box of elements within a contiguous array: where it begins, and its strides.
struct Box {
  std::int64_t begin = 0;
  Shape strides;
};

Box whole(const Shape& shape) { return {0, strides_as(shape, shape)}; }

template <class T>
void copy_row(std::int64_t n, T* to, std::int64_t to_stride, const T* from, std::int64_t from_stride, bool accumulate) {
  if (to_stride == 1 && from_stride == 1 && accumulate) return add_to(n, to, from);
  if (to_stride == 1 && from_stride == 1) return static_cast<void>(std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(T)));
  for (std::int64_t i = 0; i < n; ++i) {
    T& y = to[i * to_stride];
    y = accumulate ? y + from[i * from_stride] : from[i * from_stride];
  }
}

// to[box] = from[box], or += when `accumulate`.
template <class T>
void copy_box(const Shape& shape, T* to, const Box& to_box, const T* from, const Box& from_box, bool accumulate) {
  const Walk<2> walk(shape, {to_box.strides, from_box.strides});
  walk.rows([&](const auto& offsets) {
    copy_row(walk.inner(), to + to_box.begin + offsets[0], walk.stride(0), from + from_box.begin + offsets[1], walk.stride(1), accumulate);
  });
}

// y is a box of x.
struct Take {
  template <class T>
  static void forward(Node& y) {
    copy_box(y.shape, y.out<T>(), whole(y.shape), y.in<T>(0), y.attributes<Box>(), false);
  }
  template <class T>
  static void backward(Node& y) {
    if (T* dx = y.in_grad_sum<T>(0)) copy_box(y.shape, dx, y.attributes<Box>(), y.out_grad<T>(), whole(y.shape), true);
  }
};
struct Permute : Take {
  static constexpr const char* name = "permute";
};
struct Slice : Take {
  static constexpr const char* name = "slice";
};

// y shares the memory of x.
struct Reshape {
  static constexpr const char* name = "reshape";
  template <class T>
  static void forward(Node&) {}
  template <class T>
  static void backward(Node& y) {
    const auto dx = y.in_grad<T>(0);
    copy_row(y.size, dx.data, 1, y.out_grad<T>(), 1, dx.accumulate);
  }
};

// Inputs lie one after another along the axis saved as attribute.
struct Concat {
  static constexpr const char* name = "concat";
  template <class F>
  static void each(Node& y, const F& f) {
    Box box = whole(y.shape);
    for (std::uint32_t i = 0; i < y.input_count; ++i) {
      f(i, box);
      box.begin += y.inputs[i]->shape[y.attributes<int>()] * box.strides[y.attributes<int>()];
    }
  }
  template <class T>
  static void forward(Node& y) {
    each(y, [&](std::uint32_t i, const Box& box) {
      copy_box(y.inputs[i]->shape, y.out<T>(), box, y.in<T>(i), whole(y.inputs[i]->shape), false);
    });
  }
  template <class T>
  static void backward(Node& y) {
    each(y, [&](std::uint32_t i, const Box& box) {
      if (auto dx = y.in_grad<T>(i)) copy_box(y.inputs[i]->shape, dx.data, whole(y.inputs[i]->shape), y.out_grad<T>(), box, dx.accumulate);
    });
  }
};

// Both arrays seen as (outer, length, inner) around the axis; the index has the shape of y.
struct Gather {
  static constexpr const char* name = "gather";
  template <class F>
  static void each(const Node& y, const F& f) {
    const Node &x = *y.inputs[0], &index = *y.inputs[1];
    const int axis = y.attributes<int>();
    const Shape strides = strides_as(x.shape, x.shape);
    for (std::int64_t i = 0; i < y.size; ++i) {
      std::int64_t rest = i, from = 0;
      for (int a = y.shape.rank() - 1; a >= 0; --a) {
        const std::int64_t position = rest % y.shape[a];
        rest /= y.shape[a];
        from += strides[a] * (a == axis ? index.value.as<std::int64_t>()[i] : position);
      }
      f(i, from);
    }
  }
  template <class T>
  static void forward(Node& y) {
    each(y, [&](std::int64_t i, std::int64_t from) { y.out<T>()[i] = y.in<T>(0)[from]; });
  }
  template <class T>
  static void backward(Node& y) {
    if (T* dx = y.in_grad_sum<T>(0)) each(y, [&](std::int64_t i, std::int64_t from) { dx[from] += y.out_grad<T>()[i]; });
  }
};

}  // namespace

Tensor reshape(const Tensor& x, const std::vector<std::int64_t>& sizes) {
  if (!x.defined()) fail_argument("reshape: the tensor is undefined");
  std::int64_t known = 1;
  for (const std::int64_t n : sizes) known *= n == -1 ? 1 : n;
  Shape shape;
  bool fits = std::count(sizes.begin(), sizes.end(), -1) <= 1;
  for (const std::int64_t n : sizes) {
    const std::int64_t size = n == -1 && known > 0 ? x.size() / known : n;
    fits &= size >= 0;
    shape.push_back(std::max<std::int64_t>(size, 0));
  }
  if (!fits || shape.size() != x.size()) {
    fail_argument("reshape: cannot turn {} into ({})", to_string(x.shape()), fmt::join(sizes, ", "));
  }
  Node* y = make_node(shape, x.dtype(), &kOp<Reshape>, x, x.node()->value);
  finish_node(*y);
  return Tensor::adopt(y);
}

Tensor permute(const Tensor& x, const std::vector<std::int64_t>& axes) {
  check_operands("permute", {&x});
  const Box from = whole(x.shape());
  Shape shape, strides;
  unsigned seen = 0;
  for (const std::int64_t a : axes) {
    const int axis = normalize_axis("permute", a, x.shape());
    seen |= 1U << axis;
    shape.push_back(x.shape()[axis]);
    strides.push_back(from.strides[axis]);
  }
  if (static_cast<int>(axes.size()) != x.rank() || seen + 1 != 1U << x.rank()) {
    fail_argument("permute: expected each of the {} axes of {} once", x.rank(), to_string(x.shape()));
  }
  return apply<Permute>(shape, {x}, [&](Node& y) { y.save(Box{0, strides}); });
}

Tensor transpose(const Tensor& x, std::int64_t axis0, std::int64_t axis1) {
  check_operands("transpose", {&x});
  std::vector<std::int64_t> axes;
  for (int i = 0; i < x.rank(); ++i) axes.push_back(i);
  std::swap(axes[static_cast<std::size_t>(normalize_axis("transpose", axis0, x.shape()))],
            axes[static_cast<std::size_t>(normalize_axis("transpose", axis1, x.shape()))]);
  return permute(x, axes);
}

Tensor slice(const Tensor& x, std::int64_t a, std::int64_t start, std::int64_t stop, std::int64_t step) {
  check_operands("slice", {&x});
  const int axis = normalize_axis("slice", a, x.shape());
  if (step < 1) fail_argument("slice: expected a step >= 1, got {}", step);
  const std::int64_t n = x.shape()[axis];
  step = std::min(step, n + 1);
  start = std::clamp<std::int64_t>(start < 0 ? start + n : start, 0, n);
  stop = std::clamp<std::int64_t>(stop < 0 ? stop + n : stop, start, n);
  Box box = whole(x.shape());
  box.begin = start * box.strides[axis];
  box.strides[axis] *= step;
  Shape shape = x.shape();
  shape[axis] = (stop - start + step - 1) / step;
  return apply<Slice>(shape, {x}, [&](Node& y) { y.save(box); });
}

Tensor concat(const std::vector<Tensor>& tensors, std::int64_t a) {
  if (tensors.empty()) fail_argument("concat: expected at least one tensor");
  Shape shape;
  int axis = 0;
  for (const Tensor& x : tensors) {
    check_operands("concat", {&tensors[0], &x});
    if (&x == &tensors[0]) {
      shape = x.shape();
      axis = normalize_axis("concat", a, shape);
      continue;
    }
    Shape expected = tensors[0].shape();
    if (x.rank() == expected.rank()) expected[axis] = x.shape()[axis];
    if (x.shape() != expected) fail_argument("concat: cannot join {} and {} along axis {}", to_string(shape), to_string(x.shape()), axis);
    shape[axis] += x.shape()[axis];
  }
  return apply<Concat>(shape, tensors, [&](Node& y) { y.save(axis); });
}

Tensor stack(const std::vector<Tensor>& tensors, std::int64_t axis) {
  if (tensors.empty()) fail_argument("stack: expected at least one tensor");
  std::vector<Tensor> rows;
  for (const Tensor& x : tensors) {
    check_operands("stack", {&tensors[0], &x});
    if (x.shape() != tensors[0].shape())
      fail_argument("stack: cannot stack {} and {}", to_string(tensors[0].shape()), to_string(x.shape()));
    std::vector<std::int64_t> sizes(x.shape().begin(), x.shape().end());
    const std::int64_t at = axis < 0 ? axis + x.rank() + 1 : axis;
    if (at < 0 || at > x.rank()) fail_argument("stack: axis {} is out of range for {}", axis, to_string(x.shape()));
    sizes.insert(sizes.begin() + at, 1);
    rows.push_back(reshape(x, sizes));
  }
  return concat(rows, axis);
}

Tensor gather(const Tensor& x, std::int64_t a, const Tensor& index) {
  check_operands("gather", {&x});
  const int axis = normalize_axis("gather", a, x.shape());
  if (!index.defined()) fail_argument("gather: the index is undefined");
  if (index.dtype() != DType::int64) fail_argument("gather: expected an index of int64, got {}", name(index.dtype()));
  bool fits = index.rank() == x.rank();
  for (int i = 0; fits && i < x.rank(); ++i) fits = i == axis || index.shape()[i] <= x.shape()[i];
  if (!fits) fail_argument("gather: an index {} does not fit {}", to_string(index.shape()), to_string(x.shape()));
  for (std::int64_t i = 0; i < index.size(); ++i) {
    const std::int64_t at = index.data<std::int64_t>()[i];
    if (at < 0 || at >= x.shape()[axis]) fail_argument("gather: index {} is out of range for {}", at, to_string(x.shape()));
  }
  return apply<Gather>(index.shape(), {x, index}, [&](Node& y) { y.save(axis); });
}

}  // namespace descent
