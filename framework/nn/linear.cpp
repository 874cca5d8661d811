#include <cmath>

#include "descent/nn/layers.h"

namespace descent::nn {

void LinearOptions::options(Options& option) {
  option("out", out, kAtLeastOne, "size of the output; default: what loss and data ask for");
  option("bias", bias, "adds a bias");
  option("init", init, Init::kind(), "of the weight, with a bias of 0; default: PyTorch's, uniform within 1/sqrt(in)");
}

Linear::Linear(std::int64_t in, std::int64_t out, bool bias, DType dtype, Rng& rng) : options_{out, bias, {}} {
  if (in < 1 || out < 1) fail_argument("linear: sizes must be at least 1, got {} and {}", in, out);
  create(in, out, dtype, rng);
}

void Linear::create(std::int64_t in, std::int64_t out, DType dtype, Rng& rng) {
  weight_ = register_parameter("weight", zeros({out, in}, dtype));
  if (options_.bias) bias_ = register_parameter("bias", zeros({out}, dtype));
  if (options_.init) return (*make<Init>(options_.init))(weight_, rng);
  const double bound = 1 / std::sqrt(static_cast<double>(in));
  fill_uniform(weight_, -bound, bound, rng);
  if (options_.bias) fill_uniform(bias_, -bound, bound, rng);
}

Shape Linear::build(const Shape& input, Build& build) {
  if (input.rank() == 0) fail_argument("linear: expected samples of at least one axis, got numbers");
  if (!weight_.defined()) create(input.back(), options_.out.value_or(build.outputs), build.dtype, build.rng);
  if (input.back() != weight_.size(1))
    fail_argument("linear: expected {} features, got samples of shape {}", weight_.size(1), to_string(input));
  Shape output = input;
  output[output.rank() - 1] = weight_.size(0);
  return output;
}

namespace {
const Register<Module, Linear> linear_layer("linear", "x W^T + b");
}

}  // namespace descent::nn
