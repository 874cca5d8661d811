#include "descent/autograd/axes.h"
#include "descent/autograd/gemm.h"
#include "descent/autograd/kernels.h"
#include "descent/autograd/ops.h"

namespace descent {
namespace {

// The leading axes of a batched product, and the sizes of its matrices.
struct Batch {
  Shape axes;
  std::int64_t m, k, n;
};

Shape leading(const Shape& shape) { return Shape(shape.begin(), shape.end() - 2); }

// (…, m, k) x (…, k, n) -> (…, m, n)
struct Matmul {
  static constexpr const char* name = "matmul";

  // Calls f(i, j, l) for each product: where its matrices begin in a, b and y.
  template <class F>
  static void each(const Node& y, const F& f) {
    const Batch& batch = y.attributes<Batch>();
    const Shape& axes = batch.axes;
    const Walk<3> walk(
        axes, {strides_as(leading(y.inputs[0]->shape), axes), strides_as(leading(y.inputs[1]->shape), axes), strides_as(axes, axes)});
    walk.rows([&](auto at) {
      for (std::int64_t i = 0; i < walk.inner(); ++i) {
        f(at[0] * batch.m * batch.k, at[1] * batch.k * batch.n, at[2] * batch.m * batch.n);
        for (std::size_t s = 0; s < 3; ++s) at[s] += walk.stride(static_cast<int>(s));
      }
    });
  }
  template <class T>
  static void forward(Node& y) {
    const auto& [axes, m, k, n] = y.attributes<Batch>();
    each(y, [&, m = m, k = k, n = n](std::int64_t i, std::int64_t j, std::int64_t l) {
      gemm(matrix(y.in<T>(0) + i, m, k), matrix(y.in<T>(1) + j, k, n), y.out<T>() + l, false);
    });
  }
  template <class T>
  static void backward(Node& y) {
    const auto& [axes, m, k, n] = y.attributes<Batch>();
    const bool one = axes.size() == 1;  // otherwise a matrix may receive several gradients
    const Sink<T> da = one ? y.in_grad<T>(0) : Sink<T>{y.in_grad_sum<T>(0), true};
    const Sink<T> db = one ? y.in_grad<T>(1) : Sink<T>{y.in_grad_sum<T>(1), true};
    each(y, [&, m = m, k = k, n = n](std::int64_t i, std::int64_t j, std::int64_t l) {
      const auto g = matrix(y.out_grad<T>() + l, m, n);
      if (da) gemm(g, matrix(y.in<T>(1) + j, k, n).t(), da.data + i, da.accumulate);
      if (db) gemm(matrix(y.in<T>(0) + i, m, k).t(), g, db.data + j, db.accumulate);
    });
  }
};

// y = x·Wᵀ + b as one operation: rows are prefilled with the bias, the product is added.
struct Linear {
  static constexpr const char* name = "linear";
  static std::int64_t rows_of(const Node& y) { return Shape(y.shape.begin(), y.shape.end() - 1).size(); }
  template <class T>
  static void forward(Node& y) {
    const std::int64_t out = y.inputs[1]->shape[0], in = y.inputs[1]->shape[1], rows = rows_of(y);
    const bool bias = y.input_count == 3;
    if (bias) fill_rows(rows, out, y.out<T>(), y.in<T>(2));
    gemm(matrix(y.in<T>(0), rows, in), matrix(y.in<T>(1), out, in).t(), y.out<T>(), bias);
  }
  template <class T>
  static void backward(Node& y) {
    const std::int64_t out = y.inputs[1]->shape[0], in = y.inputs[1]->shape[1], rows = rows_of(y);
    const auto g = matrix(y.out_grad<T>(), rows, out);
    if (auto dx = y.in_grad<T>(0)) gemm(g, matrix(y.in<T>(1), out, in), dx.data, dx.accumulate);
    if (auto dw = y.in_grad<T>(1)) gemm(g.t(), matrix(y.in<T>(0), rows, in), dw.data, dw.accumulate);
    if (y.input_count < 3) return;
    if (T* db = y.in_grad_sum<T>(2)) sum_over_rows(rows, out, g.data, db);
  }
  template <class T>
  static void fill_rows(std::int64_t rows, std::int64_t n, T* y, const T* bias) {
    if (n == 1) return fill(rows, y, *bias);
    vectorized([=] {
      for (std::int64_t i = 0; i < rows; ++i) {
        for (std::int64_t j = 0; j < n; ++j) y[i * n + j] = bias[j];
      }
    });
  }
  template <class T>
  static void sum_over_rows(std::int64_t rows, std::int64_t n, const T* g, T* sums) {
    if (n == 1) return static_cast<void>(*sums += block_sum(rows, g));
    if (rows > kManyTerms) {
      const RowSums<T> total(sums, n, rows);
      for (std::int64_t i = 0; i < rows; ++i) total.add(0, n, g + i * n);
      return;
    }
    vectorized([=] {
      for (std::int64_t i = 0; i < rows; ++i) {
        for (std::int64_t j = 0; j < n; ++j) sums[j] += g[i * n + j];
      }
    });
  }
};

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  check_operands("matmul", {&a, &b});
  const auto refuse = [&] { fail_argument("matmul: cannot multiply {} by {}", to_string(a.shape()), to_string(b.shape())); };
  if (a.rank() == 0 || b.rank() == 0) refuse();
  if (a.rank() == 1 || b.rank() == 1) {
    const Tensor left = a.rank() == 1 ? reshape(a, {1, -1}) : a, right = b.rank() == 1 ? reshape(b, {-1, 1}) : b;
    if (left.shape().back() != right.shape()[right.rank() - 2]) refuse();
    const Tensor y = matmul(left, right);
    std::vector<std::int64_t> sizes(y.shape().begin(), y.shape().end());
    if (b.rank() == 1) sizes.pop_back();
    if (a.rank() == 1) sizes.erase(sizes.end() - (b.rank() == 1 ? 1 : 2));
    return reshape(y, sizes);
  }
  const std::int64_t m = a.shape()[a.rank() - 2], k = a.shape().back(), n = b.shape().back();
  if (b.shape()[b.rank() - 2] != k) refuse();
  const Shape axes = broadcast("matmul", leading(a.shape()), leading(b.shape()));
  Shape shape = axes;
  shape.push_back(m);
  shape.push_back(n);
  return apply<Matmul>(shape, {a, b}, [&](Node& y) { y.save(Batch{axes, m, k, n}); });
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  if (bias.defined()) {
    check_operands("linear", {&x, &weight, &bias});
  } else {
    check_operands("linear", {&x, &weight});
  }
  const bool fits = x.rank() >= 1 && weight.rank() == 2 && x.shape().back() == weight.shape()[1] &&
                    (!bias.defined() || bias.shape() == Shape{weight.shape()[0]});
  if (!fits) {
    fail_argument("linear: cannot apply a weight {}{} to {}", to_string(weight.shape()),
                  bias.defined() ? " and a bias " + to_string(bias.shape()) : "", to_string(x.shape()));
  }
  Shape shape = x.shape();
  shape[shape.rank() - 1] = weight.shape()[0];
  return bias.defined() ? apply<Linear>(shape, {x, weight, bias}) : apply<Linear>(shape, {x, weight});
}

}  // namespace descent
