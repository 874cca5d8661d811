#pragma once

#include "descent/autograd/tensor.h"
#include "descent/options/registry.h"

namespace descent::nn {

// A figure of merit over all samples of a split, which may be given at once or in parts.
class Metric : public Component {
 public:
  static ComponentKind& kind();  // "metrics"
  virtual void reset() = 0;
  // Takes the model's outputs and the targets of some samples as a loss does; throws when their sizes do not fit.
  virtual void update(const Tensor& output, const Tensor& target) = 0;
  // Over all samples since reset(); nan where it is not defined, as for none.
  virtual double value() const = 0;
  // What a single output must be above to mean class 1, as the loss says; for metrics whose options do not.
  virtual void set_threshold(double /*threshold*/) {}
  virtual bool higher_is_better() const { return false; }
};

}  // namespace descent::nn
