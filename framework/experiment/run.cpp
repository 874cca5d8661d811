#include "descent/experiment/run.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "descent/autograd/gradcheck.h"
#include "descent/experiment/checkpoint.h"
#include "descent/experiment/meta.h"
#include "descent/experiment/overrides.h"
#include "descent/experiment/requirement.h"
#include "descent/experiment/run_folder.h"
#include "descent/experiment/signals.h"
#include "descent/experiment/step_table.h"
#include "descent/experiment/summary.h"
#include "descent/experiment/trainer.h"
#include "descent/experiment/yaml.h"

extern "C" void openblas_set_num_threads(int);

namespace descent {
namespace {

using Json = nlohmann::ordered_json;

Experiment load(const RunRequest& request) {
  Experiment experiment = Experiment::load(request.file, request.set);
  openblas_set_num_threads(static_cast<int>(experiment.threads));
  return experiment;
}

std::unique_ptr<optim::Optimizer> make_optimizer(const Experiment& experiment, const Problem& problem) {
  std::unique_ptr<optim::Optimizer> optimizer;
  at_key(experiment, "model", [&] {
    if (problem.parameters().empty()) fail_argument("the model has no parameters to train");
  });
  at_key(experiment, "optimizer", [&] {
    optimizer = make<optim::Optimizer>(experiment.optimizer);
    optimizer->add_parameters(problem.parameters());
  });
  return optimizer;
}

bool is_measured(const Problem& problem, const std::string& metric) {
  const std::vector<std::string> known = problem.measured();
  return std::find(known.begin(), known.end(), metric) != known.end();
}

// A metric that nothing measures would be waited for in vain.
void check_metrics(const Experiment& experiment, const Problem& problem) {
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
  diagnostics.check();
}

void check_requirement(const Problem& problem, const Requirement& requirement) {
  if (is_measured(problem, requirement.metric)) return;
  fail(ErrorKind::usage, "--require: nothing that is measured has the name '{}'\n  help: {}", shown(requirement.metric),
       suggestion(requirement.metric, problem.measured()));
}

void check_gradients(const Experiment& experiment) {
  Experiment precise = experiment;
  precise.dtype = DType::float64;
  at_key(experiment, "gradcheck", [&] {
    const std::string wrong = gradcheck_graph(make_problem(precise)->loss(1));
    if (!wrong.empty()) fail_argument("gradcheck: {}", wrong);
  });
}

std::string parameters_in_words(const Problem& problem) {
  const std::int64_t total = parameter_count(problem);
  return fmt::format("{} parameter{}", total, total == 1 ? "" : "s");
}

// A run in its folder.
class Run {
 public:
  Run(const RunRequest& request, Experiment experiment)
      : request_(request),
        experiment_(std::move(experiment)),
        problem_(make_problem(experiment_)),
        optimizer_(make_optimizer(experiment_, *problem_)),
        console_({request.quiet || request.json, request.color}) {
    check_metrics(experiment_, *problem_);
    if (experiment_.gradcheck) check_gradients(experiment_);
  }

  const Problem& problem() const { return *problem_; }

  Outcome execute() {
    open_folder();
    Trainer trainer(experiment_, *problem_, *optimizer_, events());
    const Outcome outcome = trainer.run();
    console_.finish();
    const bool has_checkpoints = problem_->steps_per_epoch() > 0 || outcome.status == Outcome::Status::interrupted;
    if (has_checkpoints && outcome.status != Outcome::Status::diverged) checkpoints_->save("last", outcome.steps);
    close_folder(outcome);
    return outcome;
  }

  void print_result(const Outcome& outcome) const {
    if (request_.json) return print(summary(outcome, *problem_).dump());
    std::string text = fmt::format("{} after {} step{}", name(outcome.status), outcome.steps, outcome.steps == 1 ? "" : "s");
    for (const auto& [metric, value] : outcome.values) text += fmt::format("  {} {:.10g}", metric, value);
    print(text);
    print("run " + folder_->path());
  }

 private:
  static void print(const std::string& text) { std::printf("%s\n", text.c_str()); }

  void open_folder() {
    folder_.emplace(experiment_.name, request_.out);
    const auto& source = experiment_.source.mark.source;
    folder_->write("experiment.yaml", source ? source->text : "");
    folder_->write("resolved.yaml", write_yaml(experiment_.resolved()));
    meta_ = meta(request_.arguments, experiment_.seed, static_cast<int>(experiment_.threads), problem_->files());
    folder_->write_json("meta.json", meta_);
    records_.emplace(folder_->file("metrics.jsonl"));
    timings_.emplace(folder_->file("timing.jsonl"));
    checkpoints_.emplace(folder_->file("checkpoints"), *problem_, *optimizer_, problem_->generators(), experiment_.checkpoint.keep);
    open_console();
  }

  void open_console() {
    console_.log_to(folder_->file("run.log"));
    console_.line(
        fmt::format("{}  {}  {}  seed {}", experiment_.name, parameters_in_words(*problem_), experiment_.optimizer.type, experiment_.seed));
    const std::int64_t per_epoch = problem_->steps_per_epoch(),
                       total = experiment_.train.steps ? *experiment_.train.steps : *experiment_.train.epochs * per_epoch;
    console_.expect(total, per_epoch, experiment_.log.every.value_or(std::max<std::int64_t>(per_epoch, 1)));
    if (!experiment_.log.step_table || request_.json) return;
    table_.emplace(*optimizer_);
    print(table_->header());
  }

  TrainerEvents events() {
    TrainerEvents events;
    events.record = [this](const Record& record) {
      records_->write(record);
      const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started_;
      timings_->write(Timing{record.step, elapsed.count()});
      if (!experiment_.log.step_table) console_.record(record);
    };
    events.step = [this](std::int64_t step, double loss) {
      latest_ = step;
      console_.progress(step, loss);
      if (is_due(step)) checkpoints_->save_step(step);
      if (table_) print(table_->lines(step, problem_->value().value_or(loss)));
    };
    events.best = [this] { checkpoints_->save("best", latest_); };
    if (table_) events.before_update = [this] { table_->before_update(); };
    return events;
  }

  void close_folder(const Outcome& outcome) {
    records_->close();
    timings_->close();
    write_metrics_csv(folder_->file("metrics.jsonl"), folder_->file("metrics.csv"));
    folder_->write_json("summary.json", summary(outcome, *problem_));
    meta_["finished"] = utc_now();
    folder_->write_json("meta.json", meta_);
  }

  bool is_due(std::int64_t step) const {
    const CheckpointEvery& every = experiment_.checkpoint.every;
    const std::int64_t per_epoch = problem_->steps_per_epoch();
    if (every.epochs) return step % per_epoch == 0 && step / per_epoch % *every.epochs == 0;
    return every.steps && step % *every.steps == 0;
  }

  const RunRequest& request_;
  Experiment experiment_;
  std::unique_ptr<Problem> problem_;
  std::unique_ptr<optim::Optimizer> optimizer_;
  Console console_;
  std::optional<RunFolder> folder_;
  std::optional<RecordWriter> records_, timings_;
  std::optional<Checkpoints> checkpoints_;
  std::optional<StepTable> table_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::int64_t latest_ = 0;  // the last step that was made
  Json meta_;
};

int exit_code(const Outcome& outcome, const std::vector<Requirement>& requirements) {
  if (outcome.status == Outcome::Status::interrupted) return 128 + interrupted_by;
  if (outcome.status == Outcome::Status::diverged)
    fail(ErrorKind::diverged, "{}; try a smaller optimizer.lr or train.clip.norm", outcome.message);
  for (const Requirement& requirement : requirements) {
    const auto value = outcome.values.find(requirement.metric);
    if (value == outcome.values.end())
      fail(ErrorKind::requirement, "--require {}: training ended before it was measured", requirement.text);
    if (!requirement.met(value->second)) fail(ErrorKind::requirement, "--require {}: it is {:.10g}", requirement.text, value->second);
  }
  return 0;
}

}  // namespace

int run(const RunRequest& request) {
  std::vector<Requirement> requirements;
  for (const std::string& text : request.require) requirements.push_back(Requirement::parse(text));
  Run run(request, load(request));
  for (const Requirement& requirement : requirements) check_requirement(run.problem(), requirement);
  const SignalsNoted signals;
  const Outcome outcome = run.execute();
  run.print_result(outcome);
  return exit_code(outcome, requirements);
}

int check(const RunRequest& request, bool print_resolved) {
  const Experiment experiment = load(request);
  const auto problem = make_problem(experiment);
  make_optimizer(experiment, *problem);
  check_metrics(experiment, *problem);
  std::printf("%s%s: valid, %s\n", print_resolved ? "# " : "", shown(request.file).c_str(), parameters_in_words(*problem).c_str());
  if (print_resolved) std::printf("%s", write_yaml(experiment.resolved()).c_str());
  return 0;
}

}  // namespace descent
