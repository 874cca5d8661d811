#include <algorithm>
#include <limits>

#include "descent/autograd/axes.h"
#include "descent/autograd/kernels.h"
#include "descent/autograd/ops.h"

// Reductions: the input is walked beside the result, whose strides are 0 along the reduced axes.
namespace descent {
namespace {

// The shape with the reduced axes kept as 1, and without them.
struct Reduced {
  Shape kept, dropped;
  std::int64_t count = 1;  // elements that go into one result
};

Reduced reduce_shape(const char* op, const Shape& shape, const Axes& axes) {
  unsigned reduced = axes.empty() ? ~0U : 0U;
  for (const std::int64_t axis : axes) {
    const unsigned bit = 1U << normalize_axis(op, axis, shape);
    if (reduced & bit) fail_argument("{}: axis {} is given twice", op, axis);
    reduced |= bit;
  }
  Reduced result;
  for (int i = 0; i < shape.rank(); ++i) {
    const bool gone = reduced >> i & 1U;
    result.kept.push_back(gone ? 1 : shape[i]);
    if (gone) result.count *= shape[i];
    if (!gone) result.dropped.push_back(shape[i]);
  }
  return result;
}

// Array 0 is the input, array 1 the result.
Walk<2> walk_of(const Node& y) {
  const Shape &x = y.inputs[0]->shape, &kept = y.attributes<Shape>();
  return Walk<2>(x, {strides_as(x, x), strides_as(kept, x)});
}

struct Sum {
  static constexpr const char* name = "sum";
  template <class T>
  static void forward(Node& y) {
    const Walk<2> walk = walk_of(y);
    const T* x = y.in<T>(0);
    T* to = y.out<T>();
    const bool reduced = walk.stride(1) == 0;
    const std::int64_t rows =
        y.inputs[0]->size / std::max<std::int64_t>(1, y.size * (reduced ? walk.inner() : 1));  // that go into a result
    if (reduced && rows == 1) return walk.rows([&](const auto& at) { to[at[1]] = block_sum(walk.inner(), x + at[0]); });
    fill(y.size, to, T(0));
    const RowSums<T> sums(to, y.size, rows);
    walk.rows([&](const auto& at) {
      if (!reduced) return sums.add(at[1], walk.inner(), x + at[0]);
      const T total = block_sum(walk.inner(), x + at[0]);
      sums.add(at[1], 1, &total);
    });
  }
  template <class T>
  static void backward(Node& y) {
    const auto dx = y.in_grad<T>(0);
    const T* g = y.out_grad<T>();
    const Walk<2> walk = walk_of(y);
    walk.rows([&](const auto& at) {
      const std::int64_t n = walk.inner(), step = walk.stride(1);
      T* to = dx.data + at[0];
      const T* from = g + at[1];
      vectorized([=, accumulate = dx.accumulate] {
        if (step == 0) {
          const T value = *from;
          for (std::int64_t i = 0; i < n; ++i) to[i] = accumulate ? to[i] + value : value;
        } else {
          for (std::int64_t i = 0; i < n; ++i) to[i] = accumulate ? to[i] + from[i] : from[i];
        }
      });
    });
  }
};

// y = max x; tied elements share the gradient.
struct Max {
  static constexpr const char* name = "max";
  template <class T, class F>
  static void each(Node& y, const F& f) {
    const Walk<2> walk = walk_of(y);
    walk.rows([&](const auto& at) {
      for (std::int64_t i = 0; i < walk.inner(); ++i) f(at[0] + i, at[1] + i * walk.stride(1));
    });
  }
  template <class T>
  static void forward(Node& y) {
    T* out = y.out<T>();
    const T* x = y.in<T>(0);
    fill(y.size, out, -std::numeric_limits<T>::infinity());
    each<T>(y, [&](std::int64_t i, std::int64_t j) { out[j] = x[i] > out[j] || x[i] != x[i] ? x[i] : out[j]; });
  }
  template <class T>
  static void backward(Node& y) {
    const auto dx = y.in_grad<T>(0);
    const T *x = y.in<T>(0), *out = y.out<T>(), *g = y.out_grad<T>();
    const Buffer ties(static_cast<std::size_t>(y.size) * sizeof(T));
    T* count = ties.as<T>();
    fill(y.size, count, T(0));
    each<T>(y, [&](std::int64_t i, std::int64_t j) { count[j] += T(x[i] == out[j]); });
    each<T>(y, [&](std::int64_t i, std::int64_t j) { dx.put(i, x[i] == out[j] ? g[j] / count[j] : T(0)); });
  }
};

template <class O>
Tensor reduce(const Tensor& x, const Axes& axes, bool keepdim) {
  check_operands(O::name, {&x});
  const Reduced shape = reduce_shape(O::name, x.shape(), axes);
  return apply<O>(keepdim ? shape.kept : shape.dropped, x, [&](Node& y) { y.save(shape.kept); });
}

void check_comparable(const char* op, const Tensor& x, const Axes& axes) {
  check_operands(op, {&x});
  if (reduce_shape(op, x.shape(), axes).count == 0) fail_argument("{}: {} has no elements to compare", op, to_string(x.shape()));
}

// Shifting by an infinite maximum would give ∞ − ∞; x − x is 0 only where x is finite.
Tensor finite_or_zero(const Tensor& x) { return where(x - x, scalar(0, x.dtype()), x); }

std::vector<std::int64_t> sizes(const Shape& shape) { return {shape.begin(), shape.end()}; }

}  // namespace

Tensor sum(const Tensor& x, const Axes& axes, bool keepdim) { return reduce<Sum>(x, axes, keepdim); }

Tensor mean(const Tensor& x, const Axes& axes, bool keepdim) {
  check_operands("mean", {&x});
  const std::int64_t count = reduce_shape("mean", x.shape(), axes).count;
  return sum(x, axes, keepdim) / static_cast<double>(count);
}

Tensor var(const Tensor& x, const Axes& axes, bool keepdim, bool unbiased) {
  check_operands("var", {&x});
  const std::int64_t count = reduce_shape("var", x.shape(), axes).count - (unbiased ? 1 : 0);
  return sum(square(x - mean(x, axes, true)), axes, keepdim) / static_cast<double>(count);
}

Tensor max(const Tensor& x, const Axes& axes, bool keepdim) {
  check_comparable("max", x, axes);
  return reduce<Max>(x, axes, keepdim);
}

Tensor min(const Tensor& x, const Axes& axes, bool keepdim) {
  check_comparable("min", x, axes);
  return neg(max(neg(x), axes, keepdim));
}

Tensor logsumexp(const Tensor& x, const Axes& axes, bool keepdim) {
  check_comparable("logsumexp", x, axes);
  const Tensor top = finite_or_zero(max(x.detach(), axes, true));
  const Tensor total = log(sum(exp(x - top), axes, true)) + top;
  return keepdim ? total : reshape(total, sizes(reduce_shape("logsumexp", x.shape(), axes).dropped));
}

}  // namespace descent
