#include "descent/experiment/run.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "descent/core/math.h"
#include "descent/experiment/checkpoint.h"
#include "descent/experiment/guards.h"
#include "descent/experiment/json.h"
#include "descent/experiment/meta.h"
#include "descent/experiment/requirement.h"
#include "descent/experiment/run_folder.h"
#include "descent/experiment/setup.h"
#include "descent/experiment/signals.h"
#include "descent/experiment/step_table.h"
#include "descent/experiment/study.h"
#include "descent/experiment/trainer.h"
#include "descent/experiment/yaml.h"

namespace descent {
namespace {

constexpr std::int64_t kMostNumbers = 100;  // of parameters in a summary

void check_requirement(const Problem& problem, const Requirement& requirement) {
  if (is_measured(problem, requirement.metric)) return;
  fail(ErrorKind::usage, "--require: nothing that is measured has the name '{}'\n  help: {}", shown(requirement.metric),
       suggestion(requirement.metric, problem.measured()));
}

std::string parameters_in_words(const Problem& problem) {
  const std::int64_t total = parameter_count(problem);
  return fmt::format("{} parameter{}", total, total == 1 ? "" : "s");
}

// The content of summary.json: how a run ended, all that it measured, and the parameters while they are few numbers.
Json summary(const Outcome& outcome, const Problem& problem) {
  Json json{{"status", name(outcome.status)}, {"steps", outcome.steps}};
  const auto loss = outcome.values.find("loss");
  json["loss"] = loss == outcome.values.end() ? Json(nullptr) : json_number(loss->second);
  if (const auto minimum = problem.minimum()) json["minimum"] = json_number(*minimum);
  for (const auto& [metric, value] : outcome.values) {
    if (metric != "loss") json["metrics"][metric] = json_number(value);
  }
  for (const auto& [metric, value] : outcome.best) json["best"][metric] = json_number(value);
  json["parameter_count"] = parameter_count(problem);
  if (parameter_count(problem) > kMostNumbers) return json;
  for (const auto& [name, tensor] : problem.parameters()) {
    Json values = Json::array();
    for (const double value : tensor.to_vector()) values.push_back(json_number(value));
    json["parameters"][name] = tensor.rank() == 0 ? values[0] : values;
  }
  return json;
}

// A run in its folder.
class Run {
 public:
  Run(const RunRequest& request, Experiment experiment, DataCache* cache = nullptr)
      : request_(request),
        experiment_(std::move(experiment)),
        setup_(experiment_, cache),
        problem_(setup_.problem.get()),
        optimizer_(setup_.optimizer.get()),
        console_(request.quiet || request.json, request.color) {}

  const Problem& problem() const { return *problem_; }

  Outcome execute(std::int64_t most_evaluations = 0) {
    open_folder();
    Trainer trainer(experiment_, *problem_, *optimizer_, *setup_.scheduler, events(), most_evaluations);
    const Outcome outcome = trainer.run();
    console_.clear_bar();
    const bool has_checkpoints = problem_->steps_per_epoch() > 0 || outcome.status == Outcome::Status::interrupted;
    if (has_checkpoints && outcome.status != Outcome::Status::diverged) checkpoints_->save("last", outcome.steps);
    close_folder(outcome);
    return outcome;
  }

  void print_result(const Outcome& outcome) const {
    if (request_.json) return print(to_text(summary(outcome, *problem_)));
    std::string text = fmt::format("{} after {} step{}", name(outcome.status), outcome.steps, outcome.steps == 1 ? "" : "s");
    for (const auto& [metric, value] : outcome.values) text += fmt::format("  {} {:.10g}", metric, math::printable(value));
    print(text);
    print("run " + folder_->path());
  }

 private:
  static void print(const std::string& text) { std::printf("%s\n", text.c_str()); }

  void open_folder() {
    folder_.emplace(experiment_.name, request_.out);
    const auto& source = experiment_.source.mark.source;
    meta_ = meta(request_.arguments, experiment_.seed, static_cast<int>(experiment_.threads), problem_->files());
    folder_->write({{"experiment.yaml", source ? source->text : ""},
                    {"resolved.yaml", write_yaml(experiment_.resolved())},
                    {"meta.json", json_file(meta_)}});
    if (const Standardization* fitted = problem_->standardization()) {
      const Json json{{"features", fitted->features}, {"mean", fitted->mean}, {"deviation", fitted->deviation}};
      folder_->write({{"standardize.json", json_file(json)}});
    }
    records_.emplace(folder_->file("metrics.jsonl"));
    timings_.emplace(folder_->file("timing.jsonl"));
    checkpoints_.emplace(folder_->file("checkpoints"), *problem_, *optimizer_, *setup_.scheduler, experiment_.checkpoint.keep);
    open_console();
  }

  void open_console() {
    console_.log_to(folder_->file("run.log"));
    console_.line(
        fmt::format("{}  {}  {}  seed {}", experiment_.name, parameters_in_words(*problem_), experiment_.optimizer.type, experiment_.seed));
    for (const std::string& doubt : doubts(*problem_, *optimizer_)) console_.line("warning: " + doubt);
    const std::int64_t per_epoch = problem_->steps_per_epoch();
    console_.expect(experiment_.train.total_steps(per_epoch), per_epoch,
                    experiment_.log.every.value_or(std::max<std::int64_t>(per_epoch, 1)));
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
      console_.progress(step, loss);
      if (is_due(step)) checkpoints_->save_step(step);
      if (table_) print(table_->lines(step, problem_->value().value_or(loss)));
    };
    events.best = [this](std::int64_t step) { checkpoints_->save("best", step); };
    events.warn = [this](const std::string& message) { console_.line("warning: " + message); };
    if (table_) events.before_update = [this] { table_->before_update(); };
    return events;
  }

  void close_folder(const Outcome& outcome) {
    records_->close();
    timings_->close();
    Json result = summary(outcome, *problem_);
    meta_["finished"] = utc_now();
    folder_->write({{"metrics.csv", metrics_csv(folder_->file("metrics.jsonl"))},
                    {"summary.json", json_file(result)},
                    {"meta.json", json_file(meta_)}});
    if (request_.finished) request_.finished(folder_->path(), std::move(result));
  }

  bool is_due(std::int64_t step) const {
    const CheckpointEvery& every = experiment_.checkpoint.every;
    const std::int64_t per_epoch = problem_->steps_per_epoch();
    if (every.epochs) return step % per_epoch == 0 && step / per_epoch % *every.epochs == 0;
    return every.steps && step % *every.steps == 0;
  }

  const RunRequest& request_;
  Experiment experiment_;
  const Setup setup_;
  Problem* const problem_;
  optim::Optimizer* const optimizer_;
  Console console_;
  std::optional<RunFolder> folder_;
  std::optional<RecordWriter> records_, timings_;
  std::optional<Checkpoints> checkpoints_;
  std::optional<StepTable> table_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
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
    if (!requirement.met(value->second))
      fail(ErrorKind::requirement, "--require {}: it is {:.10g}", requirement.text, math::printable(value->second));
  }
  return 0;
}

// Of a single run: its parameters; warns of what looks wrong.
std::string checked_in_words(const Experiment& experiment) {
  const Setup setup(experiment);
  for (const std::string& doubt : doubts(*setup.problem, *setup.optimizer)) std::fprintf(stderr, "warning: %s\n", doubt.c_str());
  return parameters_in_words(*setup.problem);
}

}  // namespace

int run(const RunRequest& request) {
  std::vector<Requirement> requirements;
  for (const std::string& text : request.require) requirements.push_back(Requirement::parse(text));
  const Experiment experiment = Experiment::load(request.file, request.set);
  if (experiment.is_study()) {
    if (!requirements.empty()) fail(ErrorKind::usage, "--require: this is for a single run");
    return run_study(experiment, request);
  }
  Run run(request, experiment);
  for (const Requirement& requirement : requirements) check_requirement(run.problem(), requirement);
  const SignalsNoted signals;
  const Outcome outcome = run.execute();
  run.print_result(outcome);
  return exit_code(outcome, requirements);
}

int compare(const RunRequest& request) {
  const Experiment experiment = Experiment::load(request.file, request.set);
  if (!experiment.source.find("compare"))
    fail(ErrorKind::usage, "{}: there is no 'compare' in this file\n  help: descent run", shown(request.file));
  return run_study(experiment, request);
}

void run_quietly(const RunRequest& request, const Experiment& experiment, std::int64_t most_evaluations, DataCache& cache) {
  Run(request, experiment, &cache).execute(most_evaluations);
}

int resume(const RunRequest& request, const std::string& folder) {
  const Experiment experiment = Experiment::load(folder + "/resolved.yaml", {});
  if (!experiment.is_study()) fail(ErrorKind::usage, "{}: only sweeps and comparisons can be resumed", folder);
  return run_study(experiment, request, folder);
}

int check(const RunRequest& request, bool print_resolved) {
  const Experiment experiment = Experiment::load(request.file, request.set);
  const std::string size = experiment.is_study() ? plan_in_words(experiment) : checked_in_words(experiment);
  std::printf("%s%s: valid, %s\n", print_resolved ? "# " : "", shown(request.file).c_str(), size.c_str());
  if (print_resolved) std::printf("%s", write_yaml(experiment.resolved()).c_str());
  return 0;
}

}  // namespace descent
