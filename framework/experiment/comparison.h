#pragma once
#include <optional>
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

// What a comparison says of each optimizer's runs by itself.

// Null where a number is not finite.
Json json_numbers(const std::vector<double>& values);

// What was asked for, or a millionth of the way from the start's value to the known minimum.
std::optional<Target> target_of(const Experiment& experiment, const Problem& problem, const std::string& metric);

std::vector<double> final_costs(const std::vector<TrialResult>& results, const Judge& judge);
// Gradient evaluations until the target was reached; infinite where it never was.
std::vector<double> times_to(const std::vector<TrialResult>& results, const Judge& judge, const std::optional<Target>& target);

// Values, quartiles and bootstrap of the median, time to the target, the curve.
Json figures(const std::vector<TrialResult>& results, const Judge& judge, const std::optional<Target>& target);
// Of a single option with numbers: the medians along its grid, else null.
Json sensitivity(const Contender& contender, const Judge& judge);

}  // namespace descent
