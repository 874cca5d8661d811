#include "descent/experiment/step_table.h"

#include "descent/core/error.h"
#include "descent/core/math.h"
#include "descent/options/diagnostics.h"

namespace descent {
namespace {

constexpr std::size_t kMostNumbers = 4;

using math::printable;

}  // namespace

StepTable::StepTable(optim::Optimizer& optimizer, const std::string& wanted) {
  std::vector<std::string> names;
  for (optim::Parameter& parameter : optimizer.parameters()) {
    names.push_back(parameter.name);
    for (std::int64_t i = 0; i < parameter.value.size() && cells_.size() < kMostNumbers; ++i) {
      const std::string element = fmt::format("{}[{}]", parameter.name, i);
      if (!wanted.empty() && wanted != parameter.name && wanted != element) continue;
      cells_.push_back({&parameter, i, parameter.value.size() > 1 ? element : parameter.name});
    }
  }
  if (cells_.empty()) fail(ErrorKind::usage, "no parameter is named '{}'\n  help: {}", shown(wanted), suggestion(wanted, names));
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
                        printable(now), printable(cell.gradient), printable(cell.gradient == 0 ? 0 : update / cell.gradient),
                        printable(update), printable(loss));
    for (const auto& [name, state] : cell.parameter->state) {
      if (state.shape() == cell.parameter->value.shape()) text += fmt::format(" {}={:.10g}", name, printable(state.at(cell.index)));
    }
  }
  return text;
}

}  // namespace descent
