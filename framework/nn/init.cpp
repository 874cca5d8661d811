#include "descent/nn/init.h"

#include <cmath>

namespace descent::nn {

ComponentKind& Init::kind() {
  static ComponentKind kind("init", "inits");
  return kind;
}

void fill_uniform(const Tensor& tensor, double low, double high, Rng& rng) {
  fill(tensor, [&] { return rng.uniform(low, high); });
}

void fill_normal(const Tensor& tensor, double mean, double std, Rng& rng) {
  fill(tensor, [&] { return mean + std * rng.normal(); });
}

Fans fans(const Shape& shape) {
  if (shape.rank() < 2) fail_argument("init: a fan needs a tensor of at least two axes, got {}", to_string(shape));
  const auto window = static_cast<double>(Shape(shape.begin() + 2, shape.end()).size());
  return {static_cast<double>(shape[1]) * window, static_cast<double>(shape[0]) * window};
}

namespace {

struct Constant : Init {
  double value = 0;
  void options(Options& option) override { option("value", value, kAny, "of every element"); }
  void operator()(const Tensor& tensor, Rng&) const override {
    fill(tensor, [this] { return value; });
  }
};

template <int Value>
struct Fixed : Init {
  void operator()(const Tensor& tensor, Rng&) const override {
    fill(tensor, [] { return Value; });
  }
};

struct Uniform : Init {
  double a = 0, b = 1;
  void options(Options& option) override {
    option("a", a, kAny, "lower bound");
    option("b", b, kAny, "upper bound");
  }
  void operator()(const Tensor& tensor, Rng& rng) const override { fill_uniform(tensor, a, b, rng); }
};

struct Normal : Init {
  double mean = 0, std = 1;
  void options(Options& option) override {
    option("mean", mean, kAny, "mean");
    option("std", std, kNotNegative, "standard deviation");
  }
  void operator()(const Tensor& tensor, Rng& rng) const override { fill_normal(tensor, mean, std, rng); }
};

// Mean 0 and a given standard deviation, from a normal or a uniform distribution.
struct Scaled : Init {
  bool normal = false;
  void operator()(const Tensor& tensor, Rng& rng) const override {
    const double std = deviation(fans(tensor.shape()));
    if (normal) return fill_normal(tensor, 0, std, rng);
    const double bound = std::sqrt(3.0) * std;
    fill_uniform(tensor, -bound, bound, rng);
  }

 private:
  virtual double deviation(const Fans& fans) const = 0;
};

struct Xavier : Scaled {
  double gain = 1;
  void options(Options& option) override { option("gain", gain, kPositive, "factor"); }
  double deviation(const Fans& fans) const override { return gain * std::sqrt(2 / (fans.in + fans.out)); }
};

struct Kaiming : Scaled {
  enum class Mode { fan_in, fan_out } mode = Mode::fan_in;
  enum class Nonlinearity { leaky_relu, relu, tanh, sigmoid, selu, linear } nonlinearity = Nonlinearity::leaky_relu;
  double a = 0;

  void options(Options& option) override {
    option("a", a, kAny, "negative slope of leaky_relu");
    option("mode", mode, {"fan_in", "fan_out"}, "whether the scale of values or of gradients is kept");
    option("nonlinearity", nonlinearity, {"leaky_relu", "relu", "tanh", "sigmoid", "selu", "linear"}, "what follows");
  }
  double deviation(const Fans& fans) const override { return gain() / std::sqrt(mode == Mode::fan_in ? fans.in : fans.out); }

  // torch.nn.init.calculate_gain
  double gain() const {
    switch (nonlinearity) {
      case Nonlinearity::leaky_relu:
        return std::sqrt(2 / (1 + a * a));
      case Nonlinearity::relu:
        return std::sqrt(2.0);
      case Nonlinearity::tanh:
        return 5.0 / 3;
      case Nonlinearity::selu:
        return 3.0 / 4;
      default:
        return 1;
    }
  }
};

template <class I>
void normal(I& init) {
  init.normal = true;
}

const Register<Init, Fixed<0>> zeros_init("zeros", "all 0");
const Register<Init, Fixed<1>> ones_init("ones", "all 1");
const Register<Init, Constant> constant_init("constant", "all equal to value");
const Register<Init, Uniform> uniform_init("uniform", "U(a, b)");
const Register<Init, Normal> normal_init("normal", "N(mean, std^2)");
const Register<Init, Xavier> xavier_uniform("xavier_uniform", "Glorot, Bengio 2010");
const Register<Init, Xavier> xavier_normal("xavier_normal", "Glorot, Bengio 2010", normal<Xavier>);
const Register<Init, Kaiming> kaiming_uniform("kaiming_uniform", "He, Zhang, Ren, Sun 2015");
const Register<Init, Kaiming> kaiming_normal("kaiming_normal", "He, Zhang, Ren, Sun 2015", normal<Kaiming>);

}  // namespace
}  // namespace descent::nn
