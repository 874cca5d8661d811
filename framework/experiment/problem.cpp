#include "descent/experiment/problem.h"

#include "descent/objective/objective.h"

namespace descent {
namespace {

class ObjectiveProblem final : public Problem {
 public:
  explicit ObjectiveProblem(const Experiment& experiment) {
    at_key(experiment, "objective", [&] {
      objective_ = make<Objective>(experiment.objective);
      named_ = objective_->prepare(experiment.dtype, experiment.seed);
    });
    for (const auto& [name, tensor] : named_) tensors_.push_back(tensor);
  }

  NamedTensors parameters() const override { return named_; }
  const std::vector<std::string>& files() const override { return files_; }
  Tensor loss(std::int64_t step) override { return objective_->sample(tensors_, step); }
  void after_update() override { objective_->project(tensors_); }
  std::optional<double> value() const override {
    const NoGrad no_grad;
    return objective_->value(tensors_).item();
  }
  std::optional<double> minimum() const override { return objective_->minimum(); }

 private:
  std::unique_ptr<Objective> objective_;
  NamedTensors named_;
  std::vector<Tensor> tensors_;
  std::vector<std::string> files_;
};

}  // namespace

std::unique_ptr<Problem> make_objective_problem(const Experiment& experiment) { return std::make_unique<ObjectiveProblem>(experiment); }

std::unique_ptr<Problem> make_problem(const Experiment& experiment) {
  return experiment.objective ? make_objective_problem(experiment) : make_model_problem(experiment);
}

void at_key(const Experiment& experiment, const char* key, const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& error) {
    const Value* value = experiment.source.find(key);
    std::string path = key, message = error.what();
    if (error.kind() != ErrorKind::invalid || !value || message.find("error: ") != std::string::npos) throw;
    if (const std::size_t colon = message.find(": "); message.rfind(path + '.', 0) == 0 && colon != std::string::npos) {
      path = message.substr(0, colon);
      message.erase(0, colon + 2);
    }
    Diagnostics diagnostics;
    diagnostics.error(value->mark, path, message);
    diagnostics.check();
  }
}

}  // namespace descent
