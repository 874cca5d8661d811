#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "descent/experiment/json.h"
#include "descent/experiment/records.h"
#include "descent/experiment/run_folder.h"
#include "descent/experiment/trial.h"

// trials.jsonl, records.jsonl and timing.jsonl of a study.
namespace descent {

// Appends trials to the files in their order, records first: a trial whose line is there has all of its records.
class StudyFiles {
 public:
  explicit StudyFiles(const RunFolder& folder);
  void write(const Trial& trial, const TrialResult& result);
  void flush();
  void close();

 private:
  RecordWriter records_, lines_, timings_;
  std::string held_;  // lines of trials whose records are not yet written
};

// What an earlier process has left: the trials up to the first that is not whole, without their curves.
struct Restored {
  std::vector<TrialResult> trials;
  std::string doubt;  // why trials from there on are run again; empty when none was lost
};

// Cuts the files to whole trials.
Restored restore_trials(const RunFolder& folder);

// Calls `each` with the number of a trial and the record, in the order of records.jsonl as restore_trials() leaves it. Throws Error (kind
// data) with the line that is not as expected.
void read_records(const RunFolder& folder, const std::function<void(std::int64_t trial, const Json& record)>& each);

}  // namespace descent
