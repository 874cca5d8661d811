#pragma once
#include "descent/experiment/experiment.h"

namespace descent {

// Reports what is wrong with the paths and values of `sweep:`. `root` is the file, `experiment` what was read from it.
void check_sweep_agreement(const Experiment& experiment, const Value& root, Diagnostics& diagnostics);

// Reads the files that the values of `sweep:` name. Throws Error(data) with what is wrong with one.
void check_sweep_files(const Experiment& experiment);

// Makes the relative paths among the values absolute: each stands for a file beside the one that it is written in.
void complete_sweep_paths(Experiment& experiment, const Value& root);

}  // namespace descent
