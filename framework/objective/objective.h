#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "descent/autograd/tensor.h"
#include "descent/options/registry.h"

namespace descent {

// A function f of parameters that is minimised instead of a model's loss on data.
class Objective : public Component {
 public:
  static ComponentKind& kind();

  // The parameters at the start, by name: leaves that require gradients. `seed` is that of what is random in samples.
  virtual std::vector<std::pair<std::string, Tensor>> prepare(DType dtype, std::uint64_t seed = 0) = 0;
  // f, one element, differentiable. The parameters are in the order of prepare().
  virtual Tensor value(const std::vector<Tensor>& parameters) const = 0;
  // What step t, counted from 1, minimises: f, or for a noisy or changing objective something whose mean over the steps is f.
  virtual Tensor sample(const std::vector<Tensor>& parameters, std::int64_t step) const;
  // To be called after every update: moves the parameters in place to the nearest point of the domain.
  virtual void project(const std::vector<Tensor>& parameters) const;

  // What is known about f: its least value and all points where it is reached, parameters flattened in order.
  virtual std::optional<double> minimum() const = 0;
  virtual std::vector<std::vector<double>> minimisers() const = 0;
  virtual std::string formula() const = 0;
};

}  // namespace descent
