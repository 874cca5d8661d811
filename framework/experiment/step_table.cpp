#include "descent/experiment/step_table.h"

namespace descent {
namespace {

constexpr std::size_t kMostNumbers = 4;

}  // namespace

StepTable::StepTable(optim::Optimizer& optimizer) {
  for (optim::Parameter& parameter : optimizer.parameters()) {
    for (std::int64_t i = 0; i < parameter.value.size() && cells_.size() < kMostNumbers; ++i) {
      const bool several = parameter.value.size() > 1;
      cells_.push_back({&parameter, i, several ? fmt::format("{}[{}]", parameter.name, i) : parameter.name});
    }
  }
}

void StepTable::before_update() {
  for (Cell& cell : cells_) {
    cell.value = cell.parameter->value.at(cell.index);
    const Tensor gradient = cell.parameter->value.grad();
    cell.gradient = gradient.defined() ? gradient.at(cell.index) : 0;
  }
}

std::string StepTable::header() const {
  return fmt::format("{:>6} {:>10} {:>14} {:>14} {:>14} {:>14} {:>14}  {}", "step", "name", "value", "gradient", "lr_eff", "update", "loss",
                     "state");
}

std::string StepTable::lines(std::int64_t step, double loss) {
  std::string text;
  for (const Cell& cell : cells_) {
    const double now = cell.parameter->value.at(cell.index), update = cell.value - now;
    text += fmt::format("{}{:>6} {:>10} {:>14.10g} {:>14.10g} {:>14.10g} {:>14.10g} {:>14.10g} ", text.empty() ? "" : "\n", step, cell.name,
                        now, cell.gradient, cell.gradient == 0 ? 0 : update / cell.gradient, update, loss);
    for (const auto& [name, value] : cell.parameter->state) text += fmt::format(" {}={:.10g}", name, value.at(cell.index));
  }
  return text;
}

}  // namespace descent
