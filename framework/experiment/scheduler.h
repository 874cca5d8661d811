#pragma once
#include <memory>
#include <string>

#include "descent/experiment/problem.h"
#include "descent/optim/optimizer.h"
#include "descent/optim/plateau.h"

namespace descent {

// Sets an optimizer's rate and momentum as the experiment's schedule says; nothing where there is none.
class Scheduler {
 public:
  // Throws, at the key, when the optimizer lacks the momentum that the schedule cycles.
  Scheduler(const Experiment& experiment, const Problem& problem, optim::Optimizer& optimizer);

  // Before a step, counted from 1.
  void set(std::int64_t step);
  // A plateau observes its metric at the end of every epoch or, of an objective, after every step.
  bool has_plateau() const { return plateau_ != nullptr; }
  const std::string& metric() const { return metric_; }
  void observe(double value) { plateau_->observe(value); }
  // What a checkpoint needs: "schedule.plateau".
  NamedTensors state() const;

 private:
  void prepare(const Experiment& experiment, const Problem& problem);
  void watch(const Problem& problem);

  optim::Optimizer& optimizer_;
  std::unique_ptr<optim::Schedule> schedule_;
  optim::Plateau* plateau_ = nullptr;
  std::string metric_;
  std::int64_t steps_per_unit_ = 1;
};

}  // namespace descent
