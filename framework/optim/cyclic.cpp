#include "descent/core/math.h"
#include "descent/optim/schedule.h"

namespace descent::optim {
namespace {

// From base_lr up to max_lr and back in straight lines, again and again; the momentum the other way.
struct Cyclic : Schedule {
  enum class Mode { triangular, triangular2, exp_range };
  double base_lr = 0, gamma = 1, base_momentum = 0.8, max_momentum = 0.9;
  std::optional<double> max_lr;
  std::int64_t step_size_up = 2000;
  std::optional<std::int64_t> step_size_down;
  Mode mode = Mode::triangular;
  bool cycle_momentum = true;

  Cyclic() { unit = Unit::steps; }
  void options(Options& option) override {
    Schedule::options(option);
    option("base_lr", base_lr, kNotNegative, "the lowest rate");
    option.required();
    option("max_lr", max_lr, kPositive, "the highest rate; by default the optimizer's");
    option("step_size_up", step_size_up, kAtLeastOne, "how long the rate rises");
    option("step_size_down", step_size_down, kAtLeastOne, "how long it falls; by default as long");
    option("mode", mode, {"triangular", "triangular2", "exp_range"},
           "equal cycles, each half as high as the one before, or shrunk by gamma");
    option("gamma", gamma, kPositive, "factor on the height at every epoch or step, of exp_range");
    option("cycle_momentum", cycle_momentum, "let the momentum, or the first beta, fall while the rate rises");
    option("base_momentum", base_momentum, kFraction, "the momentum at the highest rate");
    option("max_momentum", max_momentum, kFraction, "the momentum at the lowest rate");
  }
  double rate(double lr, std::int64_t time) const override { return base_lr + (max_lr.value_or(lr) - base_lr) * height(time); }
  std::optional<double> momentum(std::int64_t time) const override {
    if (!cycle_momentum) return {};
    return max_momentum - (max_momentum - base_momentum) * height(time);
  }

 private:
  // 0 at the base, 1 at the first peak.
  double height(std::int64_t time) const {
    const auto up = static_cast<double>(step_size_up), down = static_cast<double>(step_size_down.value_or(step_size_up));
    const auto now = static_cast<double>(time);
    const double cycle = std::floor(now / (up + down)), passed = now - cycle * (up + down);
    const double triangle = passed <= up ? passed / up : (up + down - passed) / down;
    const double scale = mode == Mode::triangular2 ? math::pow(0.5, cycle) : mode == Mode::exp_range ? math::pow(gamma, now) : 1;
    return triangle * scale;
  }
};

const Register<Schedule, Cyclic> cyclic("cyclic", "torch.optim.lr_scheduler.CyclicLR; Smith 2017");

}  // namespace
}  // namespace descent::optim
