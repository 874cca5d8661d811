#pragma once
#include <string>
#include <vector>

#include "descent/experiment/problem.h"
#include "descent/optim/optimizer.h"

namespace descent {

// Which parameters got no gradient from the first backward pass; "" if all have one.
std::string idle_parameters(const optim::Optimizer& optimizer);

// Whether the rate is one with which the optimizer diverges, of a quadratic objective of at most 100 numbers; "" if not, or not known.
std::string unstable_rate(Problem& problem, const optim::Optimizer& optimizer);

// All that looks wrong before the first step.
std::vector<std::string> doubts(Problem& problem, const optim::Optimizer& optimizer);

}  // namespace descent
