#include "descent/experiment/problem.h"

#include "descent/experiment/overrides.h"
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
  std::vector<std::vector<double>> minimisers() const override { return objective_->minimisers(); }
  double loss_at(const std::vector<double>& point, std::int64_t step) const override {
    const NoGrad no_grad;
    std::vector<Tensor> there;
    auto from = point.begin();
    for (const Tensor& parameter : tensors_) {
      there.push_back(tensor(parameter.shape(), std::vector<double>(from, from + parameter.size()), parameter.dtype()));
      from += parameter.size();
    }
    return objective_->sample(there, step).item();
  }

 private:
  std::unique_ptr<Objective> objective_;
  NamedTensors named_;
  std::vector<Tensor> tensors_;
  std::vector<std::string> files_;
};

}  // namespace

std::unique_ptr<Problem> make_objective_problem(const Experiment& experiment) { return std::make_unique<ObjectiveProblem>(experiment); }

std::unique_ptr<Problem> make_problem(const Experiment& experiment, DataCache* cache) {
  return experiment.objective ? make_objective_problem(experiment) : make_model_problem(experiment, cache);
}

std::int64_t parameter_count(const Problem& problem) {
  std::int64_t total = 0;
  for (const auto& [name, value] : problem.parameters()) total += value.size();
  return total;
}

void at_key(const Experiment& experiment, const std::string& key, const std::function<void()>& f) {
  try {
    f();
  } catch (const std::bad_alloc&) {
    at_key(experiment, key, [] { fail_argument("this needs more memory than there is"); });
  } catch (const Error& error) {
    std::string path = key, message = error.what();
    const bool has_place = message.find("error: ") != std::string::npos;
    if (has_place || !experiment.source.find(key.substr(0, key.find_first_of(".[")))) throw;
    const std::size_t colon = message.find(": ");
    if (colon != std::string::npos && message.rfind(key, 0) == 0 && message.find_first_of(" :", key.size()) == colon) {
      path = message.substr(0, colon);
      message.erase(0, colon + 2);
    }
    std::string present = path;  // what stands there, or nearest above
    while (!find_path(experiment.source, present)) present.erase(present.find_last_of(".["));
    Diagnostics diagnostics;
    diagnostics.error(find_path(experiment.source, present)->mark, path, message);
    throw Error(error.kind(), diagnostics.report());
  }
}

}  // namespace descent
