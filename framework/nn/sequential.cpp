#include "descent/nn/layers.h"

namespace descent::nn {

void Sequential::add(std::shared_ptr<Module> module) { register_module(std::to_string(modules().size()), std::move(module)); }

void Sequential::options(Options& option) {
  option("layers", layers_, Module::kind(), "applied in order");
  option.required();
}

Shape Sequential::build(const Shape& input, Build& build) {
  for (const Spec& layer : std::exchange(layers_, {})) add(std::shared_ptr<Module>(make<Module>(layer)));
  Shape shape = input;
  for (const auto& entry : modules()) shape = entry.second->build(shape, build);
  return shape;
}

Tensor Sequential::forward(const Tensor& x) {
  Tensor y = x;
  for (const auto& entry : modules()) y = entry.second->forward(y);
  return y;
}

Shape Residual::build(const Shape& input, Build& build) {
  const Shape output = Sequential::build(input, build);
  if (output != input) fail_argument("residual: the layers turn samples of shape {} into {}", to_string(input), to_string(output));
  return output;
}

Tensor Residual::forward(const Tensor& x) {
  const Tensor y = Sequential::forward(x);
  if (y.shape() != x.shape()) fail_argument("residual: the layers turn {} into {}", to_string(x.shape()), to_string(y.shape()));
  return x + y;
}

Tensor FlatSequential::forward(const Tensor& x) {
  if (modules().empty()) fail_argument("the model has no layers yet; call build()");
  return Sequential::forward(x.rank() == 2 ? x : Flatten()(x));
}

namespace {
const Register<Module, Sequential> sequential("sequential", "layers applied in order");
const Register<Module, Residual> residual("residual", "x + f(x); He, Zhang, Ren, Sun 2015");
}  // namespace

}  // namespace descent::nn
