#pragma once
#include <string>

namespace descent {

// Makes the steps of a finished run again, in memory and from its resolved.yaml, and prints the step table of one parameter: its value,
// gradient, effective rate, update and the optimizer's state. `parameter` may name an element, as `0.weight[3]`; "": the first numbers.
// Throws when the run has no such parameter, or when what it was trained on has gone.
int explain_run(const std::string& folder, const std::string& parameter);

}  // namespace descent
