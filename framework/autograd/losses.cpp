#include "descent/autograd/kernels.h"
#include "descent/autograd/ops.h"
#include "descent/autograd/rows.h"

// Losses with gradient code of their own, for speed (mse) and numerics (the logarithms of probabilities).
namespace descent {
namespace {

// Σ (x − t)² / n
struct Mse {
  static constexpr const char* name = "mse";
  template <class T>
  static void forward(Node& y) {
    const std::int64_t n = y.inputs[0]->size;
    vectorized([n, out = y.out<T>(), x = y.in<T>(0), t = y.in<T>(1)] {
      const T total = long_sum<T>(n, [=](std::int64_t i) { return (x[i] - t[i]) * (x[i] - t[i]); });
      *out = total / static_cast<T>(n);
    });
  }
  template <class T>
  static void backward(Node& y) {
    for (const std::uint32_t k : {0U, 1U}) {
      const auto dx = y.in_grad<T>(k);
      if (!dx) continue;
      const std::int64_t n = y.inputs[0]->size;
      vectorized([n, dx, g = *y.out_grad<T>() / static_cast<T>(n), a = y.in<T>(k), b = y.in<T>(1 - k)] {
        for (std::int64_t i = 0; i < n; ++i) dx.put(i, 2 * (a[i] - b[i]) * g);
      });
    }
  }
};

// Per row i with label c: w_c · ((1−s)·(−log p_c) + s/C · Σ_j w_j/w_c · (−log p_j)), over Σ w_c; s is the label smoothing.
struct CrossEntropy {
  static constexpr const char* name = "cross_entropy";
  struct Attributes {
    double smoothing;
    bool weighted, mean;
  };
  static std::int64_t classes(const Node& y) { return y.inputs[0]->shape[1]; }
  template <class T>
  static const T* weights(const Node& y) {
    return y.attributes<Attributes>().weighted ? y.in<T>(2) : nullptr;
  }
  template <class T>
  static T divisor(const Node& y) {
    if (!y.attributes<Attributes>().mean) return 1;
    const std::int64_t* label = y.in<std::int64_t>(1);
    const T* weight = weights<T>(y);
    if (!weight) return static_cast<T>(y.inputs[1]->size);
    double total = 0;
    for (std::int64_t i = 0; i < y.inputs[1]->size; ++i) total += static_cast<double>(weight[label[i]]);
    return static_cast<T>(total);
  }
  template <class T>
  static void forward(Node& y) {
    const std::int64_t size = y.inputs[0]->size, n = classes(y);
    y.saved = Buffer(static_cast<std::size_t>(size) * sizeof(T));
    const T smoothing = static_cast<T>(y.attributes<Attributes>().smoothing);
    double loss = 0;  // a long float sum would drift
    each_row<T>(size, n,
                [=, &loss, x = y.in<T>(0), label = y.in<std::int64_t>(1), weight = weights<T>(y), p = y.saved.as<T>()](std::int64_t at) {
                  const T top = row_max(n, x + at), total = exp_row(n, x + at, top, p + at), shift = top + math::log(total);
                  for (std::int64_t j = 0; j < n; ++j) p[at + j] /= total;
                  const std::int64_t c = label[at / n];
                  T row = (1 - smoothing) * (weight ? weight[c] : T(1)) * (shift - x[at + c]);
                  if (smoothing > 0) {
                    for (std::int64_t j = 0; j < n; ++j)
                      row += smoothing / static_cast<T>(n) * (weight ? weight[j] : T(1)) * (shift - x[at + j]);
                  }
                  loss += static_cast<double>(row);
                });
    *y.out<T>() = static_cast<T>(loss) / divisor<T>(y);
  }
  template <class T>
  static void backward(Node& y) {
    const auto dx = y.in_grad<T>(0);
    if (!dx) return;
    const std::int64_t n = classes(y);
    const T smoothing = static_cast<T>(y.attributes<Attributes>().smoothing), scale = *y.out_grad<T>() / divisor<T>(y);
    const T* weight = weights<T>(y);
    T mean_weight = 1;
    if (weight) mean_weight = block_sum(n, weight) / static_cast<T>(n);
    each_row<T>(y.inputs[0]->size, n, [=, label = y.in<std::int64_t>(1), p = y.saved.as<T>()](std::int64_t at) {
      const std::int64_t c = label[at / n];
      const T own = (1 - smoothing) * (weight ? weight[c] : T(1)), mass = own + smoothing * mean_weight;
      for (std::int64_t j = 0; j < n; ++j) {
        const T target = (j == c ? own : T(0)) + smoothing / static_cast<T>(n) * (weight ? weight[j] : T(1));
        dx.put(at + j, (mass * p[at + j] - target) * scale);
      }
    });
  }
};

// mean of p·t·softplus(−x) + (1−t)·softplus(x), p = pos_weight
struct BceWithLogits {
  static constexpr const char* name = "bce_with_logits";
  template <class T>
  static void forward(Node& y) {
    const std::int64_t n = y.inputs[0]->size;
    vectorized([n, p = static_cast<T>(y.attributes<double>()), out = y.out<T>(), x = y.in<T>(0), t = y.in<T>(1)] {
      const T total = long_sum<T>(n, [=](std::int64_t i) { return p * t[i] * math::softplus(-x[i]) + (1 - t[i]) * math::softplus(x[i]); });
      *out = total / static_cast<T>(n);
    });
  }
  template <class T>
  static void backward(Node& y) {
    const std::int64_t n = y.inputs[0]->size;
    const T p = static_cast<T>(y.attributes<double>()), g = *y.out_grad<T>() / static_cast<T>(n);
    const T *x = y.in<T>(0), *t = y.in<T>(1);
    if (auto dx = y.in_grad<T>(0)) {
      vectorized([=] {
        for (std::int64_t i = 0; i < n; ++i) dx.put(i, (((1 - t[i]) + p * t[i]) * math::sigmoid(x[i]) - p * t[i]) * g);
      });
    }
    if (auto dt = y.in_grad<T>(1)) {
      vectorized([=] {
        for (std::int64_t i = 0; i < n; ++i) dt.put(i, (p * math::softplus(-x[i]) - math::softplus(x[i])) * g);
      });
    }
  }
};

void check_pair(const char* op, const Tensor& x, const Tensor& target) {
  check_operands(op, {&x, &target});
  if (x.shape() != target.shape())
    fail_argument("{}: expected equal shapes, got {} and {}", op, to_string(x.shape()), to_string(target.shape()));
  if (x.size() == 0) fail_argument("{}: {} has no elements", op, to_string(x.shape()));
}

}  // namespace

Tensor mse(const Tensor& x, const Tensor& target) {
  check_pair("mse", x, target);
  return apply<Mse>({}, {x, target});
}

Tensor bce_with_logits(const Tensor& x, const Tensor& target, double pos_weight) {
  check_pair("bce_with_logits", x, target);
  return apply<BceWithLogits>({}, {x, target}, [&](Node& y) { y.save(pos_weight); });
}

Tensor cross_entropy(const Tensor& logits, const Tensor& target, const Tensor& class_weights, double label_smoothing, bool mean) {
  check_operands("cross_entropy", {&logits});
  const bool weighted = class_weights.defined();
  if (weighted) check_operands("cross_entropy", {&logits, &class_weights});
  if (!target.defined() || target.dtype() != DType::int64) fail_argument("cross_entropy: expected labels of int64");
  if (logits.rank() != 2 || logits.size() == 0 || target.shape() != Shape{logits.shape()[0]}) {
    fail_argument("cross_entropy: expected logits (n, classes) and labels (n,), got {} and {}", to_string(logits.shape()),
                  to_string(target.shape()));
  }
  if (!(label_smoothing >= 0 && label_smoothing <= 1))
    fail_argument("cross_entropy: expected a label smoothing in [0, 1], got {}", label_smoothing);
  const std::int64_t classes = logits.shape()[1];
  if (weighted && class_weights.shape() != Shape{classes}) {
    fail_argument("cross_entropy: expected {} class weights, got {}", classes, to_string(class_weights.shape()));
  }
  const std::int64_t* label = target.data<std::int64_t>();
  for (std::int64_t i = 0; i < target.size(); ++i) {
    if (label[i] < 0 || label[i] >= classes) fail_argument("cross_entropy: label {} is none of {} classes", label[i], classes);
  }
  const auto prepare = [&](Node& y) { y.save(CrossEntropy::Attributes{label_smoothing, weighted, mean}); };
  if (weighted) return apply<CrossEntropy>({}, {logits, target, class_weights.detach()}, prepare);
  return apply<CrossEntropy>({}, {logits, target}, prepare);
}

}  // namespace descent
