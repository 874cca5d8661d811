#pragma once
#include <vector>

#include "descent/experiment/experiment.h"
#include "descent/experiment/json.h"

namespace descent {

// What can be drawn of an objective of one or two numbers.
struct Landscape {
  // Where a run was after every step, thinned; empty for other problems. It ends where it left all bounds.
  struct Path {
    std::vector<double> steps;
    std::vector<std::vector<double>> points;
  };
  static Path path_of(const Experiment& experiment, std::int64_t most_evaluations);
  // Formula, names, start, minimum, minimisers and values on a grid around all paths; null for other problems.
  static Json json_of(const Experiment& experiment, const std::vector<Path>& paths);
};

}  // namespace descent
