#pragma once
#include <functional>
#include <string>
#include <vector>

#include "descent/autograd/tensor.h"
#include "descent/core/rng.h"

namespace descent::test {

using Operands = std::vector<Tensor>;
using Shapes = std::vector<Shape>;

// One way to call an operation of ops.h.
struct Operation {
  std::string name;  // as declared
  std::function<Tensor(const Operands&)> call;
  std::vector<Shapes> cases;                    // shapes of the operands, small enough for differences
  std::function<Shapes(std::int64_t n)> sized;  // shapes with an axis of n elements
  double (*domain)(Rng&);                       // draws an element, never close to a kink
};

// Every operation, each at least once.
const std::vector<Operation>& operations();

// Operands drawn from the operation's domain, which require gradients.
Operands operands_of(const Operation& operation, const Shapes& shapes, DType dtype);

}  // namespace descent::test
