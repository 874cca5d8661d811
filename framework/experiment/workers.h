#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "descent/experiment/trial.h"

namespace descent {

// Runs the trials from `first` on in worker processes that each take many, and hands the results over in the order of the trials. A worker
// that is lost costs the trial that it was at, and another one takes its place. When `interrupted_by` is set the workers are stopped; false
// then. `run` is called in a worker; `result` here.
bool run_in_workers(const std::vector<Trial>& trials, std::int64_t first, std::int64_t jobs,
                    const std::function<TrialResult(const Trial&)>& run, const std::function<void(const Trial&, TrialResult)>& result);

// As many as asked for, or as there are cores.
std::int64_t worker_count(std::int64_t jobs);

}  // namespace descent
