#pragma once
#include <optional>
#include <string>
#include <vector>

#include "descent/experiment/sweep_options.h"

namespace descent {

// Reached when the metric is as good as this; unset without a metric.
struct Target {
  std::string metric;
  double value = 0;
  void options(Options& option);
};

// `compare:` of an experiment file: the same budget, seeds and tuning for every optimizer.
struct CompareOptions {
  std::vector<Spec> optimizers;
  Value tune;  // {option: [values] or {log_grid: [low, high, count]}, seeds: [...]}
  Value seeds = std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  Value problems;  // absolute paths
  std::string metric;
  Target target;
  bool widen = false;
  std::int64_t jobs = 0;
  Keep keep = Keep::none;

  void options(Options& option);
  // The names of the optimizers: their types, and what tells apart those of one type. Equal only for equal ones.
  std::vector<std::string> names() const;
  std::vector<std::uint64_t> evaluation_seeds() const;
  std::vector<std::uint64_t> tuning_seeds() const;
  // The combinations of the options that are tuned and that an optimizer has, as assignments of `optimizer.lr`, …; one empty one without.
  std::vector<Assignment> candidates(const Spec& optimizer) const;
  // How many of them the optimizer with the most has, even where they are too many.
  double most_candidates() const;
  // Reports what is compared twice, or tuned and no option of any of them.
  void check_optimizers(const Reading& reading) const;

 private:
  std::vector<std::vector<Assignment>> axes(const Spec& optimizer) const;
};

// An option of an optimizer, not bound; none without.
std::optional<Option> option_of(const std::string& optimizer, const std::string& name);

}  // namespace descent
