#include "descent/experiment/setup.h"

#include <algorithm>
#include <utility>

#include "descent/autograd/gradcheck.h"
#include "descent/experiment/overrides.h"
#include "descent/experiment/regret.h"

extern "C" void openblas_set_num_threads(int);

namespace descent {
namespace {

std::unique_ptr<optim::Optimizer> make_optimizer(const Experiment& experiment, const Problem& problem) {
  std::unique_ptr<optim::Optimizer> optimizer;
  at_key(experiment, "model", [&] {
    if (problem.parameters().empty()) fail_argument("the model has no parameters to train");
  });
  at_key(experiment, "optimizer", [&] {
    optimizer = make<optim::Optimizer>(experiment.optimizer);
    optimizer->add_parameters(problem.parameters());
    optimizer->set_minimum(problem.minimum());
  });
  return optimizer;
}

// A metric that nothing measures would be waited for in vain.
void check_metrics(const Experiment& experiment, const Problem& problem, const Scheduler& scheduler) {
  Diagnostics diagnostics;
  const auto check = [&](const char* path, const std::string& metric) {
    const Value* given = find_path(experiment.source, path);
    if ((!given && metric.empty()) || is_measured(problem, metric)) return;
    const std::string message = fmt::format("nothing that is measured has the name '{}'", shown(metric));
    diagnostics.error(given ? given->mark : Mark{}, path, message, suggestion(metric, problem.measured()));
  };
  check("train.early_stop.metric", experiment.train.early_stop.metric);
  check("train.target.metric", experiment.train.target.metric);
  check("checkpoint.best", experiment.checkpoint.best);
  if (scheduler.has_plateau()) check(find_path(experiment.source, "schedule.metric") ? "schedule.metric" : "schedule", scheduler.metric());
  diagnostics.check();
}

void check_gradients(const Experiment& experiment) {
  Experiment precise = experiment;
  precise.dtype = DType::float64;
  at_key(experiment, "gradcheck", [&] {
    const std::string wrong = gradcheck_graph(make_problem(precise)->loss(1));
    if (!wrong.empty()) fail_argument("gradcheck: {}", wrong);
  });
}

// First of all: products are made while the model is tried out.
void set_blas_threads(std::int64_t threads) {
  static std::int64_t now = 0;
  if (std::exchange(now, threads) != threads) openblas_set_num_threads(static_cast<int>(threads));
}

}  // namespace

Setup::Setup(const Experiment& experiment, DataCache* cache)
    : problem((set_blas_threads(experiment.threads), make_problem(experiment, cache))),
      optimizer(make_optimizer(experiment, *problem)),
      scheduler(std::make_unique<Scheduler>(experiment, *problem, *optimizer)) {
  check_metrics(experiment, *problem, *scheduler);
  if (experiment.gradcheck) check_gradients(experiment);
  at_key(experiment, "log.regret", [&] {
    if (experiment.log.regret) Regret(*problem, *optimizer);
  });
}

bool is_measured(const Problem& problem, const std::string& metric) {
  const std::vector<std::string> known = problem.measured();
  return std::find(known.begin(), known.end(), metric) != known.end();
}

}  // namespace descent
