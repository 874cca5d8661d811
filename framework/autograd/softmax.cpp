#include "descent/autograd/kernels.h"
#include "descent/autograd/ops.h"
#include "descent/autograd/rows.h"

// Softmax and its logarithm, with gradient code of their own: one pass per row, and no intermediate that overflows.
namespace descent {
namespace {

template <class T>
std::int64_t columns(const Node& y) {
  return y.shape.rank() ? y.shape.back() : 1;
}

struct Softmax {
  static constexpr const char* name = "softmax";
  template <class T>
  static void forward(Node& y) {
    each_row<T>(y.size, columns<T>(y), [n = columns<T>(y), x = y.in<T>(0), out = y.out<T>()](std::int64_t at) {
      const T share = 1 / exp_row(n, x + at, row_max(n, x + at), out + at);
      for (std::int64_t i = 0; i < n; ++i) out[at + i] *= share;
    });
  }
  template <class T>
  static void backward(Node& y) {  // dx = y · (g − Σ g·y)
    each_row<T>(y.size, columns<T>(y), [n = columns<T>(y), p = y.out<T>(), g = y.out_grad<T>(), dx = y.in_grad<T>(0)](std::int64_t at) {
      const T dot = lane_sum<T>(n, [=](std::int64_t i) { return g[at + i] * p[at + i]; });
      for (std::int64_t i = 0; i < n; ++i) dx.put(at + i, p[at + i] * (g[at + i] - dot));
    });
  }
};

struct LogSoftmax {
  static constexpr const char* name = "log_softmax";
  template <class T>
  static void forward(Node& y) {
    each_row<T>(y.size, columns<T>(y), [n = columns<T>(y), x = y.in<T>(0), out = y.out<T>()](std::int64_t at) {
      const T top = row_max(n, x + at), shift = top + math::log(exp_row(n, x + at, top, out + at));
      for (std::int64_t i = 0; i < n; ++i) out[at + i] = x[at + i] - shift;
    });
  }
  template <class T>
  static void backward(Node& y) {  // dx = g − softmax · Σ g
    each_row<T>(y.size, columns<T>(y), [n = columns<T>(y), out = y.out<T>(), g = y.out_grad<T>(), dx = y.in_grad<T>(0)](std::int64_t at) {
      const T total = lane_sum<T>(n, [=](std::int64_t i) { return g[at + i]; });
      for (std::int64_t i = 0; i < n; ++i) dx.put(at + i, g[at + i] - math::exp(out[at + i]) * total);
    });
  }
};

// Over the last axis; another axis is moved there and back.
template <class O>
Tensor along(const Tensor& x, std::int64_t a) {
  check_operands(O::name, {&x});
  if (x.rank() == 0) fail_argument("{}: expected at least one axis, got ()", O::name);
  const int axis = normalize_axis(O::name, a, x.shape());
  if (axis == x.rank() - 1) return apply<O>(x.shape(), x);
  return transpose(along<O>(transpose(x, axis, -1), -1), axis, -1);
}

}  // namespace

Tensor softmax(const Tensor& x, std::int64_t axis) { return along<Softmax>(x, axis); }
Tensor log_softmax(const Tensor& x, std::int64_t axis) { return along<LogSoftmax>(x, axis); }

}  // namespace descent
