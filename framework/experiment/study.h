#pragma once
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "descent/core/file.h"
#include "descent/experiment/console.h"
#include "descent/experiment/csv_table.h"
#include "descent/experiment/json.h"
#include "descent/experiment/run.h"
#include "descent/experiment/run_folder.h"
#include "descent/experiment/study_files.h"
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
  std::set<std::string> files;  // that data is read from
  DataCache cache;              // what was read; worker processes share it
  void add(Value root, const std::string& name, const std::string& metric);
};

// The folder of a sweep or comparison, with its trials: those that are finished are never run again.
class Study {
 public:
  // A new folder, or with `folder` an old one to go on with. Throws Error (kind data) when one of the files that data is read from is no
  // longer what an earlier process has read.
  Study(const Experiment& experiment, const RunRequest& request, const std::set<std::string>& files, const std::string& folder = "");

  // Runs the trials, which get the numbers after those before; results are in the order of the trials. Throws Interrupted.
  std::vector<TrialResult> run(std::vector<Trial>& trials, Bases& bases);
  // Writes summary.json, summary.csv and meta.json: all trials are run.
  void finish(const Json& summary, const CsvTable& table);
  // Makes a trial again as a run in its own folder under trials/, unless it is there or could not be run. Comes after finish(), since it
  // may fail. Throws Interrupted.
  void keep(Bases& bases, const Trial& trial, const TrialResult& result);

  const RunFolder& folder() const { return folder_; }
  Console& console() { return console_; }

 private:
  void read_curves(const std::vector<Trial>& trials, const Bases& bases, std::vector<TrialResult>& results);

  const RunRequest& request_;
  const std::int64_t jobs_;
  RunFolder folder_;
  Console console_;
  Json meta_;
  std::optional<File> lock_;  // held while this process goes on with the folder
  Restored restored_;         // trials that an earlier process has finished
  std::optional<StudyFiles> files_;
  std::int64_t next_ = 0;  // the number of the next trial
};

// What is thrown when a signal has come: the folder can be gone on with.
struct Interrupted {};

// Runs an experiment file with `sweep:` or `compare:`; with `folder` goes on with an interrupted one. Returns the exit code.
int run_study(const Experiment& experiment, const RunRequest& request, const std::string& folder = "");
// Checks all that it would run, and says how much that is.
std::string plan_in_words(const Experiment& experiment);

// How much a study would run.
struct Plan {
  std::int64_t trials = 0, steps = 0;
  double seconds = 0;  // of one core, as far as a first short trial can tell
  // Adds trials of a base; one of them is begun to see how long a step takes.
  void add(Bases& bases, std::size_t base, const Assignment& sample, std::int64_t count);
};

// What a study does. Making one reads all that it needs, and throws what is wrong with it.
class Procedure {
 public:
  virtual ~Procedure() = default;
  virtual const std::set<std::string>& files() const = 0;  // that data is read from
  virtual void add_to(Plan& plan) = 0;
  // Runs everything and leaves the folder complete; returns the content of summary.json.
  virtual Json run(Study& study) = 0;
};
std::unique_ptr<Procedure> make_sweep(const Experiment& experiment);
std::unique_ptr<Procedure> make_comparison(const Experiment& experiment);
void print_sweep(const Json& summary);
void print_comparison(const Json& summary);

}  // namespace descent
