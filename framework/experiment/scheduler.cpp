#include "descent/experiment/scheduler.h"

#include <algorithm>

namespace descent {

Scheduler::Scheduler(const Experiment& experiment, const Problem& problem, optim::Optimizer& optimizer) : optimizer_(optimizer) {
  if (!experiment.schedule) return;
  at_key(experiment, "schedule", [&] { prepare(experiment, problem); });
}

void Scheduler::prepare(const Experiment& experiment, const Problem& problem) {
  schedule_ = make<optim::Schedule>(experiment.schedule);
  using Unit = optim::Schedule::Unit;
  const std::int64_t per_epoch = problem.steps_per_epoch();
  const bool by_epoch = schedule_->unit == Unit::automatic ? experiment.train.epochs.has_value() : schedule_->unit == Unit::epochs;
  if (by_epoch) steps_per_unit_ = per_epoch;
  schedule_->prepare((experiment.train.total_steps(per_epoch) + steps_per_unit_ - 1) / steps_per_unit_);
  plateau_ = schedule_->plateau();
  if (plateau_) watch(problem);
  const auto momentum = schedule_->momentum(0);
  if (momentum && !optimizer_.set_momentum(*momentum)) {
    fail_argument("the optimizer has no momentum to cycle; cycle_momentum: false leaves it out");
  }
}

void Scheduler::watch(const Problem& problem) {
  const std::vector<std::string> measured = problem.measured();
  const bool has_validation = std::find(measured.begin(), measured.end(), "validation/loss") != measured.end();
  metric_ = plateau_->metric != "automatic" ? plateau_->metric : has_validation ? "validation/loss" : "loss";
  using Mode = optim::Plateau::Mode;
  if (plateau_->mode == Mode::automatic && problem.higher_is_better(metric_.substr(metric_.find('/') + 1))) plateau_->mode = Mode::max;
}

void Scheduler::set(std::int64_t step) {
  if (!schedule_) return;
  const std::int64_t time = (step - 1) / steps_per_unit_;
  optimizer_.set_rate([&](double lr) { return schedule_->rate(lr, time); });
  if (const auto momentum = schedule_->momentum(time)) optimizer_.set_momentum(*momentum);
}

NamedTensors Scheduler::state() const {
  if (!plateau_) return {};
  const std::vector<double> state = plateau_->state();
  return {{"schedule.plateau", tensor({static_cast<std::int64_t>(state.size())}, state, DType::float64)}};
}

}  // namespace descent
