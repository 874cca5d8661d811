#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "descent/experiment/problem.h"
#include "descent/experiment/records.h"
#include "descent/optim/optimizer.h"
#include "descent/optim/schedule.h"

namespace descent {

// How a run ended.
struct Outcome {
  enum class Status { done, target, stopped, diverged, interrupted };
  Status status = Status::done;
  std::int64_t steps = 0;
  std::map<std::string, double> values;  // the latest of everything measured: "loss", "validation/accuracy", …
  std::map<std::string, double> best;    // likewise, over the run
  std::string message;                   // why it diverged
};
const char* name(Outcome::Status status);

// What may look on while a run goes on.
struct TrainerEvents {
  std::function<void(const Record&)> record = [](const Record&) {};
  std::function<void(std::int64_t step, double loss)> step = nullptr;  // after every update
  std::function<void()> before_update = nullptr;                       // gradients are there
  std::function<void()> best = nullptr;                                // the metric named by checkpoint.best has improved
};

// Set by a signal: the run does one more step, its last, and ends as always.
extern std::atomic<int> interrupted_by;

// The training loop.
class Trainer {
 public:
  // `optimizer` has the problem's parameters.
  Trainer(const Experiment& experiment, Problem& problem, optim::Optimizer& optimizer, TrainerEvents events);
  Outcome run();

 private:
  struct Watch {
    std::optional<double> best;
    std::int64_t since = 0;  // evaluations without an improvement
  };
  void set_rate(std::int64_t step);
  void update(std::int64_t step);
  void observe(std::int64_t step);
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
  bool ends_epoch(std::int64_t step) const { return per_epoch_ > 0 && (step % per_epoch_ == 0 || step == total_); }

  const Experiment& experiment_;
  Problem& problem_;
  optim::Optimizer& optimizer_;
  TrainerEvents events_;
  std::unique_ptr<optim::Schedule> schedule_;
  NamedTensors named_;
  std::vector<Tensor> parameters_;
  std::int64_t per_epoch_, total_, every_;
  bool schedule_by_epoch_;

  double loss_ = 0, loss_sum_ = 0;
  std::optional<double> norm_;  // of this step's gradients, where it is recorded or clipped
  std::int64_t losses_ = 0;
  std::int64_t recorded_ = 0, evaluated_ = 0;  // the steps of the latest record and evaluation
  Watch early_stop_;
  Outcome outcome_;
  bool over_ = false;
};

}  // namespace descent
