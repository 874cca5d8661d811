#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>

#include "descent/autograd/ops.h"
#include "descent/data/batches.h"
#include "descent/experiment/checkpoint.h"
#include "descent/experiment/problem.h"
#include "descent/nn/losses.h"
#include "descent/nn/metrics.h"
#include "descent/nn/module.h"

namespace descent {
namespace {

constexpr std::int64_t kEvaluationRows = 256;

// Puts the `count` rows of a batch from `row` on into `all`, which is made to hold `rows` of them.
void put_rows(const Tensor& batch, std::int64_t count, std::int64_t row, std::int64_t rows, Tensor& all) {
  const bool fits = batch.rank() > 0 && batch.size(0) == count && (!all.defined() || batch.size() * rows == all.size() * count);
  if (!fits) fail_argument("an output of shape {} for {} rows", to_string(batch.shape()), count);
  if (!all.defined()) {
    Shape shape = batch.shape();
    shape[0] = rows;
    all = empty(shape, batch.dtype());
  }
  const std::size_t bytes = bytes_of(batch.dtype()), row_bytes = bytes * static_cast<std::size_t>(batch.size() / count);
  auto* to = static_cast<std::byte*>(all.node()->out<void>()) + static_cast<std::size_t>(row) * row_bytes;
  std::memcpy(to, batch.node()->out<void>(), static_cast<std::size_t>(batch.size()) * bytes);
}

void copy_values(const Tensor& from, const Tensor& to) {
  std::memcpy(to.node()->out<void>(), from.node()->out<void>(), static_cast<std::size_t>(from.size()) * bytes_of(from.dtype()));
}

// Labels such as 3.7 are values that a loss for classes does not understand.
void check_classes(const std::vector<std::string>& names, const std::string& loss) {
  if (names.size() == 1) fail_argument("{} needs at least two classes; all targets are '{}'", loss, shown(names[0]));
  for (const std::string& name : names) {
    double number = 0;
    if (!parse_number(name, number) || number == std::floor(number)) continue;
    fail_argument("{} needs classes; the targets are numbers such as {}", loss, shown(name));
  }
}

class ModelProblem final : public Problem {
 public:
  ModelProblem(const Experiment& experiment, DataCache* cache) {
    at_key(experiment, "loss", [&] { loss_ = make<nn::Loss>(experiment.loss); });
    at_key(experiment, "data", [&] {
      const TargetForm form = loss_->wants_classes() ? TargetForm::classes : TargetForm::values;
      data_ = cache ? cache->load(experiment.data, experiment.dtype, form, experiment.seed)
                    : load_data(experiment.data, experiment.dtype, form, experiment.seed);
    });
    at_key(experiment, "loss", [&] {
      check_classes(data_.train.table->class_names, experiment.loss.type);
      check_targets();
    });
    at_key(experiment, "metrics", [&] {
      for (const Spec& metric : experiment.metrics) add_metric(metric);
    });
    at_key(experiment, "model", [&] { build(experiment); });
    const Train& train = experiment.train;
    at_key(experiment, "train.drop_last", [&] {
      batches_ = std::make_unique<Batches>(data_.train, train.rows_per_batch(), train.shuffle, train.drop_last, experiment.seed);
    });
    at_key(experiment, "train.epochs", [&] {
      constexpr std::int64_t kMostSteps = std::numeric_limits<std::int64_t>::max();
      if (train.epochs && *train.epochs > kMostSteps / batches_->per_epoch())
        fail_argument("{} epochs are too many steps to count", *train.epochs);
    });
    try_out(experiment);
  }

  NamedTensors parameters() const override { return model_->named_parameters(); }
  NamedTensors buffers() const override { return model_->named_buffers(); }
  std::vector<Rng*> generators() override { return model_->generators(); }
  std::int64_t steps_per_epoch() const override { return batches_->per_epoch(); }
  const std::vector<std::string>& files() const override { return data_.files; }
  const Standardization* standardization() const override { return data_.standardization ? &*data_.standardization : nullptr; }

  Tensor loss(std::int64_t step) override {
    const std::int64_t epoch = (step - 1) / batches_->per_epoch();
    if (epoch != epoch_) batches_->start_epoch(static_cast<std::uint64_t>(epoch_ = epoch));
    const Batch batch = (*batches_)[(step - 1) % batches_->per_epoch()];
    return (*loss_)((*model_)(batch.x), batch.y);
  }

  std::vector<Evaluation> evaluate() override {
    std::vector<Evaluation> all;
    const NoGrad no_grad;
    model_->eval();
    if (data_.validation) all.push_back(evaluate("validation", *data_.validation));
    if (data_.test) all.push_back(evaluate("test", *data_.test));
    model_->train();
    return all;
  }

  std::vector<std::string> measured() const override {
    std::vector<std::string> names{"loss"};
    for (const auto& [split, view] : {std::pair("validation/", &data_.validation), std::pair("test/", &data_.test)}) {
      if (!*view) continue;
      names.push_back(split + std::string("loss"));
      for (const auto& metric : metrics_) names.push_back(split + metric.first);
    }
    return names;
  }

  std::string doubt() const override { return doubt_; }
  bool higher_is_better(const std::string& name) const override {
    return std::any_of(metrics_.begin(), metrics_.end(),
                       [&](const auto& metric) { return metric.first == name && metric.second->higher_is_better(); });
  }

 private:
  void check_targets() const {
    if (data_.train.table->classes()) return;
    loss_->check_targets(data_.train.table->y);
    for (const auto* part : {&data_.validation, &data_.test}) {
      if (*part && (*part)->table != data_.train.table) loss_->check_targets((*part)->table->y);
    }
  }

  void add_metric(const Spec& spec) {
    metrics_.emplace_back(spec.type, make<nn::Metric>(spec));
    metrics_.back().second->set_threshold(loss_->threshold());
  }

  void build(const Experiment& experiment) {
    const Table& table = *data_.train.table;
    Rng rng(experiment.seed, Stream::init);
    model_ = make<nn::Model>(experiment.model);
    const std::int64_t targets = table.classes() ? static_cast<std::int64_t>(table.class_names.size()) : table.y.size(1);
    nn::Build build{experiment.dtype, rng, targets, experiment.seed};
    const Shape output = model_->build(Shape(table.x.shape().begin() + 1, table.x.shape().end()), build);
    if (table.classes() && output.rank() == 1 && output[0] < targets) fail_argument("{} outputs for {} classes", output[0], targets);
    if (model_->init_from.text.empty()) return;
    NamedTensors all = parameters();
    for (const auto& buffer : buffers()) all.push_back(buffer);
    at_key(experiment, "model.init_from", [&] { load_weights(model_->init_from.text, all); });
  }

  // What would go wrong while it runs is told before anything does: shapes that do not fit, and layers that need two rows to train.
  void try_out(const Experiment& experiment) {
    const NoGrad no_grad;
    Prediction tried;
    at_key(experiment, "model", [&] {
      rehearse(2);
      model_->eval();
      tried = predict(first_rows(2));
      model_->train();
    });
    at_key(experiment, "loss", [&] {
      (*loss_)(tried.output, tried.target);
      doubt_ = loss_->doubt(tried.output);
    });
    for (std::size_t i = 0; i < metrics_.size(); ++i) {
      at_key(experiment, fmt::format("metrics[{}]", i), [&] { measure(*metrics_[i].second, tried); });
    }
    at_key(experiment, "metrics", [&] {
      if (metrics_.empty() || data_.validation || data_.test) return;
      fail_argument("nothing is held out to measure them on: give data.split, data.validation or data.test");
    });
    at_key(experiment, "train.batch_size", [&] { rehearse_least(experiment.train); });
  }

  View first_rows(std::size_t count) const {
    const auto first = data_.train.rows.begin();
    return {data_.train.table, {first, first + static_cast<std::ptrdiff_t>(std::min(data_.train.rows.size(), count))}};
  }

  void rehearse_least(const Train& train) {
    const bool never_reached = train.steps && *train.steps < batches_->per_epoch();
    if (batches_->least_rows() > 1 || never_reached) return;
    try {
      rehearse(1);
    } catch (const Error& error) { fail_argument("an epoch's last batch is one row: {}", error.what()); }
  }

  // A forward pass as in training, which leaves no trace.
  void rehearse(std::size_t rows) {
    const NamedTensors all = buffers();
    std::vector<Tensor> values;
    for (const auto& [name, buffer] : all) values.push_back(buffer.clone());
    std::vector<Rng> states;
    for (const Rng* generator : generators()) states.push_back(*generator);
    (*model_)(Batches(first_rows(rows), 0)[0].x);
    for (std::size_t i = 0; i < all.size(); ++i) copy_values(values[i], all[i].second);
    for (std::size_t i = 0; i < states.size(); ++i) *generators()[i] = states[i];
  }

  // Of all rows: what a loss or a metric makes of them need not be the mean of what it makes of batches.
  struct Prediction {
    Tensor output, target;
  };
  Prediction predict(const View& view) {
    const auto rows = static_cast<std::int64_t>(view.rows.size());
    Prediction all;
    Batches batches(view, std::min(kEvaluationRows, rows));
    for (std::int64_t i = 0; i < batches.per_epoch(); ++i) {
      const Batch batch = batches[i];
      put_rows((*model_)(batch.x), batch.x.size(0), i * kEvaluationRows, rows, all.output);
      put_rows(batch.y, batch.x.size(0), i * kEvaluationRows, rows, all.target);
    }
    return all;
  }

  static double measure(nn::Metric& metric, const Prediction& all) {
    metric.reset();
    metric.update(all.output, all.target);
    return metric.value();
  }

  Evaluation evaluate(const std::string& split, const View& view) {
    const Prediction all = predict(view);
    Evaluation result{split, (*loss_)(all.output, all.target).item(), {}};
    for (auto& [name, metric] : metrics_) result.metrics.emplace_back(name, measure(*metric, all));
    return result;
  }

  Data data_;
  std::unique_ptr<nn::Loss> loss_;
  std::string doubt_;
  std::vector<std::pair<std::string, std::unique_ptr<nn::Metric>>> metrics_;
  std::unique_ptr<nn::Model> model_;
  std::unique_ptr<Batches> batches_;
  std::int64_t epoch_ = -1;
};

}  // namespace

std::unique_ptr<Problem> make_model_problem(const Experiment& experiment, DataCache* cache) {
  return std::make_unique<ModelProblem>(experiment, cache);
}

}  // namespace descent
