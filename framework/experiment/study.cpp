#include "descent/experiment/study.h"

#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>

#include "descent/core/error.h"
#include "descent/experiment/json.h"
#include "descent/experiment/meta.h"
#include "descent/experiment/setup.h"
#include "descent/experiment/signals.h"
#include "descent/experiment/workers.h"
#include "descent/experiment/yaml.h"

namespace descent {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 31;

// The whole lines of a file, without the last if it has no line break.
std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  const std::string text = read_file(path, kMostBytes);
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
    lines.push_back(text.substr(at, end - at));
  return lines;
}

std::int64_t trial_of(const std::string& record) {
  constexpr std::string_view kBegin = "{\"trial\":";
  std::int64_t number = -1;
  if (record.compare(0, kBegin.size(), kBegin) == 0) parse_integer(record.substr(kBegin.size(), record.find(',') - kBegin.size()), number);
  return number;
}

// Cuts a file off where the first line of a trial from `count` on begins, or a line that is not whole.
void cut_records(const std::string& path, std::int64_t count) {
  std::size_t kept = 0;
  for (const std::string& line : lines_of(path)) {
    if (trial_of(line) >= count || trial_of(line) < 0) break;
    kept += line.size() + 1;
  }
  if (::truncate(path.c_str(), static_cast<off_t>(kept)) != 0) fail_system(path, "shorten");
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

Value without_study(const Experiment& experiment) {
  Value root = experiment.source;
  for (const char* key : {"sweep", "compare", "name"}) root.erase(key);
  return root;
}

void Bases::add(Value root, const std::string& name, const std::string& metric) {
  experiments.emplace_back(std::move(root), name);
  const Experiment& experiment = experiments.back().experiment();
  const Setup setup(experiment);
  judges.push_back(judge_of(*setup.problem, metric));
  most_evaluations.push_back(experiment.train.total_steps(setup.problem->steps_per_epoch()));
}

Json json_number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Study::Study(const Experiment& experiment, const RunRequest& request, const std::string& folder)
    : request_(request),
      jobs_(worker_count(experiment.source.find("sweep") ? experiment.sweep.jobs : experiment.compare.jobs)),
      folder_(folder.empty() ? RunFolder(experiment.name, request.out) : RunFolder::existing(folder)),
      console_({request.quiet || request.json, request.color}) {
  lock_.emplace(File::appending(folder_.file("trials.jsonl")));
  if (::flock(lock_->descriptor(), LOCK_EX | LOCK_NB) != 0) fail(ErrorKind::data, "{}: another process is at it", folder_.path());
  if (folder.empty()) {
    const auto& source = experiment.source.mark.source;
    folder_.write("experiment.yaml", source ? source->text : "");
    folder_.write("resolved.yaml", write_yaml(experiment.resolved()));
    meta_ = meta(request.arguments, experiment.seed, static_cast<int>(experiment.threads), {});
    folder_.write_json("meta.json", meta_);
  } else {
    restore();
  }
  lines_.emplace(folder_.file("trials.jsonl"));
  records_.emplace(folder_.file("records.jsonl"));
  timings_.emplace(folder_.file("timing.jsonl"));
  console_.log_to(folder_.file("run.log"));
}

// What an earlier process has left: whole trials, and their times.
void Study::restore() {
  meta_ = read_json(folder_.file("meta.json"));
  finished_ = lines_of(folder_.file("trials.jsonl"));
  for (const char* file : {"records.jsonl", "timing.jsonl"}) File::appending(folder_.file(file)).close();
  for (const char* file : {"trials.jsonl", "records.jsonl", "timing.jsonl"}) {
    cut_records(folder_.file(file), static_cast<std::int64_t>(finished_.size()));
  }
  for (const std::string& line : lines_of(folder_.file("timing.jsonl"))) seconds_.push_back(parse_json(line).at("seconds"));
}

std::vector<TrialResult> Study::run(std::vector<Trial>& trials, const Bases& bases) {
  const std::int64_t first = next_;
  for (Trial& trial : trials) trial.number = next_++;
  const auto known =
      std::clamp<std::int64_t>(static_cast<std::int64_t>(finished_.size()) - first, 0, static_cast<std::int64_t>(trials.size()));
  std::vector<TrialResult> results;
  for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(first + known); ++i) {
    results.push_back(read_trial(finished_[i]));
    results.back().seconds = i < seconds_.size() ? seconds_[i] : 0;
  }
  if (known > 0) read_curves(trials, bases, results);

  DataCache cache;
  const auto run_one = [&](const Trial& trial) {
    return run_trial(bases.experiments[trial.base], trial, bases.judges[trial.base].metric, bases.most_evaluations[trial.base], cache);
  };
  console_.expect_trials(static_cast<std::int64_t>(trials.size()) - known);
  const bool is_whole = run_in_workers(trials, known, jobs_, run_one, [&](const Trial& trial, TrialResult result) {
    write(trial, result);
    console_.trial(trial.number - first + 1 - known);
    for (std::string* written : {&result.records, &result.line}) std::string().swap(*written);  // clear() would keep the memory
    results.push_back(std::move(result));
  });
  console_.finish();
  for (auto* writer : {&records_, &lines_, &timings_}) (*writer)->flush();
  if (!is_whole) throw Interrupted{};
  return results;
}

// Records first: a trial whose line is there has all of them.
void Study::write(const Trial& trial, const TrialResult& result) {
  records_->hold(result.records);
  lines_->hold(result.line + '\n');
  timings_->write(TrialTiming{trial.number, result.seconds});
  if (!records_->is_due()) return;
  records_->flush();
  lines_->flush();
}

// A finished trial's curve is what its records say.
void Study::read_curves(const std::vector<Trial>& trials, const Bases& bases, std::vector<TrialResult>& results) {
  for (const std::string& line : lines_of(folder_.file("records.jsonl"))) {
    const std::int64_t index = trial_of(line) - trials.front().number;
    if (index < 0 || index >= static_cast<std::int64_t>(results.size())) continue;
    const Json record = parse_json(line);
    const Trial& trial = trials[static_cast<std::size_t>(index)];
    const auto value = measured(record, bases.judges[trial.base].metric);
    if (!value) continue;
    results[static_cast<std::size_t>(index)].curve_at.push_back(record.value("evaluations", record.at("step").get<double>()));
    results[static_cast<std::size_t>(index)].curve.push_back(*value);
  }
}

void Study::keep(const Bases& bases, const Trial& trial) {
  const std::string path = folder_.file(fmt::format("trials/{}", trial.number));
  std::error_code ignored;
  if (std::filesystem::exists(path + "/summary.json", ignored)) return;
  std::filesystem::remove_all(path, ignored);
  RunRequest request = request_;
  request.out = path;
  request.quiet = true;
  run_quietly(request, bases.experiments[trial.base].with(trial.set), bases.most_evaluations[trial.base]);
}

void Study::finish(const Json& summary) {
  for (auto* writer : {&records_, &lines_, &timings_}) (*writer)->close();
  folder_.write_json("summary.json", summary);
  meta_["finished"] = utc_now();
  folder_.write_json("meta.json", meta_);
}

int run_study(const Experiment& experiment, const RunRequest& request, const std::string& folder) {
  const bool is_sweep = experiment.source.find("sweep") != nullptr;
  const SignalsNoted signals;
  if (folder.empty() && is_sweep) check_sweep(experiment);
  if (folder.empty() && !is_sweep) check_comparison(experiment);
  Study study(experiment, request, folder);
  Json summary;
  try {
    summary = is_sweep ? run_sweep(experiment, study) : run_comparison(experiment, study);
  } catch (const Interrupted&) {
    study.console().line("interrupted; descent resume " + study.folder().path() + " goes on");
    return 128 + interrupted_by;
  }
  study.finish(summary);
  if (request.finished) request.finished(study.folder().path());
  if (request.json) {
    std::printf("%s\n", to_text(summary).c_str());
    return 0;
  }
  is_sweep ? print_sweep(summary) : print_comparison(summary);
  std::printf("run %s\n", study.folder().path().c_str());
  return 0;
}

void Plan::add(const Bases& bases, std::size_t base, const Assignment& sample, std::int64_t count) {
  constexpr std::int64_t kBegun = 200;  // steps
  DataCache cache;
  const std::int64_t most = bases.most_evaluations[base], begun = std::min(most, kBegun);
  const TrialResult result = run_trial(bases.experiments[base], {0, base, sample, {}}, bases.judges[base].metric, begun, cache);
  trials += count;
  steps += count * most;
  seconds += result.seconds * static_cast<double>(most) / static_cast<double>(begun) * static_cast<double>(count);
}

std::string plan_in_words(const Experiment& experiment) {
  const bool is_sweep = experiment.source.find("sweep") != nullptr;
  Plan plan;
  is_sweep ? check_sweep(experiment, &plan) : check_comparison(experiment, &plan);
  const std::int64_t jobs = worker_count(is_sweep ? experiment.sweep.jobs : experiment.compare.jobs);
  return fmt::format("{} trials, {} steps, about {:.2g} s in {} process{}", plan.trials, plan.steps,
                     plan.seconds / static_cast<double>(jobs), jobs, jobs == 1 ? "" : "es");
}

}  // namespace descent
