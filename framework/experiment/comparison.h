#pragma once
#include <string>
#include <vector>

#include "descent/experiment/json.h"
#include "descent/experiment/study.h"

namespace descent {

// What one optimizer did on one problem.
struct Contender {
  std::string name;
  Value options;  // as given
  std::size_t base = 0;
  std::vector<Assignment> candidates;
  std::vector<std::vector<double>> tuning;   // [candidate][tuning seed], costs
  std::size_t chosen = 0;                    // of the candidates
  std::vector<std::string> at_edge;          // options whose best value lies at the end of their grid
  std::vector<TrialResult> as_given, tuned;  // for each evaluation seed

  const std::vector<TrialResult>& best() const { return tuned.empty() ? as_given : tuned; }
};

struct ComparedProblem {
  std::string name, file;
  std::vector<Contender> contenders;
};

// A comparison while it goes on and when it is done.
struct Comparison {
  Bases bases;
  std::vector<ComparedProblem> problems;
  std::vector<std::uint64_t> tuning_seeds, seeds;
  std::int64_t trials = 0, steps = 0, evaluations = 0;
  double seconds = 0;  // of all trials
};

// The content of summary.json.
Json summary(const Comparison& comparison, const Experiment& experiment);
// That of summary.csv: a row for each optimizer on each problem, best first.
CsvTable table_of(const Json& summary);

}  // namespace descent
