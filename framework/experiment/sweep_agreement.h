#pragma once
#include <set>
#include <string>

#include "descent/data/dataset.h"
#include "descent/experiment/experiment.h"

namespace descent {

// Reports what is wrong with the paths and values of `sweep:`. `root` is the file, `experiment` what was read from it.
void check_sweep_agreement(const Experiment& experiment, const Value& root, Diagnostics& diagnostics);

// The files that the values of `sweep:` name, which are read into the cache. Throws Error(data) with what is wrong with one.
std::set<std::string> sweep_files(const Experiment& experiment, DataCache& cache);

// Makes the relative paths among the values absolute: each stands for a file beside the one that it is written in.
void complete_sweep_paths(Experiment& experiment, const Value& root);

}  // namespace descent
