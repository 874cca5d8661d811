#pragma once
#include "descent/experiment/experiment.h"

namespace descent {

// What an experiment may be called.
inline constexpr const char* kNamePattern = "^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$";

// Reports the errors of a file that no single option can see. `root` is the file, `experiment` what was read from it.
void check_agreement(const Experiment& experiment, const Value& root, Diagnostics& diagnostics);

}  // namespace descent
