#pragma once
#include <nlohmann/json_fwd.hpp>

#include "descent/experiment/problem.h"
#include "descent/experiment/trainer.h"

namespace descent {

// The content of summary.json: how a run ended, all that it measured, and the parameters while they are at most 100 numbers.
nlohmann::ordered_json summary(const Outcome& outcome, const Problem& problem);

// Numbers in all parameters.
std::int64_t parameter_count(const Problem& problem);

}  // namespace descent
