#include "descent/experiment/trainer.h"

#include <algorithm>
#include <cmath>

#include "descent/core/math.h"
#include "descent/experiment/guards.h"
#include "descent/optim/clip.h"

namespace descent {

std::atomic<int> interrupted_by{0};

namespace {

// The largest magnitude, NaN if there is one.
double largest(const Tensor& tensor) {
  double result = 0;
  for (const double value : tensor.to_vector()) {
    if (!(std::abs(value) <= result)) result = std::abs(value);
    if (std::isnan(value)) break;
  }
  return result;
}

std::vector<ParameterValues> values_of(const NamedTensors& parameters) {
  std::vector<ParameterValues> values;
  for (const auto& [name, tensor] : parameters) values.push_back({name, tensor.to_vector(), tensor.rank() > 0});
  return values;
}

// While one lives, the parameters are those to be evaluated.
class AtAverage {
 public:
  explicit AtAverage(optim::Optimizer& optimizer) : optimizer_(optimizer) { optimizer_.eval(); }
  ~AtAverage() { optimizer_.train(); }
  AtAverage(const AtAverage&) = delete;
  AtAverage& operator=(const AtAverage&) = delete;

 private:
  optim::Optimizer& optimizer_;
};

}  // namespace

const char* name(Outcome::Status status) {
  constexpr const char* kNames[] = {"done", "target", "stopped", "diverged", "interrupted"};
  return kNames[static_cast<int>(status)];
}

Trainer::Trainer(const Experiment& experiment, Problem& problem, optim::Optimizer& optimizer, Scheduler& scheduler, TrainerEvents events,
                 std::int64_t most_evaluations)
    : experiment_(experiment),
      problem_(problem),
      optimizer_(optimizer),
      scheduler_(scheduler),
      events_(std::move(events)),
      named_(problem.parameters()),
      per_epoch_(problem.steps_per_epoch()),
      total_(experiment.train.total_steps(per_epoch_)),
      every_(experiment.log.every.value_or(std::max<std::int64_t>(per_epoch_, 1))),
      most_evaluations_(most_evaluations),
      has_held_out_(problem.measured().size() > 1),
      watches_loss_(experiment.train.target.metric == "loss" || scheduler.metric() == "loss"),
      closure_([this] { return std::exchange(is_evaluated_, false) ? loss_ : evaluate_loss(step_); }) {
  for (const auto& [name, tensor] : named_) parameters_.push_back(tensor);
  if (experiment.log.effective_lr) rates_.emplace(named_);
  if (experiment.log.regret) regret_.emplace(problem, optimizer);
}

Outcome Trainer::run() {
  record_start();
  for (std::int64_t step = 1; step <= total_ && !over_; ++step) {
    if (interrupted_by != 0 && step < total_) {
      outcome_.status = Outcome::Status::interrupted;
      total_ = step;
    }
    update(step);
    if (outcome_.status == Outcome::Status::diverged) return outcome_;
    outcome_.steps = step;
    observe(step);
    over_ = over_ || is_spent();
  }
  finish();
  return outcome_;
}

// Forward, backward, clipping, one step of the optimizer.
void Trainer::update(std::int64_t step) {
  scheduler_.set(step);
  norm_.reset();
  loss_ = evaluate_loss(step);
  recorded_loss_.add(loss_);
  epoch_loss_.add(loss_);
  if (!std::isfinite(loss_)) return give_up(step, fmt::format("the loss became {}", math::printable(loss_)));
  if (norm_ && !std::isfinite(*norm_)) {
    return give_up(step, fmt::format("the norm of the gradients became {}", math::printable(*norm_)));
  }
  if (step == 1 && events_.warn) {
    if (const std::string idle = idle_parameters(optimizer_); !idle.empty()) events_.warn(idle);
  }
  if (regret_) regret_->observe(step, loss_);
  if (events_.before_update) events_.before_update();
  step_optimizer(step);
  problem_.after_update();
}

// Leaves the clipped gradients.
double Trainer::evaluate_loss(std::int64_t step) {
  ++outcome_.evaluations;
  optimizer_.zero_grad();
  const Tensor loss = problem_.loss(step);
  loss.backward();
  const double value = loss.item();
  if (std::isfinite(value)) clip_gradients(step);
  return value;
}

void Trainer::step_optimizer(std::int64_t step) {
  const bool sees_rates = rates_ && (is_recorded(step) || ends_epoch(step));
  if (sees_rates) rates_->before_update();
  const auto norm = norm_;
  step_ = step;
  is_evaluated_ = true;
  if (most_evaluations_ > 0) optimizer_.set_evaluations_left(most_evaluations_ - outcome_.evaluations);
  optimizer_.step(closure_);
  norm_ = norm;
  if (sees_rates) effective_lr_ = rates_->after_update();
}

// The recorded norm is that before all clipping.
void Trainer::clip_gradients(std::int64_t step) {
  const Clip& clip = experiment_.train.clip;
  if (clip.norm) {
    norm_ = optim::clip_grad_norm(parameters_, *clip.norm, clip.style);
  } else if (is_recorded(step) || ends_epoch(step)) {
    norm_ = optim::grad_norm(parameters_);
  }
  if (clip.tensor_norm) optim::clip_grad_tensor_norm(parameters_, *clip.tensor_norm, clip.style);
  if (clip.value) optim::clip_grad_value(parameters_, *clip.value);
}

void Trainer::observe(std::int64_t step) {
  if (watches_loss_) {
    const AtAverage at_average(optimizer_);
    if (const auto value = problem_.value()) outcome_.values["loss"] = *value;
  }
  if (is_recorded(step)) record_step(step);
  if (ends_epoch(step)) evaluate(step);
  if (scheduler_.has_plateau()) tell_scheduler(step);
  if (events_.step) events_.step(step, loss_);  // after all that changes what a checkpoint holds
  if (outcome_.status == Outcome::Status::diverged || !target_reached()) return;
  outcome_.status = Outcome::Status::target;
  over_ = true;
}

// A model's loss is the mean over the epoch, whatever is logged.
void Trainer::tell_scheduler(std::int64_t step) {
  const bool is_model = per_epoch_ > 0;
  if (is_model && !ends_epoch(step)) return;
  const double epoch_loss = epoch_loss_.take();
  const std::string& metric = scheduler_.metric();
  scheduler_.observe(is_model && metric == "loss" ? epoch_loss : outcome_.values.at(metric));
}

// What is always recorded, of a run that ended between two records.
void Trainer::finish() {
  const std::int64_t step = outcome_.steps;
  if (outcome_.status == Outcome::Status::diverged) return;
  if (recorded_ < step) record_step(step);
  if (per_epoch_ > 0 && evaluated_ < step) evaluate(step);
  optimizer_.eval();
  const auto is_lost = [](const auto& parameter) { return !std::isfinite(largest(parameter.second)); };
  if (std::any_of(named_.begin(), named_.end(), is_lost)) diverge(step, "the update overflowed");
}

Record Trainer::new_record(std::int64_t step, const std::string& split) const {
  Record record;
  record.step = step;
  record.evaluations = outcome_.evaluations;
  record.split = split;
  if (per_epoch_ > 0) record.epoch = (step - 1) / per_epoch_ + 1;
  return record;
}

// An objective's record 0: where it starts.
void Trainer::record_start() {
  const std::optional<double> value = problem_.value();
  if (!value) return;
  Record record = new_record(0, "train");
  record.loss = *value;
  record.params = values_of(named_);
  measure("loss", *value);
  events_.record(record);
}

void Trainer::record_step(std::int64_t step) {
  const AtAverage at_average(optimizer_);
  Record record = new_record(step, "train");
  const std::optional<double> value = problem_.value();
  const double mean_loss = recorded_loss_.take();
  const bool mean = experiment_.log.loss == Log::Loss::mean;
  record.loss = value ? *value : mean ? mean_loss : loss_;
  record.lr = optimizer_.lr();
  record.grad_norm = norm_;
  if (value) record.params = values_of(named_);
  record.effective_lr = std::move(effective_lr_);
  if (regret_) record.metrics.emplace_back("regret", regret_->regret());
  if (const auto bound = regret_ ? regret_->bound() : std::nullopt) record.metrics.emplace_back("regret_bound", *bound);
  recorded_ = step;
  measure("loss", record.loss);
  events_.record(record);
  if (value && !std::isfinite(*value)) diverge(step, fmt::format("the objective became {}", math::printable(*value)));
}

void Trainer::evaluate(std::int64_t step) {
  evaluated_ = step;
  if (!has_held_out_) return;
  const AtAverage at_average(optimizer_);
  for (const Evaluation& evaluation : problem_.evaluate()) {
    Record record = new_record(step, evaluation.split);
    record.loss = evaluation.loss;
    record.metrics = evaluation.metrics;
    measure(evaluation.split + "/loss", evaluation.loss);
    for (const auto& [metric, value] : evaluation.metrics) measure(evaluation.split + '/' + metric, value);
    events_.record(record);
  }
}

void Trainer::measure(const std::string& name, double value) {
  outcome_.values.insert_or_assign(name, value);
  bool improved = false;
  if (std::isfinite(value)) {
    const auto [best, is_first] = outcome_.best.try_emplace(name, value);
    improved = is_first || improves(name, value, best->second);
    if (improved) best->second = value;
  }
  if (improved && name == experiment_.checkpoint.best && events_.best) events_.best(outcome_.steps);
  const EarlyStop& stop = experiment_.train.early_stop;
  if (name != stop.metric || over_) return;
  const double margin = improves(name, 1, 0) ? -stop.min_delta : stop.min_delta;
  if (std::isfinite(value) && (!early_stop_.best || improves(name, value + margin, *early_stop_.best))) {
    early_stop_ = {value, 0};
  } else if (++early_stop_.since >= stop.patience) {
    outcome_.status = Outcome::Status::stopped;
    over_ = true;
  }
}

bool Trainer::improves(const std::string& name, double value, double than) const {
  const bool higher = name != "loss" && problem_.higher_is_better(name.substr(name.find('/') + 1));
  return higher ? value > than : value < than;
}

bool Trainer::target_reached() const {
  const Target& target = experiment_.train.target;
  if (target.metric.empty()) return false;
  const auto value = outcome_.values.find(target.metric);
  if (value == outcome_.values.end()) return false;
  return value->second == target.value || improves(target.metric, value->second, target.value);
}

// Ends the run in the middle of a step, with a record of what was found: of this step's batch, or of the objective where the parameters
// are.
void Trainer::give_up(std::int64_t step, const std::string& what) {
  if (per_epoch_ > 0) {
    record_step(step);
  } else if (recorded_ < step - 1) {
    norm_.reset();
    scheduler_.set(step - 1);
    record_step(step - 1);
  }
  if (outcome_.status != Outcome::Status::diverged) diverge(step, what);
}

// Names the parameter to blame: the first that is not finite, or whose gradient is not, else the one with the largest number.
void Trainer::diverge(std::int64_t step, const std::string& what) {
  outcome_.status = Outcome::Status::diverged;
  outcome_.message = fmt::format("{} at step {}", what, step);
  over_ = true;
  double size = -1;
  std::string blame;
  for (const auto& [name, tensor] : named_) {
    const Tensor gradient = tensor.grad();
    const double value = largest(tensor), slope = gradient.defined() ? largest(gradient) : 0;
    if (value > size) blame = fmt::format("parameter '{}' has grown to {:.3g}", name, size = value);
    if (std::isfinite(value) && std::isfinite(slope)) continue;
    blame = fmt::format("{}'{}' is not finite", std::isfinite(value) ? "the gradient of " : "parameter ", name);
    break;
  }
  outcome_.message += "; " + blame;
}

}  // namespace descent
