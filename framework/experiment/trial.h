#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "descent/data/dataset.h"
#include "descent/experiment/experiment.h"
#include "descent/experiment/sweep_options.h"
#include "descent/experiment/trainer.h"

namespace descent {

// One run of a sweep or comparison.
struct Trial {
  std::int64_t number = 0;
  std::size_t base = 0;  // which experiment it changes
  Assignment set;
  std::vector<std::pair<std::string, std::string>> labels;  // written into its line: {"phase", "tune"}
};

// How it went. A trial that could not run, or whose worker was lost, has a status too.
struct TrialResult {
  enum class Status { done, target, stopped, diverged, interrupted, invalid, crashed };
  Status status = Status::done;
  std::int64_t steps = 0, evaluations = 0;
  double value = 0, seconds = 0;        // the metric at the end, NaN if it was not measured; wall time
  std::vector<double> curve_at, curve;  // gradient evaluations, and the metric recorded after so many
  std::string line, records;            // of trials.jsonl and records.jsonl; the latter ends with a line break
};
const char* name(TrialResult::Status status);

// A file without what describes the study.
Value without_study(Value root);

// An experiment that trials change. It is read once: a trial reads again only the sections that it changes.
class TrialBase {
 public:
  // `root` is the file without what describes the study. Throws what is wrong with it.
  TrialBase(Value root, const std::string& name);

  // Valid until the next call. Throws Error(invalid) with what is wrong.
  const Experiment& with(const Assignment& set) const;
  // What is wrong with such a trial, and with it as a whole. `paths`: where the paths are written, if that is known.
  Diagnostics try_out(const Assignment& set, const std::vector<Mark>& paths = {}) const;
  // The value as the option at `path` takes it, with every default; null where there is none.
  Value as_read(const std::string& path, const Value& value) const;
  const Experiment& experiment() const { return experiment_; }

 private:
  // The experiment of the latest trial, whose source is the file as the trial changes it, and the options bound to it.
  struct Changed {
    explicit Changed(const Experiment& of) : experiment(of) { experiment.options(options); }
    Experiment experiment;
    Options options;
    std::vector<std::string> keys;  // that are not as in the base
  };
  void restore(Changed& changed, const Value& sections) const;

  Value root_, complete_;  // as written, and with every default
  Experiment experiment_;
  std::unique_ptr<Changed> changed_;
};

// Runs a trial in memory. `metric` is "loss" or `split/name`; at most so many gradients are evaluated, 0: no limit.
TrialResult run_trial(const TrialBase& base, const Trial& trial, const std::string& metric, std::int64_t most_evaluations,
                      DataCache& cache);

// The line of a trial that could not run.
std::string trial_line(const Trial& trial, const TrialResult& result, const std::string& message);

// What a line says of a finished trial, and how many records it has.
struct FinishedTrial {
  TrialResult result;
  std::int64_t records = 0;
};
// Throws Error (kind data) with `place` unless the line is a whole one of the trial with this number.
FinishedTrial read_trial(const std::string& line, std::int64_t number, const std::string& place);

}  // namespace descent
