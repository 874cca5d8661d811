#include <algorithm>

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

class ModelProblem final : public Problem {
 public:
  explicit ModelProblem(const Experiment& experiment) {
    at_key(experiment, "loss", [&] { loss_ = make<nn::Loss>(experiment.loss); });
    at_key(experiment, "data", [&] {
      data_ =
          load_data(experiment.data, experiment.dtype, loss_->wants_classes() ? TargetForm::classes : TargetForm::values, experiment.seed);
    });
    at_key(experiment, "metrics", [&] {
      for (const Spec& metric : experiment.metrics) metrics_.emplace_back(metric.type, make<nn::Metric>(metric));
    });
    at_key(experiment, "model", [&] { build(experiment); });
    const Train& train = experiment.train;
    batches_ = std::make_unique<Batches>(data_.train, train.rows_per_batch(), train.shuffle, train.drop_last, experiment.seed);
    at_key(experiment, "train", [&] {
      if (batches_->per_epoch() == 0)
        fail_argument("train.batch_size: {} rows do not fill a batch of {}", data_.train.rows.size(), train.batch_size.text);
    });
    at_key(experiment, "loss", [&] { try_out(); });
  }

  NamedTensors parameters() const override { return model_->named_parameters(); }
  NamedTensors buffers() const override { return model_->named_buffers(); }
  std::vector<Rng*> generators() override { return model_->generators(); }
  std::int64_t steps_per_epoch() const override { return batches_->per_epoch(); }
  const std::vector<std::string>& files() const override { return data_.files; }

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

  bool higher_is_better(const std::string& name) const override {
    return std::any_of(metrics_.begin(), metrics_.end(),
                       [&](const auto& metric) { return metric.first == name && metric.second->higher_is_better(); });
  }

 private:
  void build(const Experiment& experiment) {
    const Table& table = *data_.train.table;
    Rng rng(experiment.seed, Stream::init);
    model_ = make<nn::Model>(experiment.model);
    const std::int64_t targets = table.classes() ? static_cast<std::int64_t>(table.class_names.size()) : table.y.size(1);
    nn::Build build{experiment.dtype, rng, loss_->outputs(targets), experiment.seed};
    model_->build(Shape(table.x.shape().begin() + 1, table.x.shape().end()), build);
    if (model_->init_from.text.empty()) return;
    NamedTensors all = parameters();
    for (const auto& buffer : buffers()) all.push_back(buffer);
    load_weights(model_->init_from.text, all);
  }

  // One evaluation of two rows: shapes that do not fit are told before anything runs.
  void try_out() {
    const NoGrad no_grad;
    View rows = data_.train;
    rows.rows.resize(std::min<std::size_t>(rows.rows.size(), 2));
    model_->eval();
    evaluate("train", rows);
    model_->train();
  }

  Evaluation evaluate(const std::string& split, const View& view) {
    Evaluation result{split, 0, {}};
    for (auto& [name, metric] : metrics_) metric->reset();
    Batches batches(view, std::min<std::int64_t>(kEvaluationRows, static_cast<std::int64_t>(view.rows.size())));
    batches.start_epoch(0);
    for (std::int64_t i = 0; i < batches.per_epoch(); ++i) {
      const Batch batch = batches[i];
      const Tensor output = (*model_)(batch.x);
      result.loss += (*loss_)(output, batch.y).item() * static_cast<double>(batch.x.size(0));
      for (auto& [name, metric] : metrics_) metric->update(output, batch.y);
    }
    result.loss /= static_cast<double>(view.rows.size());
    for (auto& [name, metric] : metrics_) result.metrics.emplace_back(name, metric->value());
    return result;
  }

  Data data_;
  std::unique_ptr<nn::Loss> loss_;
  std::vector<std::pair<std::string, std::unique_ptr<nn::Metric>>> metrics_;
  std::unique_ptr<nn::Model> model_;
  std::unique_ptr<Batches> batches_;
  std::int64_t epoch_ = -1;
};

}  // namespace

std::unique_ptr<Problem> make_model_problem(const Experiment& experiment) { return std::make_unique<ModelProblem>(experiment); }

}  // namespace descent
