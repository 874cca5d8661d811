#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "descent/experiment/effective_rates.h"
#include "descent/experiment/problem.h"
#include "descent/experiment/records.h"
#include "descent/experiment/regret.h"
#include "descent/experiment/scheduler.h"

namespace descent {

// How a run ended.
struct Outcome {
  enum class Status { done, target, stopped, diverged, interrupted };
  Status status = Status::done;
  std::int64_t steps = 0, evaluations = 0;  // updates, and gradients computed for them
  std::map<std::string, double> values;     // the latest of everything measured: "loss", "validation/accuracy", …
  std::map<std::string, double> best;       // likewise, over the run
  std::string message;                      // why it diverged
};
const char* name(Outcome::Status status);

// What may look on while a run goes on.
struct TrainerEvents {
  std::function<void(const Record&)> record = [](const Record&) {};
  std::function<void(std::int64_t step, double loss)> step = nullptr;  // after every update and what is measured then
  std::function<void()> before_update = nullptr;                       // gradients are there
  std::function<void(std::int64_t step)> best = nullptr;               // the metric named by checkpoint.best has improved
  std::function<void(const std::string&)> warn = nullptr;              // something looks wrong
};

// Set by a signal: the run does one more step, its last, and ends as always.
extern std::atomic<int> interrupted_by;

// The training loop.
class Trainer {
 public:
  // `optimizer` has the problem's parameters. No step begins after so many gradients, 0: no limit.
  Trainer(const Experiment& experiment, Problem& problem, optim::Optimizer& optimizer, Scheduler& scheduler, TrainerEvents events,
          std::int64_t most_evaluations = 0);
  Outcome run();

 private:
  struct Watch {
    std::optional<double> best;
    std::int64_t since = 0;  // evaluations without an improvement
  };
  // Of the losses of steps.
  struct Mean {
    double sum = 0;
    std::int64_t count = 0;
    void add(double value) {
      sum += value;
      ++count;
    }
    double take() { return std::exchange(sum, 0) / static_cast<double>(std::exchange(count, 0)); }
  };
  void update(std::int64_t step);
  double evaluate_loss(std::int64_t step);
  void step_optimizer(std::int64_t step);
  void clip_gradients(std::int64_t step);
  void observe(std::int64_t step);
  void tell_scheduler(std::int64_t step);
  void finish();
  void evaluate(std::int64_t step);
  void record_start();
  void record_step(std::int64_t step);
  Record new_record(std::int64_t step, const std::string& split) const;
  void measure(const std::string& name, double value);
  bool improves(const std::string& name, double value, double than) const;
  bool target_reached() const;
  void give_up(std::int64_t step, const std::string& what);
  void diverge(std::int64_t step, const std::string& what);
  bool is_recorded(std::int64_t step) const { return step % every_ == 0 || step == total_; }
  bool is_spent() const { return most_evaluations_ > 0 && outcome_.evaluations >= most_evaluations_; }
  bool ends_epoch(std::int64_t step) const { return per_epoch_ > 0 && (step % per_epoch_ == 0 || step == total_); }

  const Experiment& experiment_;
  Problem& problem_;
  optim::Optimizer& optimizer_;
  Scheduler& scheduler_;
  TrainerEvents events_;
  NamedTensors named_;
  std::vector<Tensor> parameters_;
  std::int64_t per_epoch_, total_, every_, most_evaluations_;

  const bool has_held_out_, watches_loss_;
  const optim::Closure closure_;  // evaluates again, but for the first time that a rule asks in a step
  std::int64_t step_ = 0;
  bool is_evaluated_ = false;

  double loss_ = 0;
  Mean recorded_loss_, epoch_loss_;            // since the latest record, in this epoch
  std::optional<double> norm_;                 // of this step's gradients, where it is recorded or clipped
  std::int64_t recorded_ = 0, evaluated_ = 0;  // the steps of the latest record and evaluation
  Watch early_stop_;
  std::optional<EffectiveRates> rates_;
  std::vector<ParameterValues> effective_lr_;  // of this step, where it is recorded
  std::optional<Regret> regret_;
  Outcome outcome_;
  bool over_ = false;
};

}  // namespace descent
