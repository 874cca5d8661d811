#pragma once
#include <optional>
#include <string>
#include <vector>

#include "descent/core/file.h"
#include "descent/experiment/console.h"
#include "descent/experiment/json.h"
#include "descent/experiment/records.h"
#include "descent/experiment/run.h"
#include "descent/experiment/run_folder.h"
#include "descent/experiment/trial.h"

namespace descent {

// The metric that trials of a problem are judged by, and how.
struct Judge {
  std::string metric;
  bool higher_is_better = false;
  // Lower is better; a value that was not measured is infinite.
  double cost(double value) const;
};
// `asked`, or the objective, or validation/loss, or the loss. Throws when nothing has the name `asked`.
Judge judge_of(const Problem& problem, const std::string& asked);

// What a study is made of: the experiments that its trials change, what judges them, and how many gradients a trial may evaluate.
struct Bases {
  std::vector<TrialBase> experiments;
  std::vector<Judge> judges;
  std::vector<std::int64_t> most_evaluations;
  void add(Value root, const std::string& name, const std::string& metric);
};
// The folder of a sweep or comparison, with its trials: those that are finished are never run again.
class Study {
 public:
  // A new folder, or with `folder` an old one to go on with.
  Study(const Experiment& experiment, const RunRequest& request, const std::string& folder = "");

  // Runs the trials, which get the numbers after those before; results are in the order of the trials. Throws Interrupted.
  std::vector<TrialResult> run(std::vector<Trial>& trials, const Bases& bases);
  // Makes a trial again as a run in its own folder under trials/.
  void keep(const Bases& bases, const Trial& trial);
  // Writes summary.json and meta.json.
  void finish(const Json& summary);

  const RunFolder& folder() const { return folder_; }
  Console& console() { return console_; }

 private:
  void restore();
  void write(const Trial& trial, const TrialResult& result);
  void read_curves(const std::vector<Trial>& trials, const Bases& bases, std::vector<TrialResult>& results);

  const RunRequest& request_;
  const std::int64_t jobs_;
  RunFolder folder_;
  Console console_;
  Json meta_;
  std::vector<std::string> finished_;  // lines of trials that an earlier process has finished
  std::vector<double> seconds_;        // theirs
  std::optional<File> lock_;           // held while this process goes on with the folder
  std::optional<RecordWriter> lines_, records_, timings_;
  std::int64_t next_ = 0;  // the number of the next trial
};

// What Study::run throws when a signal has come: the folder can be gone on with.
struct Interrupted {};

// Runs an experiment file with `sweep:` or `compare:`; with `folder` goes on with an interrupted one. Returns the exit code.
int run_study(const Experiment& experiment, const RunRequest& request, const std::string& folder = "");
// Checks all that it would run, and says how much that is.
std::string plan_in_words(const Experiment& experiment);

// The file without what describes the study.
Value without_study(const Experiment& experiment);

Json json_number(double value);  // null unless finite
Json run_sweep(const Experiment& experiment, Study& study);
Json run_comparison(const Experiment& experiment, Study& study);
// How much a study would run.
struct Plan {
  std::int64_t trials = 0, steps = 0;
  double seconds = 0;  // of one core, as far as a first short trial can tell
  // Adds trials of a base; one of them is begun to see how long a step takes.
  void add(const Bases& bases, std::size_t base, const Assignment& sample, std::int64_t count);
};
// Checks all that would be run; adds it to the plan if there is one. Throws what is wrong.
void check_sweep(const Experiment& experiment, Plan* plan = nullptr);
void check_comparison(const Experiment& experiment, Plan* plan = nullptr);
void print_sweep(const Json& summary);
void print_comparison(const Json& summary);

}  // namespace descent
