#pragma once
#include "descent/nn/layers.h"

namespace descent {

// One linear layer over the sample as a vector; the regressions differ in their number of outputs and in their loss.
struct LinearModel : nn::FlatSequential {
  nn::LinearOptions linear;
  void options(Options& option) override {
    Model::options(option);
    linear.options(option);
  }
  Shape build(const Shape& input, nn::Build& build) override {
    add(nn::Linear(linear));
    return FlatSequential::build(input, build);
  }
};

}  // namespace descent
