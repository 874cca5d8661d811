#include "descent/objective/objective.h"

namespace descent {

ComponentKind& Objective::kind() {
  static ComponentKind kind("objective", "objectives");
  return kind;
}

Tensor Objective::sample(const std::vector<Tensor>& parameters, std::int64_t) const { return value(parameters); }

void Objective::project(const std::vector<Tensor>&) const {}

}  // namespace descent
