#include "descent/nn/activations.h"

namespace descent::nn {

Tensor Gelu::forward(const Tensor& x) {
  if (approximate == Approximate::none) return gelu(x);
  constexpr double kRootTwoOverPi = 0.79788456080286535588;
  return 0.5 * x * (1.0 + tanh(kRootTwoOverPi * (x + 0.044715 * pow(x, 3.0))));
}

void Softplus::options(Options& option) {
  option("beta", beta, kPositive, "sharpness of the bend");
  option("threshold", threshold, kAny, "the function is x where beta x is above it");
}

Tensor Softplus::forward(const Tensor& x) {
  const Tensor z = beta * x;
  return where(relu(sign(z - threshold)), x, softplus(z) / beta);
}

namespace {
const Register<Module, Relu> relu_layer("relu", "max(x, 0)");
const Register<Module, Silu> silu_layer("silu", "x sigmoid(x)");
const Register<Module, Tanh> tanh_layer("tanh", "hyperbolic tangent");
const Register<Module, Sigmoid> sigmoid_layer("sigmoid", "1 / (1 + exp(-x))");
const Register<Module, LeakyRelu> leaky_relu_layer("leaky_relu", "x, or negative_slope x below 0");
const Register<Module, Elu> elu_layer("elu", "x, or alpha (exp(x) - 1) below 0; Clevert, Unterthiner, Hochreiter 2015");
const Register<Module, Gelu> gelu_layer("gelu", "x times the normal distribution function; Hendrycks, Gimpel 2016");
const Register<Module, Softplus> softplus_layer("softplus", "log(1 + exp(beta x)) / beta");
const Register<Module, Softmax> softmax_layer("softmax", "exp(x) / sum of exp(x) along dim");
const Register<Module, LogSoftmax> log_softmax_layer("log_softmax", "x - log of the sum of exp(x) along dim");
}  // namespace

}  // namespace descent::nn
