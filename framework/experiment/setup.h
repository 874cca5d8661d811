#pragma once
#include <memory>
#include <string>

#include "descent/experiment/problem.h"
#include "descent/experiment/scheduler.h"
#include "descent/optim/optimizer.h"

namespace descent {

// All that a run needs, made and checked. Throws what is wrong, at its place in the file. `experiment` must outlive it.
// Data comes from `cache` if there is one.
struct Setup {
  explicit Setup(const Experiment& experiment, DataCache* cache = nullptr);
  std::unique_ptr<Problem> problem;
  std::unique_ptr<optim::Optimizer> optimizer;
  std::unique_ptr<Scheduler> scheduler;
};

// Whether a run measures something of this name.
bool is_measured(const Problem& problem, const std::string& metric);

}  // namespace descent
