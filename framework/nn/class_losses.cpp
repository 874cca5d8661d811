#include <algorithm>
#include <cmath>
#include <limits>

#include "descent/autograd/elementwise.h"
#include "descent/autograd/ops.h"
#include "descent/core/math.h"
#include "descent/nn/losses.h"

namespace descent::nn {
namespace {

// The bound is PyTorch's: a probability of exactly 0 or 1 costs 100, not infinity.
template <class T>
T bounded_log(T x) {
  return std::max(math::log(x), T(-100));
}

// Differentiated as a whole: composed of logarithms, the slope at a probability of exactly 0 or 1 would be 0·∞.
constexpr auto kBce = elementwise(
    "bce", [](auto x, auto y) { return -y * bounded_log(x) - (1 - y) * bounded_log(1 - x); },
    [](auto x, auto y, auto) { return (x - y) / std::max((1 - x) * x, decltype(x)(1e-12)); },
    [](auto x, auto, auto) { return bounded_log(1 - x) - bounded_log(x); });

Tensor as_column(const Tensor& labels) {
  const Tensor column = empty({labels.size(), 1}, DType::int64);
  std::copy_n(labels.data<std::int64_t>(), labels.size(), column.data<std::int64_t>());
  return column;
}

// The weight of each sample's class; 1 without class weights. Labels are in range.
Tensor sample_weights(const Tensor& labels, const Tensor& class_weights, DType dtype) {
  if (!class_weights.defined()) return ones(labels.shape(), dtype);
  Tensor weights = empty(labels.shape(), dtype);
  dispatch(dtype, [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t i = 0; i < labels.size(); ++i) weights.data<T>()[i] = class_weights.data<T>()[labels.data<std::int64_t>()[i]];
  });
  return weights;
}

}  // namespace

Tensor bce_loss(const Tensor& output, const Tensor& target, Reduction reduction) {
  check_same_shape("bce", output, target);
  return reduce(run<kBce>({output, target}), reduction);
}

Tensor bce_with_logits_loss(const Tensor& output, const Tensor& target, double pos_weight, Reduction reduction) {
  const Tensor loss = bce_with_logits(output, target, pos_weight);
  return reduction == Reduction::mean ? loss : loss * static_cast<double>(output.size());
}

Tensor hinge_loss(const Tensor& output, const Tensor& target, Reduction reduction) {
  check_same_shape("hinge", output, target);
  return reduce(relu(1.0 - sign(target - 0.5) * output), reduction);
}

Tensor kl_div_loss(const Tensor& output, const Tensor& target, bool log_target, Reduction reduction) {
  check_same_shape("kl_div", output, target);
  if (log_target) return reduce(exp(target) * (target - output), reduction);
  const double smallest = std::numeric_limits<float>::min();  // 0·log(0) counts as 0
  return reduce(target * (log(clamp(target, smallest, kInfinity)) - output), reduction);
}

Tensor cross_entropy_loss(const Tensor& logits, const Tensor& labels, const Tensor& class_weights, double label_smoothing,
                          Reduction reduction) {
  return cross_entropy(logits, labels, class_weights, label_smoothing, reduction == Reduction::mean);
}

Tensor nll_loss(const Tensor& log_probabilities, const Tensor& labels, const Tensor& class_weights, Reduction reduction) {
  if (log_probabilities.rank() != 2 || labels.shape() != Shape{log_probabilities.size(0)}) {
    fail_argument("nll: expected log-probabilities (n, classes) and labels (n,), got {} and {}", to_string(log_probabilities.shape()),
                  to_string(labels.shape()));
  }
  if (class_weights.defined() && class_weights.shape() != Shape{log_probabilities.size(1)}) {
    fail_argument("nll: expected {} class weights, got {}", log_probabilities.size(1), to_string(class_weights.shape()));
  }
  const Tensor column = as_column(labels);
  const Tensor chosen = gather(log_probabilities, 1, column);
  const Tensor weights = sample_weights(column, class_weights, chosen.dtype());
  const Tensor total = -sum(chosen * weights);
  return reduction == Reduction::mean ? total / sum(weights) : total;
}

namespace {

constexpr Range kLogarithms{-kInfinity, 0};  // of probabilities

struct BceWithLogits : ReducedLoss {
  double pos_weight = 1;
  void options(Options& option) override {
    option("pos_weight", pos_weight, kPositive, "factor of the loss of targets 1");
    ReducedLoss::options(option);
  }
  Tensor operator()(const Tensor& output, const Tensor& target) const override {
    return bce_with_logits_loss(output, target, pos_weight, reduction);
  }
  void check_targets(const Tensor& targets) const override { check_targets_within("bce_with_logits", targets, kUnitInterval); }
  double threshold() const override { return 0; }
};

struct Bce : LossFunction<bce_loss> {
  void check_targets(const Tensor& targets) const override { check_targets_within("bce", targets, kUnitInterval); }
  std::string doubt(const Tensor& outputs) const override { return doubt_beyond("bce", "probabilities", outputs, kUnitInterval); }
};

struct Hinge : LossFunction<hinge_loss> {
  void check_targets(const Tensor& targets) const override { check_targets_within("hinge", targets, {-1, 1}); }
  double threshold() const override { return 0; }
};

struct KlDiv : Loss {
  bool log_target = false;
  Reduction reduction = Reduction::mean;
  void options(Options& option) override {
    option("log_target", log_target, "targets are logarithms of probabilities");
    option("reduction", reduction, {"mean", "sum", "batchmean"}, "of the losses of a batch; batchmean is the sum over the samples' number");
  }
  Tensor operator()(const Tensor& output, const Tensor& target) const override {
    return kl_div_loss(output, target, log_target, reduction);
  }
  void check_targets(const Tensor& targets) const override {
    check_targets_within("kl_div", targets, log_target ? kLogarithms : kUnitInterval);
  }
  std::string doubt(const Tensor& outputs) const override { return doubt_beyond("kl_div", "log-probabilities", outputs, kLogarithms); }
};

struct Nll : ReducedLoss {
  std::vector<double> weight;
  void options(Options& option) override {
    option("weight", weight, kNotNegative, "of each class; default: all 1");
    ReducedLoss::options(option);
  }
  bool wants_classes() const override { return true; }
  Tensor operator()(const Tensor& output, const Tensor& labels) const override {
    return nll_loss(output, labels, class_weights(output.dtype()), reduction);
  }
  std::string doubt(const Tensor& outputs) const override { return doubt_beyond("nll", "log-probabilities", outputs, kLogarithms); }

 protected:
  Tensor class_weights(DType dtype) const {
    return weight.empty() ? Tensor() : tensor({static_cast<std::int64_t>(weight.size())}, weight, dtype);
  }
};

struct CrossEntropy : Nll {
  double label_smoothing = 0;
  void options(Options& option) override {
    option("label_smoothing", label_smoothing, kUnitInterval, "share of the target spread evenly over all classes");
    Nll::options(option);
  }
  Tensor operator()(const Tensor& output, const Tensor& labels) const override {
    return cross_entropy_loss(output, labels, class_weights(output.dtype()), label_smoothing, reduction);
  }
  std::string doubt(const Tensor& outputs) const override {
    const std::vector<double> sums = outputs.rank() == 2 ? sum(outputs, {1}).to_vector() : std::vector<double>{0};
    const auto is_one = [](double x) { return std::abs(x - 1) <= 1e-5; };
    const bool are_probabilities = doubt_beyond("", "", outputs, kUnitInterval).empty() && std::all_of(sums.begin(), sums.end(), is_one);
    if (!are_probabilities) return "";
    return "cross_entropy applies softmax to the model's outputs, and each row of them sums to 1 already: does the model end in softmax?";
  }
};

const Register<Loss, Bce> bce_component("bce", "binary cross-entropy of probabilities");
const Register<Loss, BceWithLogits> bce_with_logits_component("bce_with_logits", "binary cross-entropy of logits");
const Register<Loss, Hinge> hinge_component("hinge", "max(0, 1 - t output), targets -1 or 0, and 1");
const Register<Loss, KlDiv> kl_div_component("kl_div", "divergence of log-probabilities from target probabilities");
const Register<Loss, Nll> nll_component("nll", "-output[label] of log-probabilities");
const Register<Loss, CrossEntropy> cross_entropy_component("cross_entropy", "-log softmax(output)[label]");

}  // namespace
}  // namespace descent::nn
