#include "descent/experiment/trainer.h"

#include <algorithm>
#include <cmath>

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

}  // namespace

const char* name(Outcome::Status status) {
  constexpr const char* kNames[] = {"done", "target", "stopped", "diverged", "interrupted"};
  return kNames[static_cast<int>(status)];
}

Trainer::Trainer(const Experiment& experiment, Problem& problem, optim::Optimizer& optimizer, TrainerEvents events)
    : experiment_(experiment),
      problem_(problem),
      optimizer_(optimizer),
      events_(std::move(events)),
      schedule_(experiment.schedule ? make<optim::Schedule>(experiment.schedule) : nullptr),
      named_(problem.parameters()),
      per_epoch_(problem.steps_per_epoch()) {
  const Train& train = experiment.train;
  for (const auto& [name, tensor] : named_) parameters_.push_back(tensor);
  total_ = train.steps ? *train.steps : *train.epochs * per_epoch_;
  every_ = experiment.log.every ? *experiment.log.every : std::max<std::int64_t>(per_epoch_, 1);
  using Unit = optim::Schedule::Unit;
  schedule_by_epoch_ =
      schedule_ && per_epoch_ > 0 && (schedule_->unit == Unit::automatic ? train.epochs.has_value() : schedule_->unit == Unit::epochs);
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
  }
  finish();
  return outcome_;
}

void Trainer::set_rate(std::int64_t step) {
  if (schedule_) optimizer_.set_lr_factor(schedule_->factor(schedule_by_epoch_ ? (step - 1) / per_epoch_ : step - 1));
}

// Forward, backward, clipping, one step of the optimizer.
void Trainer::update(std::int64_t step) {
  set_rate(step);
  optimizer_.zero_grad();
  norm_.reset();
  const Tensor loss = problem_.loss(step);
  loss_ = loss.item();
  loss_sum_ += loss_;
  ++losses_;
  loss.backward();
  if (!std::isfinite(loss_)) return give_up(step, fmt::format("the loss became {}", loss_));
  const Clip& clip = experiment_.train.clip;
  const bool may_be_recorded = is_recorded(step) || ends_epoch(step);
  if (may_be_recorded || clip.norm) norm_ = clip.norm ? optim::clip_grad_norm(parameters_, *clip.norm) : optim::grad_norm(parameters_);
  if (norm_ && !std::isfinite(*norm_)) return give_up(step, fmt::format("the norm of the gradients became {}", *norm_));
  if (clip.value) optim::clip_grad_value(parameters_, *clip.value);
  if (events_.before_update) events_.before_update();
  optimizer_.step();
  problem_.after_update();
}

void Trainer::observe(std::int64_t step) {
  if (events_.step) events_.step(step, loss_);
  const std::optional<double> value = experiment_.train.target.metric == "loss" ? problem_.value() : std::nullopt;
  if (value) outcome_.values["loss"] = *value;
  if (is_recorded(step)) record_step(step);
  if (ends_epoch(step)) evaluate(step);
  if (outcome_.status == Outcome::Status::diverged || !target_reached()) return;
  outcome_.status = Outcome::Status::target;
  over_ = true;
}

// What is always recorded, of a run that ended between two records.
void Trainer::finish() {
  const std::int64_t step = outcome_.steps;
  if (outcome_.status == Outcome::Status::diverged) return;
  if (recorded_ < step) record_step(step);
  if (per_epoch_ > 0 && evaluated_ < step) evaluate(step);
  const auto is_lost = [](const auto& parameter) { return !std::isfinite(largest(parameter.second)); };
  if (std::any_of(named_.begin(), named_.end(), is_lost)) diverge(step, "the update overflowed");
}

Record Trainer::new_record(std::int64_t step, const std::string& split) const {
  Record record;
  record.step = step;
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
  Record record = new_record(step, "train");
  const std::optional<double> value = problem_.value();
  const bool mean = experiment_.log.loss == Log::Loss::mean;
  record.loss = value ? *value : mean ? loss_sum_ / static_cast<double>(losses_) : loss_;
  record.lr = optimizer_.lr();
  record.grad_norm = norm_;
  if (value) record.params = values_of(named_);
  loss_sum_ = 0;
  losses_ = 0;
  recorded_ = step;
  measure("loss", record.loss);
  events_.record(record);
  if (value && !std::isfinite(*value)) diverge(step, fmt::format("the objective became {}", *value));
}

void Trainer::evaluate(std::int64_t step) {
  evaluated_ = step;
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
  outcome_.values[name] = value;
  const auto best = outcome_.best.find(name);
  const bool improved = std::isfinite(value) && (best == outcome_.best.end() || improves(name, value, best->second));
  if (improved) outcome_.best[name] = value;
  if (improved && name == experiment_.checkpoint.best && events_.best) events_.best();
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
  const bool higher = problem_.higher_is_better(name.substr(name.find('/') + 1));
  return higher ? value > than : value < than;
}

bool Trainer::target_reached() const {
  const Target& target = experiment_.train.target;
  const auto value = outcome_.values.find(target.metric);
  if (target.metric.empty() || value == outcome_.values.end()) return false;
  return value->second == target.value || improves(target.metric, value->second, target.value);
}

// Ends the run in the middle of a step, with a record of what was found: of this step's batch, or of the objective where the parameters
// are.
void Trainer::give_up(std::int64_t step, const std::string& what) {
  if (per_epoch_ > 0) {
    record_step(step);
  } else if (recorded_ < step - 1) {
    norm_.reset();
    set_rate(step - 1);
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
