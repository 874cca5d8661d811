#include "descent/optim/plateau.h"

#include <algorithm>

#include "descent/core/error.h"

namespace descent::optim {

void Plateau::options(Options& option) {
  option("metric", metric, "what is watched, as validation/loss; automatic: that where it is measured, else loss");
  option("mode", mode, {"automatic", "min", "max"}, "whether the metric should fall or rise; automatic: as its kind does");
  option("factor", factor, kFraction, "on the rate when the metric has not improved");
  option("patience", patience, kNotNegative, "observations without an improvement that are put up with");
  option("threshold", threshold, kNotNegative, "the least change that counts as an improvement");
  option("threshold_mode", threshold_mode, {"rel", "abs"}, "whether threshold is a share of the best value or a difference from it");
  option("cooldown", cooldown, kNotNegative, "observations after a reduction that do not count");
  option("min_lr", min_lr, kNotNegative, "the lowest rate");
  option("eps", eps, kNotNegative, "a reduction by no more than this is left out");
}

double Plateau::rate(double lr, std::int64_t /*time*/) const {
  for (std::int64_t i = 0; i < reductions_; ++i) {
    const double reduced = std::max(lr * factor, min_lr);
    if (!(lr - reduced > eps)) break;
    lr = reduced;
  }
  return lr;
}

void Plateau::observe(double value) {
  const double sign = mode == Mode::max ? -1 : 1;
  const double bound = threshold_mode == ThresholdMode::rel ? best_ * (1 - sign * threshold) : best_ - threshold;
  if (sign * value < bound) {
    best_ = sign * value;
    bad_ = 0;
  } else {
    ++bad_;
  }
  if (cooling_ > 0) {
    --cooling_;
    bad_ = 0;
  }
  if (bad_ <= patience) return;
  ++reductions_;
  cooling_ = cooldown;
  bad_ = 0;
}

std::vector<double> Plateau::state() const {
  return {best_, static_cast<double>(bad_), static_cast<double>(cooling_), static_cast<double>(reductions_)};
}

void Plateau::set_state(const std::vector<double>& state) {
  if (state.size() != 4) fail_argument("plateau: expected 4 numbers of state, got {}", state.size());
  best_ = state[0];
  bad_ = static_cast<std::int64_t>(state[1]);
  cooling_ = static_cast<std::int64_t>(state[2]);
  reductions_ = static_cast<std::int64_t>(state[3]);
}

namespace {
const Register<Schedule, Plateau> plateau("plateau", "torch.optim.lr_scheduler.ReduceLROnPlateau");
}  // namespace

}  // namespace descent::optim
