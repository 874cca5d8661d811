#include "descent/experiment/trial.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "descent/experiment/agreement.h"
#include "descent/experiment/json.h"
#include "descent/experiment/overrides.h"
#include "descent/experiment/schema.h"
#include "descent/experiment/setup.h"

namespace descent {
namespace {

using Status = TrialResult::Status;

constexpr const char* kNames[] = {"done", "target", "stopped", "diverged", "interrupted", "invalid", "crashed"};

// What a record says of a metric.
std::optional<double> measured(const Record& record, const std::string& metric) {
  if (record.split == "train") return metric == "loss" ? std::optional(record.loss) : std::nullopt;
  const std::size_t slash = metric.find('/');
  if (slash == std::string::npos || metric.compare(0, slash, record.split) != 0) return {};
  const std::string name = metric.substr(slash + 1);
  if (name == "loss") return record.loss;
  for (const auto& [known, value] : record.metrics) {
    if (known == name) return value;
  }
  return {};
}

void set_outcome(TrialResult& result, const Outcome& outcome, const std::string& metric) {
  result.status = static_cast<Status>(outcome.status);
  result.steps = outcome.steps;
  result.evaluations = outcome.evaluations;
  const auto value = outcome.values.find(metric);
  const bool is_known = value != outcome.values.end() && outcome.status != Outcome::Status::diverged;
  result.value = is_known ? value->second : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

const char* name(Status status) { return kNames[static_cast<int>(status)]; }

Value without_study(Value root) {
  for (const char* key : {"sweep", "compare", "name"}) root.erase(key);
  return root;
}

TrialBase::TrialBase(Value root, const std::string& name)
    : root_(std::move(root)),
      complete_(Value::map()),
      experiment_(Experiment::read(root_, name)),
      changed_(std::make_unique<Changed>(experiment_)) {
  complete_ = changed_->options.write();
}

void TrialBase::restore(Changed& changed, const Value& sections) const {
  Diagnostics ignored;
  bool is_complete = true;
  for (const std::string& key : changed.keys) {
    if (sections.find(key)) continue;  // it is read again anyway
    const Value *value = complete_.find(key), *written = root_.find(key);
    is_complete = is_complete && value;
    if (value) changed.options.read_key({key, *value, {}}, {ignored, ""});
    written ? changed.experiment.source.set(key, *written) : changed.experiment.source.erase(key);
  }
  if (!is_complete) changed.experiment = experiment_;  // a key without a default stays as it was read
  changed.keys.clear();
}

Diagnostics TrialBase::try_out(const Assignment& set, const std::vector<Mark>& paths) const {
  Diagnostics diagnostics;
  Value sections = Value::map();
  for (std::size_t i = 0; i < set.size(); ++i) {
    const auto& [path, value] = set[i];
    const std::string key = path.substr(0, path.find_first_of(".["));
    const Value* written = sections.find(key) ? nullptr : root_.find(key);
    if (written) sections.set(key, *written);
    set_path(sections, path, value, i < paths.size() ? paths[i] : value.mark, diagnostics);
  }
  if (!diagnostics.empty()) return diagnostics;
  restore(*changed_, sections);
  Experiment& experiment = changed_->experiment;
  for (Value::Entry& entry : sections.entries) {
    changed_->keys.push_back(entry.key);
    changed_->options.read_key(entry, {diagnostics, ""});
    experiment.source.set(entry.key, std::move(entry.value));
  }
  if (diagnostics.empty()) check_agreement(experiment, experiment.source, diagnostics);
  return diagnostics;
}

const Experiment& TrialBase::with(const Assignment& set) const {
  try_out(set).check();
  return changed_->experiment;
}

Value TrialBase::as_read(const std::string& path, const Value& value) const {
  try_out({{path, value}});
  const Value all = changed_->options.write();
  const Value* read = find_path(all, path);
  return read ? *read : Value();
}

TrialResult run_trial(const TrialBase& base, const Trial& trial, const std::string& metric, std::int64_t most_evaluations,
                      DataCache& cache) {
  const auto started = std::chrono::steady_clock::now();
  TrialResult result;
  std::string message;
  try {
    const Experiment& experiment = base.with(trial.set);
    const Setup setup(experiment, &cache);
    TrainerEvents events;
    events.record = [&](const Record& record) {
      append_json(result.records, record, trial.number);
      result.records += '\n';
      const auto value = measured(record, metric);
      if (!value) return;
      result.curve_at.push_back(static_cast<double>(record.evaluations));
      result.curve.push_back(*value);
    };
    const Outcome outcome = Trainer(experiment, *setup.problem, *setup.optimizer, *setup.scheduler, events, most_evaluations).run();
    set_outcome(result, outcome, metric);
    message = outcome.message;
  } catch (const Error& error) {
    result = {};
    result.status = Status::invalid;
    result.value = std::numeric_limits<double>::quiet_NaN();
    message = error.what();
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  result.line = trial_line(trial, result, message);
  return result;
}

std::string trial_line(const Trial& trial, const TrialResult& result, const std::string& message) {
  Json json{{"trial", trial.number}};
  for (const auto& [key, value] : trial.labels) json[key] = value;
  Json& set = json["set"] = Json::object();
  for (const auto& [path, value] : trial.set) set[path] = to_json(value);
  json["status"] = name(result.status);
  json["steps"] = result.steps;
  json["evaluations"] = result.evaluations;
  json["records"] = std::count(result.records.begin(), result.records.end(), '\n');
  json["value"] = json_number(result.value);
  if (!message.empty()) json["message"] = message;
  return to_text(json);
}

namespace {

Status status_named(const std::string& status, const std::string& place) {
  const auto is_it = [&](const char* known) { return status == known; };
  const auto* found = std::find_if(std::begin(kNames), std::end(kNames), is_it);
  if (found == std::end(kNames)) fail(ErrorKind::data, "{}: unknown status '{}'", place, shown(status));
  return static_cast<Status>(found - std::begin(kNames));
}

}  // namespace

FinishedTrial read_trial(const std::string& line, std::int64_t number, const std::string& place) {
  const Json json = parse_json(line);
  if (!json.is_object()) fail(ErrorKind::data, "{}: not a trial", place);
  return read_at(place, [&] {
    if (json.at("trial").get<std::int64_t>() != number) fail(ErrorKind::data, "{}: not trial {}", place, number);
    FinishedTrial trial;
    TrialResult& result = trial.result;
    result.status = status_named(json.at("status"), place);
    result.steps = json.at("steps");
    result.evaluations = json.at("evaluations");
    result.value = json.at("value").is_null() ? std::numeric_limits<double>::quiet_NaN() : json.at("value").get<double>();
    trial.records = json.at("records");
    result.line = line;
    return trial;
  });
}

}  // namespace descent
