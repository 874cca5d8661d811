#include "descent/experiment/study.h"

#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>

#include "descent/core/error.h"
#include "descent/experiment/meta.h"
#include "descent/experiment/setup.h"
#include "descent/experiment/signals.h"
#include "descent/experiment/workers.h"
#include "descent/experiment/yaml.h"

namespace descent {
namespace {

bool is_sweep(const Experiment& experiment) { return experiment.source.find("sweep") != nullptr; }

std::unique_ptr<Procedure> make_procedure(const Experiment& experiment) {
  return is_sweep(experiment) ? make_sweep(experiment) : make_comparison(experiment);
}

// Of records.jsonl, as trial.cpp has it of a Record.
std::optional<double> measured(const Json& record, const std::string& metric) {
  const std::string split = record.value("split", "");
  const std::size_t slash = metric.find('/');
  const std::string wanted = slash == std::string::npos ? "train" : metric.substr(0, slash);
  const auto value = record.find(slash == std::string::npos ? metric : metric.substr(slash + 1));
  if (split != wanted || value == record.end()) return {};
  return value->is_null() ? std::numeric_limits<double>::quiet_NaN() : value->get<double>();
}

// Whether a run has ended in this folder, and by itself.
bool is_finished(const std::string& folder) {
  try {
    const Json summary = read_json(folder + "/summary.json");
    return summary.is_object() && summary.contains("status") && summary["status"] != name(TrialResult::Status::interrupted);
  } catch (const Error&) { return false; }  // it is made again
}

// A file that an earlier process has noted must be what it was; others are noted.
void note_files(const std::set<std::string>& files, Json& meta, const RunFolder& folder) {
  Json& noted = meta["sha256"];
  if (!noted.is_object()) noted = Json::object();
  for (const std::string& file : files) {
    const std::string now = sha256_of_file(file);
    if (noted.contains(file) && noted[file] != now) {
      fail(ErrorKind::data, "{}: not what it was when trials of {} were run on it\n  help: bring it back, or run the experiment anew", file,
           folder.path());
    }
    noted[file] = now;
  }
}

// Whoever edits resolved.yaml must not get the results of other trials.
void check_is_of(const Trial& trial, const std::string& line, const RunFolder& folder) {
  std::string begin = trial_line(trial, {}, "");
  begin.resize(begin.rfind("\"status\":"));
  if (line.compare(0, begin.size(), begin) == 0) return;
  fail(ErrorKind::data, "{}:{}: not the trial that resolved.yaml asks for, which begins with {}", folder.file("trials.jsonl"),
       trial.number + 1, shown(begin, 300));
}

std::string in_digits(double seconds) { return seconds < 10 ? fmt::format("{:.2g}", seconds) : fmt::format("{:.0f}", seconds); }

}  // namespace

double Judge::cost(double value) const {
  if (std::isnan(value)) return kInfinity;
  return higher_is_better ? -value : value;
}

Judge judge_of(const Problem& problem, const std::string& asked) {
  const std::vector<std::string> known = problem.measured();
  const auto has = [&](const std::string& metric) { return std::find(known.begin(), known.end(), metric) != known.end(); };
  if (!asked.empty() && !has(asked)) {
    fail_argument("metric: nothing that is measured has the name '{}'; {}", shown(asked), suggestion(asked, known));
  }
  const std::string metric = !asked.empty() ? asked : has("validation/loss") ? "validation/loss" : "loss";
  return {metric, problem.higher_is_better(metric.substr(metric.find('/') + 1))};
}

void Bases::add(Value root, const std::string& name, const std::string& metric) {
  experiments.emplace_back(std::move(root), name);
  const Experiment& experiment = experiments.back().experiment();
  const Setup setup(experiment, &cache);
  judges.push_back(judge_of(*setup.problem, metric));
  most_evaluations.push_back(experiment.train.total_steps(setup.problem->steps_per_epoch()));
  files.insert(setup.problem->files().begin(), setup.problem->files().end());
}

Study::Study(const Experiment& experiment, const RunRequest& request, const std::set<std::string>& files, const std::string& folder)
    : request_(request),
      jobs_(worker_count(is_sweep(experiment) ? experiment.sweep.jobs : experiment.compare.jobs)),
      folder_(folder.empty() ? RunFolder(experiment.name, request.out) : RunFolder::existing(folder)),
      console_(request.quiet || request.json, request.color) {
  lock_.emplace(File::appending(folder_.file("trials.jsonl")));
  if (::flock(lock_->descriptor(), LOCK_EX | LOCK_NB) != 0) fail(ErrorKind::data, "{}: another process is at it", folder_.path());
  if (!folder.empty()) meta_ = read_json(folder_.file("meta.json"));
  if (meta_.is_null()) meta_ = meta(request.arguments, experiment.seed, static_cast<int>(experiment.threads), {});
  note_files(files, meta_, folder_);
  if (folder.empty()) {
    const auto& source = experiment.source.mark.source;
    folder_.write({{"experiment.yaml", source ? source->text : ""},
                   {"resolved.yaml", write_yaml(experiment.resolved())},
                   {"meta.json", json_file(meta_)}});
  } else {
    folder_.write({{"meta.json", json_file(meta_)}});
    restored_ = restore_trials(folder_);
  }
  files_.emplace(folder_);
  console_.log_to(folder_.file("run.log"));
  if (!restored_.doubt.empty()) {
    console_.line(fmt::format("warning: {}; trials from number {} on are run again", restored_.doubt, restored_.trials.size()));
  }
}

std::vector<TrialResult> Study::run(std::vector<Trial>& trials, Bases& bases) {
  const std::int64_t first = next_;
  for (Trial& trial : trials) trial.number = next_++;
  const auto known =
      std::clamp<std::int64_t>(static_cast<std::int64_t>(restored_.trials.size()) - first, 0, static_cast<std::int64_t>(trials.size()));
  std::vector<TrialResult> results;
  for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(first + known); ++i) {
    check_is_of(trials[i - static_cast<std::size_t>(first)], restored_.trials[i].line, folder_);
    results.push_back(std::move(restored_.trials[i]));
  }
  if (known > 0) read_curves(trials, bases, results);

  const auto run_one = [&](const Trial& trial) {
    lock_.reset();  // a worker's own: it may outlive a killed study for a moment, and writes no files
    const std::size_t base = trial.base;
    return run_trial(bases.experiments[base], trial, bases.judges[base].metric, bases.most_evaluations[base], bases.cache);
  };
  console_.expect(static_cast<std::int64_t>(trials.size()) - known, 0, 1);
  const bool is_whole = run_in_workers(trials, known, jobs_, run_one, [&](const Trial& trial, TrialResult result) {
    files_->write(trial, result);
    console_.trial(trial.number - first + 1 - known);
    for (std::string* written : {&result.records, &result.line}) std::string().swap(*written);  // clear() would keep the memory
    results.push_back(std::move(result));
  });
  console_.clear_bar();
  files_->flush();
  if (!is_whole) throw Interrupted{};
  return results;
}

// A finished trial's curve is what its records say.
void Study::read_curves(const std::vector<Trial>& trials, const Bases& bases, std::vector<TrialResult>& results) {
  read_records(folder_, [&](std::int64_t number, const Json& record) {
    const std::int64_t index = number - trials.front().number;
    if (index < 0 || index >= static_cast<std::int64_t>(results.size())) return;
    const Trial& trial = trials[static_cast<std::size_t>(index)];
    const auto value = measured(record, bases.judges[trial.base].metric);
    if (!value) return;
    results[static_cast<std::size_t>(index)].curve_at.push_back(record.value("evaluations", record.at("step").get<double>()));
    results[static_cast<std::size_t>(index)].curve.push_back(*value);
  });
}

void Study::keep(Bases& bases, const Trial& trial, const TrialResult& result) {
  using Status = TrialResult::Status;
  if (result.status == Status::invalid || result.status == Status::crashed) return;  // so it would end here too
  const std::string path = folder_.file(fmt::format("trials/{}", trial.number));
  if (is_finished(path)) return;
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
  RunRequest request = request_;
  request.out = path;
  request.quiet = true;
  run_quietly(request, bases.experiments[trial.base].with(trial.set), bases.most_evaluations[trial.base], bases.cache);
  if (interrupted_by != 0) throw Interrupted{};
}

void Study::finish(const Json& summary, const CsvTable& table) {
  files_->close();
  meta_["finished"] = utc_now();
  folder_.write({{"summary.csv", table.csv()}, {"summary.json", json_file(summary)}, {"meta.json", json_file(meta_)}});
}

int run_study(const Experiment& experiment, const RunRequest& request, const std::string& folder) {
  const SignalsNoted signals;
  const std::unique_ptr<Procedure> procedure = make_procedure(experiment);
  Study study(experiment, request, procedure->files(), folder);
  Json summary;
  try {
    summary = procedure->run(study);
  } catch (const Interrupted&) {
    study.console().line("interrupted; descent resume " + study.folder().path() + " goes on");
    return 128 + interrupted_by;
  }
  if (request.json) {
    std::printf("%s\n", to_text(summary).c_str());
  } else {
    is_sweep(experiment) ? print_sweep(summary) : print_comparison(summary);
  }
  if (request.finished) request.finished(study.folder().path(), std::move(summary));
  if (!request.json) std::printf("run %s\n", study.folder().path().c_str());
  return 0;
}

void Plan::add(Bases& bases, std::size_t base, const Assignment& sample, std::int64_t count) {
  constexpr std::int64_t kBegun = 200;  // steps
  const std::int64_t most = bases.most_evaluations[base], begun = std::min(most, kBegun);
  const TrialResult result = run_trial(bases.experiments[base], {0, base, sample, {}}, bases.judges[base].metric, begun, bases.cache);
  trials += count;
  steps += count * most;
  seconds += result.seconds * static_cast<double>(most) / static_cast<double>(begun) * static_cast<double>(count);
}

std::string plan_in_words(const Experiment& experiment) {
  Plan plan;
  make_procedure(experiment)->add_to(plan);
  const std::int64_t jobs = worker_count(is_sweep(experiment) ? experiment.sweep.jobs : experiment.compare.jobs);
  return fmt::format("{} trials, {} steps, about {} s in {} process{}", plan.trials, plan.steps,
                     in_digits(plan.seconds / static_cast<double>(jobs)), jobs, jobs == 1 ? "" : "es");
}

}  // namespace descent
