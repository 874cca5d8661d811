#pragma once
#include "descent/autograd/ops.h"
#include "descent/nn/module.h"

// The activations, with PyTorch's names, options and defaults.
namespace descent::nn {

using Relu = Function<descent::relu>;
using Silu = Function<descent::silu>;
using Tanh = Function<descent::tanh>;
using Sigmoid = Function<descent::sigmoid>;

struct LeakyRelu : Module {
  double negative_slope;
  explicit LeakyRelu(double slope = 0.01) : negative_slope(slope) {}
  void options(Options& option) override { option("negative_slope", negative_slope, kAny, "slope below 0"); }
  Tensor forward(const Tensor& x) override { return leaky_relu(x, negative_slope); }
};

struct Elu : Module {
  double alpha;
  explicit Elu(double limit = 1) : alpha(limit) {}
  void options(Options& option) override { option("alpha", alpha, kAny, "minus the limit far below 0"); }
  Tensor forward(const Tensor& x) override { return elu(x, alpha); }
};

// x·Φ(x), or its approximation by tanh (Hendrycks, Gimpel 2016).
struct Gelu : Module {
  enum class Approximate { none, tanh } approximate;
  explicit Gelu(Approximate how = Approximate::none) : approximate(how) {}
  void options(Options& option) override { option("approximate", approximate, {"none", "tanh"}, "exact, or by tanh"); }
  Tensor forward(const Tensor& x) override;
};

// log(1 + exp(beta·x)) / beta; x itself where beta·x > threshold.
struct Softplus : Module {
  double beta, threshold;
  explicit Softplus(double sharpness = 1, double linear_above = 20) : beta(sharpness), threshold(linear_above) {}
  void options(Options& option) override;
  Tensor forward(const Tensor& x) override;
};

// Softmax or its logarithm along one axis.
template <Tensor (*F)(const Tensor&, std::int64_t)>
struct AlongAxis : Module {
  std::int64_t dim;
  explicit AlongAxis(std::int64_t axis = -1) : dim(axis) {}
  void options(Options& option) override {
    option("dim", dim, kAny, "axis that sums to 1, counted from that of the samples, 0; -1 is the last");
  }
  Shape build(const Shape& input, Build&) override {
    if (dim == 0 || dim == -1 - input.rank()) fail_argument("a softmax along axis {} would mix the samples of a batch", dim);
    return input;
  }
  Tensor forward(const Tensor& x) override { return F(x, dim); }
};
using Softmax = AlongAxis<descent::softmax>;
using LogSoftmax = AlongAxis<descent::log_softmax>;

}  // namespace descent::nn
