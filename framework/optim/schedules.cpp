#include <algorithm>

#include "descent/core/error.h"
#include "descent/core/math.h"
#include "descent/optim/schedule.h"

namespace descent::optim {

ComponentKind& Schedule::kind() {
  static ComponentKind kind("schedule", "schedules");
  return kind;
}

double Schedule::known(const std::optional<std::int64_t>& length, const char* option) {
  if (!length) fail_argument("schedule: {} is not set; give it, or call prepare()", option);
  return static_cast<double>(*length);
}

namespace {

double power(double base, std::int64_t exponent) { return math::pow(base, static_cast<double>(exponent)); }

// How much of `length` has passed at a time, at most 1.
double share(std::int64_t time, std::int64_t length) { return static_cast<double>(std::min(time, length)) / static_cast<double>(length); }

// lr · factor for the first `total_iters`, then lr.
struct Constant : Schedule {
  double factor = 1.0 / 3;
  std::int64_t total_iters = 5;
  void options(Options& option) override {
    Schedule::options(option);
    option("factor", factor, kUnitInterval, "on the rate, for the first total_iters");
    option("total_iters", total_iters, kNotNegative, "how long the factor holds");
  }
  double rate(double lr, std::int64_t time) const override { return time < total_iters ? lr * factor : lr; }
};

// lr · gamma^⌊time / step_size⌋
struct Step : Schedule {
  std::int64_t step_size = 1;
  double gamma = 0.1;
  void options(Options& option) override {
    Schedule::options(option);
    option("step_size", step_size, kAtLeastOne, "epochs or steps between two decays");
    option.required();
    option("gamma", gamma, kPositive, "factor at each decay");
  }
  double rate(double lr, std::int64_t time) const override { return lr * power(gamma, time / step_size); }
};

// lr · gamma^n after n milestones; one that is there twice counts twice.
struct MultiStep : Schedule {
  std::vector<std::int64_t> milestones;
  double gamma = 0.1;
  void options(Options& option) override {
    Schedule::options(option);
    option("milestones", milestones, kNotNegative, "times of the decays");
    option.required();
    option("gamma", gamma, kPositive, "factor at each decay");
  }
  double rate(double lr, std::int64_t time) const override {
    return lr *
           power(gamma, std::count_if(milestones.begin(), milestones.end(), [=](std::int64_t milestone) { return milestone <= time; }));
  }
};

// lr · gamma^time
struct Exponential : Schedule {
  double gamma = 1;
  void options(Options& option) override {
    Schedule::options(option);
    option("gamma", gamma, kPositive, "factor at every epoch or step");
    option.required();
  }
  double rate(double lr, std::int64_t time) const override { return lr * power(gamma, time); }
};

// lr times a factor that goes in a straight line from `start_factor` to `end_factor`, and stays.
struct Linear : Schedule {
  double start_factor = 1.0 / 3, end_factor = 1;
  std::int64_t total_iters = 5;
  void options(Options& option) override {
    Schedule::options(option);
    option("start_factor", start_factor, kUnitInterval, "on the rate at the start");
    option("end_factor", end_factor, kUnitInterval, "on the rate from total_iters on");
    option("total_iters", total_iters, kAtLeastOne, "how long the factor changes");
  }
  double rate(double lr, std::int64_t time) const override {
    return lr * (start_factor + (end_factor - start_factor) * share(time, total_iters));
  }
};

// lr · (1 − time / total_iters)^power, then 0.
struct Polynomial : Schedule {
  std::int64_t total_iters = 5;
  double exponent = 1;
  void options(Options& option) override {
    Schedule::options(option);
    option("total_iters", total_iters, kAtLeastOne, "how long the rate falls, to 0");
    option("power", exponent, kNotNegative, "1 falls in a straight line, more falls faster at first");
  }
  double rate(double lr, std::int64_t time) const override { return lr * math::pow(1 - share(time, total_iters), exponent); }
};

// lr / (1 + decay_rate · time / decay_steps)
struct InverseTime : Schedule {
  double decay_rate = 0;
  std::int64_t decay_steps = 1;
  bool staircase = false;
  void options(Options& option) override {
    Schedule::options(option);
    option("decay_rate", decay_rate, kNotNegative, "how fast the rate falls");
    option.required();
    option("decay_steps", decay_steps, kAtLeastOne, "what decay_rate is per: epochs or steps");
    option("staircase", staircase, "fall at multiples of decay_steps only");
  }
  double rate(double lr, std::int64_t time) const override {
    const double units = staircase ? static_cast<double>(time / decay_steps) : static_cast<double>(time) / static_cast<double>(decay_steps);
    return lr / (1 + decay_rate * units);
  }
};

// lr · (time + 1) / total_iters up to lr: the first update has a part of the rate too.
struct Warmup : Schedule {
  std::int64_t total_iters = 1;
  void options(Options& option) override {
    Schedule::options(option);
    option("total_iters", total_iters, kAtLeastOne, "epochs or steps, the last of them at the full rate");
    option.required();
  }
  double rate(double lr, std::int64_t time) const override { return time < total_iters ? lr * share(time + 1, total_iters) : lr; }
};

const Register<Schedule, Constant> constant("constant", "torch.optim.lr_scheduler.ConstantLR");
const Register<Schedule, Step> step("step", "torch.optim.lr_scheduler.StepLR");
const Register<Schedule, MultiStep> multistep("multistep", "torch.optim.lr_scheduler.MultiStepLR");
const Register<Schedule, Exponential> exponential("exponential", "torch.optim.lr_scheduler.ExponentialLR");
const Register<Schedule, Linear> linear("linear", "torch.optim.lr_scheduler.LinearLR");
const Register<Schedule, Polynomial> polynomial("polynomial", "torch.optim.lr_scheduler.PolynomialLR");
const Register<Schedule, InverseTime> inverse_time("inverse_time", "keras.optimizers.schedules.InverseTimeDecay");
const Register<Schedule, Warmup> warmup("warmup", "rises in a straight line to the full rate");

}  // namespace
}  // namespace descent::optim
