#include "descent/experiment/run.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "descent/autograd/gradcheck.h"
#include "descent/experiment/checkpoint.h"
#include "descent/experiment/meta.h"
#include "descent/experiment/overrides.h"
#include "descent/experiment/run_folder.h"
#include "descent/experiment/signals.h"
#include "descent/experiment/step_table.h"
#include "descent/experiment/trainer.h"
#include "descent/experiment/yaml.h"

extern "C" void openblas_set_num_threads(int);

namespace descent {
namespace {

constexpr std::int64_t kMostNumbersInSummary = 100;

using Json = nlohmann::ordered_json;

Experiment load(const RunRequest& request) {
  Experiment experiment = Experiment::load(request.file, request.set);
  openblas_set_num_threads(static_cast<int>(experiment.threads));
  return experiment;
}

std::unique_ptr<optim::Optimizer> make_optimizer(const Experiment& experiment, const Problem& problem) {
  std::unique_ptr<optim::Optimizer> optimizer;
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

std::int64_t count(const NamedTensors& parameters) {
  std::int64_t total = 0;
  for (const auto& [name, tensor] : parameters) total += tensor.size();
  return total;
}

std::string parameter_count(const Problem& problem) {
  const std::int64_t total = count(problem.parameters());
  return fmt::format("{} parameter{}", total, total == 1 ? "" : "s");
}

// JSON has no infinities: what is not finite becomes null.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json summary(const Outcome& outcome, const Problem& problem) {
  Json json{{"status", name(outcome.status)}, {"steps", outcome.steps}};
  const auto loss = outcome.values.find("loss");
  json["loss"] = loss == outcome.values.end() ? Json(nullptr) : number(loss->second);
  if (const auto minimum = problem.minimum()) json["minimum"] = number(*minimum);
  for (const auto& [metric, value] : outcome.values) {
    if (metric != "loss") json["metrics"][metric] = number(value);
  }
  for (const auto& [metric, value] : outcome.best) json["best"][metric] = number(value);
  const NamedTensors parameters = problem.parameters();
  json["parameter_count"] = count(parameters);
  if (count(parameters) > kMostNumbersInSummary) return json;
  for (const auto& [name, tensor] : parameters) {
    Json values = Json::array();
    for (const double value : tensor.to_vector()) values.push_back(number(value));
    json["parameters"][name] = tensor.rank() == 0 ? values[0] : values;
  }
  return json;
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
    RecordWriter records(folder_->file("metrics.jsonl")), timings(folder_->file("timing.jsonl"));
    Checkpoints checkpoints(folder_->file("checkpoints"), *problem_, *optimizer_, problem_->generators(), experiment_.checkpoint.keep);
    const auto started = std::chrono::steady_clock::now();
    std::int64_t latest = 0;
    TrainerEvents events;
    events.record = [&](const Record& record) {
      records.write(record);
      const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started;
      timings.write(Timing{record.step, elapsed.count()});
      if (!experiment_.log.step_table) console_.record(record);
    };
    events.step = [&](std::int64_t step, double loss) {
      latest = step;
      console_.progress(step, loss);
      if (is_due(step)) checkpoints.save_step(step);
      if (table_) print(table_->lines(step, problem_->value().value_or(loss)));
    };
    events.best = [&] { checkpoints.save("best", latest); };
    if (table_) events.before_update = [&] { table_->before_update(); };
    Trainer trainer(experiment_, *problem_, *optimizer_, events);
    expect_progress();
    const Outcome outcome = trainer.run();
    console_.finish();
    const bool has_checkpoints = problem_->steps_per_epoch() > 0 || outcome.status == Outcome::Status::interrupted;
    if (has_checkpoints && outcome.status != Outcome::Status::diverged) checkpoints.save("last", outcome.steps);
    records.close();
    timings.close();
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
    folder_->write("experiment.yaml", std::string_view(source ? source->text : ""));
    folder_->write("resolved.yaml", std::string_view(write_yaml(experiment_.resolved())));
    meta_ = meta(request_.arguments, experiment_.seed, static_cast<int>(experiment_.threads), problem_->files());
    folder_->write_json("meta.json", meta_);
    console_.log_to(folder_->file("run.log"));
    console_.line(
        fmt::format("{}  {}  {}  seed {}", experiment_.name, parameter_count(*problem_), experiment_.optimizer.type, experiment_.seed));
    if (!experiment_.log.step_table || request_.json) return;
    table_.emplace(*optimizer_);
    print(table_->header());
  }

  void close_folder(const Outcome& outcome) {
    write_metrics_csv(folder_->file("metrics.jsonl"), folder_->file("metrics.csv"));
    folder_->write_json("summary.json", summary(outcome, *problem_));
    meta_["finished"] = utc_now();
    folder_->write_json("meta.json", meta_);
  }

  bool is_due(std::int64_t step) const {
    const CheckpointEvery& every = experiment_.checkpoint.every;
    const std::int64_t steps = every.epochs ? *every.epochs * problem_->steps_per_epoch() : every.steps.value_or(0);
    return steps > 0 && step % steps == 0;
  }

  void expect_progress() {
    const std::int64_t per_epoch = problem_->steps_per_epoch(),
                       total = experiment_.train.steps ? *experiment_.train.steps : *experiment_.train.epochs * per_epoch;
    console_.expect(total, per_epoch, experiment_.log.every.value_or(std::max<std::int64_t>(per_epoch, 1)));
  }

  const RunRequest& request_;
  Experiment experiment_;
  std::unique_ptr<Problem> problem_;
  std::unique_ptr<optim::Optimizer> optimizer_;
  Console console_;
  std::optional<RunFolder> folder_;
  std::optional<StepTable> table_;
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
  std::printf("%s%s: valid, %s\n", print_resolved ? "# " : "", shown(request.file).c_str(), parameter_count(*problem).c_str());
  if (print_resolved) std::printf("%s", write_yaml(experiment.resolved()).c_str());
  return 0;
}

Requirement Requirement::parse(const std::string& text) {
  const std::size_t at = text.find_first_of("<>=");
  Requirement requirement{text, text.substr(0, at), "", 0};
  const std::size_t end = at == std::string::npos ? at : text.find_first_not_of("<>=", at);
  if (end != std::string::npos) requirement.comparison = text.substr(at, end - at);
  const char* known[] = {"<", "<=", ">", ">=", "=="};
  const bool valid = at != 0 && std::find(std::begin(known), std::end(known), requirement.comparison) != std::end(known);
  if (!valid || !parse_number(text.substr(end), requirement.value))
    fail(ErrorKind::usage, "--require: expected metric>=value, got '{}'", shown(text));
  return requirement;
}

bool Requirement::met(double measured) const {
  if (comparison == "<") return measured < value;
  if (comparison == "<=") return measured <= value;
  if (comparison == ">") return measured > value;
  if (comparison == ">=") return measured >= value;
  return measured == value;
}

}  // namespace descent
