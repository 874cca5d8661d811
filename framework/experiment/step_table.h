#pragma once
#include <string>
#include <vector>

#include "descent/optim/optimizer.h"

namespace descent {

// A table of every step of the first few numbers that are trained: value after the step, gradient, the optimizer's state, the effective
// rate (update / gradient), update and loss.
class StepTable {
 public:
  // `parameter`: only this one, or one element as `0.weight[3]`. Throws when there is none of that name.
  explicit StepTable(optim::Optimizer& optimizer, const std::string& parameter = "");
  void before_update();
  // A line per number.
  std::string lines(std::int64_t step, double loss);
  std::string header() const;

 private:
  struct Cell {
    optim::Parameter* parameter;
    std::int64_t index;
    std::string name;
    double value = 0, gradient = 0;
  };
  std::vector<Cell> cells_;
};

}  // namespace descent
