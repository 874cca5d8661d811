#include "descent/nn/losses.h"

#include "descent/autograd/ops.h"

namespace descent::nn {

ComponentKind& Loss::kind() {
  static ComponentKind kind("loss", "losses");
  return kind;
}

void check_same_shape(const char* loss, const Tensor& output, const Tensor& target) {
  if (output.shape() == target.shape()) return;
  fail_argument("{}: expected equal shapes, got {} and {}", loss, to_string(output.shape()), to_string(target.shape()));
}

void check_targets_within(const char* loss, const Tensor& targets, Range range) {
  for (const double y : targets.to_vector()) {
    if (!range.contains(y)) fail_argument("{}: expected targets {}, got {}", loss, to_string(range), y);
  }
}

std::string doubt_beyond(const char* loss, const char* what, const Tensor& outputs, Range range) {
  for (const double x : outputs.to_vector()) {
    if (x == x && !range.contains(x)) return fmt::format("{} expects {} {}, and the model gives {:.6g}", loss, what, to_string(range), x);
  }
  return "";
}

Tensor reduce(const Tensor& losses, Reduction reduction) {
  if (reduction == Reduction::mean) return mean(losses);
  return reduction == Reduction::sum ? sum(losses) : sum(losses) / static_cast<double>(losses.size(0));
}

Tensor mse_loss(const Tensor& output, const Tensor& target, Reduction reduction) {
  check_same_shape("mse", output, target);
  return reduction == Reduction::mean ? mse(output, target) : reduce(square(output - target), reduction);
}

Tensor l1_loss(const Tensor& output, const Tensor& target, Reduction reduction) {
  check_same_shape("l1", output, target);
  return reduce(abs(output - target), reduction);
}

Tensor huber_loss(const Tensor& output, const Tensor& target, double delta, Reduction reduction) {
  check_same_shape("huber", output, target);
  const Tensor distance = abs(output - target);
  const Tensor inner = clamp(distance, 0, delta);
  return reduce(inner * (distance - 0.5 * inner), reduction);
}

Tensor smooth_l1_loss(const Tensor& output, const Tensor& target, double beta, Reduction reduction) {
  check_same_shape("smooth_l1", output, target);
  return beta == 0 ? l1_loss(output, target, reduction) : huber_loss(output, target, beta, reduction) / beta;
}

Tensor poisson_nll_loss(const Tensor& output, const Tensor& target, bool log_input, bool full, double eps, Reduction reduction) {
  check_same_shape("poisson_nll", output, target);
  Tensor losses = log_input ? exp(output) - target * output : output - target * log(output + eps);
  if (full) {
    constexpr double kTwoPi = 6.28318530717958647693;
    const Tensor y = clamp(target, 1, kInfinity);  // below, the logarithm is not needed
    losses = losses + relu(sign(target - 1.0)) * (y * log(y) - y + 0.5 * log(kTwoPi * y));
  }
  return reduce(losses, reduction);
}

namespace {

struct Huber : ReducedLoss {
  double delta = 1;
  void options(Options& option) override {
    option("delta", delta, kPositive, "where the square turns into a line");
    ReducedLoss::options(option);
  }
  Tensor operator()(const Tensor& output, const Tensor& target) const override { return huber_loss(output, target, delta, reduction); }
};

struct SmoothL1 : ReducedLoss {
  double beta = 1;
  void options(Options& option) override {
    option("beta", beta, kNotNegative, "where the square turns into a line");
    ReducedLoss::options(option);
  }
  Tensor operator()(const Tensor& output, const Tensor& target) const override { return smooth_l1_loss(output, target, beta, reduction); }
};

struct PoissonNll : ReducedLoss {
  bool log_input = true, full = false;
  double eps = 1e-8;
  void options(Options& option) override {
    option("log_input", log_input, "the output is the logarithm of the rate");
    option("full", full, "adds Stirling's term, which does not depend on the output");
    option("eps", eps, kPositive, "added to the rate before its logarithm");
    ReducedLoss::options(option);
  }
  Tensor operator()(const Tensor& output, const Tensor& target) const override {
    return poisson_nll_loss(output, target, log_input, full, eps, reduction);
  }
  void check_targets(const Tensor& targets) const override { check_targets_within("poisson_nll", targets, kNotNegative); }
  std::string doubt(const Tensor& outputs) const override {
    return log_input ? "" : doubt_beyond("poisson_nll", "rates", outputs, kNotNegative);
  }
};

const Register<Loss, LossFunction<mse_loss>> mse_component("mse", "d^2, d = output - target");
const Register<Loss, LossFunction<l1_loss>> l1_component("l1", "|d|, d = output - target");
const Register<Loss, Huber> huber_component("huber", "d^2 / 2 up to delta, a line beyond; Huber 1964");
const Register<Loss, SmoothL1> smooth_l1_component("smooth_l1", "huber with delta = beta, divided by beta; Girshick 2015");
const Register<Loss, PoissonNll> poisson_nll_component("poisson_nll", "rate - target log(rate), for counts");

}  // namespace
}  // namespace descent::nn
