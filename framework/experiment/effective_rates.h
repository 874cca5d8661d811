#pragma once
#include <string>
#include <utility>
#include <vector>

#include "descent/autograd/tensor.h"
#include "descent/experiment/records.h"

namespace descent {

// How far each number of a parameter moved for its gradient: |Δw| / |g|, of those with a gradient.
class EffectiveRates {
 public:
  explicit EffectiveRates(const std::vector<std::pair<std::string, Tensor>>& parameters) : parameters_(parameters) {}
  void before_update();
  // Least, lower quartile, median, upper quartile and greatest, of each parameter with a gradient that is not zero.
  std::vector<ParameterValues> after_update() const;

 private:
  const std::vector<std::pair<std::string, Tensor>> parameters_;
  std::vector<Tensor> before_;
};

}  // namespace descent
