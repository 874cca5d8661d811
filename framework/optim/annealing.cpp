#include <algorithm>
#include <array>

#include "descent/core/math.h"
#include "descent/optim/schedule.h"

namespace descent::optim {
namespace {

// From one number to another along half a cosine wave, as `share` goes from 0 to 1.
double along_cosine(double from, double to, double share) {
  constexpr double kPi = 3.141592653589793;
  return to + (from - to) * (1 + math::cos(kPi * share)) / 2;
}

// From lr to eta_min in T_max, along half a cosine wave.
struct Cosine : Schedule {
  std::optional<std::int64_t> T_max;
  double eta_min = 0;
  bool periodic = false;
  void options(Options& option) override {
    Schedule::options(option);
    option("T_max", T_max, kAtLeastOne, "how long the rate falls; by default the run");
    option("eta_min", eta_min, kNotNegative, "the lowest rate");
    option("periodic", periodic, "rise again after T_max, as PyTorch does, instead of staying");
  }
  void prepare(std::int64_t total) override { T_max = T_max.value_or(total); }
  double rate(double lr, std::int64_t time) const override {
    const double length = known(T_max, "T_max"), now = static_cast<double>(time);
    return along_cosine(lr, eta_min, periodic ? std::fmod(now, 2 * length) / length : std::min(1.0, now / length));
  }
};

// The cosine again and again, each time T_mult times as long.
struct CosineRestarts : Schedule {
  std::int64_t T_0 = 1, T_mult = 1;
  double eta_min = 0;
  void options(Options& option) override {
    Schedule::options(option);
    option("T_0", T_0, kAtLeastOne, "how long the rate falls before the first restart");
    option.required();
    option("T_mult", T_mult, kAtLeastOne, "factor on that length at each restart");
    option("eta_min", eta_min, kNotNegative, "the lowest rate");
  }
  double rate(double lr, std::int64_t time) const override {
    double now = static_cast<double>(T_mult == 1 ? time % T_0 : time), length = static_cast<double>(T_0);
    for (; now >= length; length *= static_cast<double>(T_mult)) now -= length;
    return along_cosine(lr, eta_min, now / length);
  }
};

// From max_lr / div_factor up to max_lr and down to max_lr / (div_factor · final_div_factor); the momentum the other way.
struct OneCycle : Schedule {
  enum class Strategy { cos, linear };
  std::optional<double> max_lr;
  std::optional<std::int64_t> total_steps;
  double pct_start = 0.3, div_factor = 25, final_div_factor = 1e4, base_momentum = 0.85, max_momentum = 0.95;
  Strategy anneal_strategy = Strategy::cos;
  bool three_phase = false, cycle_momentum = true;

  OneCycle() { unit = Unit::steps; }
  void options(Options& option) override {
    Schedule::options(option);
    option("max_lr", max_lr, kPositive, "the highest rate; by default the optimizer's");
    option("total_steps", total_steps, kAtLeastOne, "length of the cycle; by default the run");
    option("pct_start", pct_start, kUnitInterval, "share of it in which the rate rises");
    option("anneal_strategy", anneal_strategy, {"cos", "linear"}, "the form of rise and fall");
    option("three_phase", three_phase, "fall to the initial rate as fast as it rose, and to the final one in the rest");
    option("div_factor", div_factor, kPositive, "the highest rate over the initial one");
    option("final_div_factor", final_div_factor, kPositive, "the initial rate over the final one");
    option("cycle_momentum", cycle_momentum, "let the momentum, or the first beta, fall while the rate rises");
    option("base_momentum", base_momentum, kFraction, "the momentum at the highest rate");
    option("max_momentum", max_momentum, kFraction, "the momentum at both ends");
  }
  void prepare(std::int64_t total) override { total_steps = total_steps.value_or(total); }
  double rate(double lr, std::int64_t time) const override {
    const double highest = max_lr.value_or(lr), initial = highest / div_factor, lowest = initial / final_div_factor;
    return at(time, {initial, highest, three_phase ? initial : lowest, lowest});
  }
  std::optional<double> momentum(std::int64_t time) const override {
    if (!cycle_momentum) return {};
    return at(time, {max_momentum, base_momentum, max_momentum, max_momentum});
  }

 private:
  // Where a number is at a time, from its values between the phases. As in PyTorch the first phase ends one step before pct_start, and
  // an end may lie before 0.
  double at(std::int64_t time, const std::array<double, 4>& values) const {
    const double total = known(total_steps, "total_steps"), now = std::min(static_cast<double>(time), total - 1);
    const double top = pct_start * total - 1;
    const std::array<double, 4> ends{0, top, three_phase ? 2 * top : total - 1, total - 1};
    const std::size_t last = three_phase ? 3 : 2;
    std::size_t phase = 1;
    while (phase < last && now > ends[phase]) ++phase;
    const double start = ends[phase - 1], length = ends[phase] - start, share = length > 0 ? (now - start) / length : 1;
    const double from = values[phase - 1], to = values[phase];
    return anneal_strategy == Strategy::cos ? along_cosine(from, to, share) : from + (to - from) * share;
  }
};

const Register<Schedule, Cosine> cosine("cosine", "torch.optim.lr_scheduler.CosineAnnealingLR, clamped; Loshchilov, Hutter 2017");
const Register<Schedule, CosineRestarts> cosine_restarts("cosine_restarts", "torch.optim.lr_scheduler.CosineAnnealingWarmRestarts");
const Register<Schedule, OneCycle> one_cycle("one_cycle", "torch.optim.lr_scheduler.OneCycleLR; Smith, Topin 2017");

}  // namespace
}  // namespace descent::optim
