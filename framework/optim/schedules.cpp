#include "descent/optim/schedule.h"

namespace descent::optim {

ComponentKind& Schedule::kind() {
  static ComponentKind kind("schedule", "schedules");
  return kind;
}

namespace {

// By repeated squaring: the same bits everywhere.
double power(double base, std::int64_t exponent) {
  double result = 1;
  for (; exponent > 0; exponent /= 2, base *= base) result *= exponent % 2 ? base : 1;
  return result;
}

// `factor` for the first `total_iters`, then 1.
struct ConstantFactor : Schedule {
  double start = 1.0 / 3;
  std::int64_t total_iters = 5;
  void options(Options& option) override {
    Schedule::options(option);
    option("factor", start, kUnitInterval, "on the rate, for the first total_iters");
    option("total_iters", total_iters, kNotNegative, "how long the factor holds");
  }
  double factor(std::int64_t time) const override { return time < total_iters ? start : 1; }
};

// gamma^⌊time / step_size⌋
struct StepDecay : Schedule {
  std::int64_t step_size = 1;
  double gamma = 0.1;
  void options(Options& option) override {
    Schedule::options(option);
    option("step_size", step_size, kAtLeastOne, "epochs or steps between two decays");
    option.required();
    option("gamma", gamma, kPositive, "factor at each decay");
  }
  double factor(std::int64_t time) const override { return power(gamma, time / step_size); }
};

const Register<Schedule, ConstantFactor> constant("constant", "torch.optim.lr_scheduler.ConstantLR");
const Register<Schedule, StepDecay> step("step", "torch.optim.lr_scheduler.StepLR");

}  // namespace
}  // namespace descent::optim
