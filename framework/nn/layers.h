#pragma once
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "descent/autograd/ops.h"
#include "descent/nn/init.h"
#include "descent/nn/module.h"

// Every layer, with PyTorch's names, options and defaults. Each is made in C++ with its sizes, or by name with options.
namespace descent::nn {

struct LinearOptions {
  std::optional<std::int64_t> out;  // default: what loss and data ask for
  bool bias = true;
  Spec init;  // of the weight; the bias then starts at 0. Default: both from U(±1/√in)
  void options(Options& option);
};

// x·Wᵀ + b over the last axis: (…, in) -> (…, out), with parameters weight (out, in) and bias (out,).
class Linear : public Module {
 public:
  Linear(std::int64_t in, std::int64_t out, bool bias = true, DType dtype = DType::float32, Rng& rng = default_generator());
  explicit Linear(LinearOptions options = {}) : options_(std::move(options)) {}

  const Tensor& weight() const { return weight_; }
  const Tensor& bias() const { return bias_; }  // undefined without

  void options(Options& option) override { options_.options(option); }
  Shape build(const Shape& input, Build& build) override;
  Tensor forward(const Tensor& x) override { return linear(x, weight_, bias_); }

 private:
  void create(std::int64_t in, std::int64_t out, DType dtype, Rng& rng);
  LinearOptions options_;
  Tensor weight_, bias_;
};

// Modules applied one after another, named "0", "1", …:
//   auto model = nn::Sequential{nn::Linear(2, 16), nn::Tanh(), nn::Linear(16, 1)};
// With braces the layers draw their initial values in this order; with parentheses the order is the compiler's. A Sequential made of one
// Sequential is its copy, as with every class; add() puts one into another.
class Sequential : public Model {
 public:
  template <class... Modules>
  explicit Sequential(Modules... modules) {
    (add(std::move(modules)), ...);
  }
  void add(std::shared_ptr<Module> module);
  template <class M, class = std::enable_if_t<std::is_base_of_v<Module, M>>>
  void add(M module) {
    add(std::make_shared<M>(std::move(module)));
  }

  void options(Options& option) override;
  Shape build(const Shape& input, Build& build) override;
  Tensor forward(const Tensor& x) override;

 private:
  std::vector<Spec> layers_;  // still to be built
};

// x + f(x), where f applies the modules one after another and keeps the shape (He, Zhang, Ren, Sun 2015).
class Residual : public Sequential {
 public:
  using Sequential::Sequential;
  Shape build(const Shape& input, Build& build) override;
  Tensor forward(const Tensor& x) override;
};

// A Sequential over samples of any shape, taken as vectors: (n, 28, 28) as (n, 784). A base for models whose first layer is linear.
class FlatSequential : public Sequential {
 public:
  using Sequential::Sequential;
  Shape build(const Shape& input, Build& build) override { return Sequential::build({input.size()}, build); }
  Tensor forward(const Tensor& x) override;
};

// Axes start_dim to end_dim of a batch as one, by default all but that of the samples.
class Flatten : public Module {
 public:
  explicit Flatten(std::int64_t start_dim = 1, std::int64_t end_dim = -1) : start_(start_dim), end_(end_dim) {}
  void options(Options& option) override;
  Shape build(const Shape& input, Build& build) override;
  Tensor forward(const Tensor& x) override;

 private:
  std::int64_t start_, end_;
};

// While training, sets elements to 0 with probability p and divides the others by 1 - p (Srivastava and others 2014); the identity
// otherwise. Each draws from a generator of its own: that of build(), else one split off the default generator at first use;
// a copy that is made later draws the same.
class Dropout : public Module {
 public:
  explicit Dropout(double p = 0.5);
  void options(Options& option) override { option("p", p_, kUnitInterval, "probability that an element becomes 0"); }
  Shape build(const Shape& input, Build& build) override;
  Tensor forward(const Tensor& x) override;

 private:
  Rng* generator() override;
  double p_;
  std::optional<Rng> generator_;
};

// (x - mean) / sqrt(var + eps) · weight + bias, with mean and variance over the last axes of each sample (Ba, Kiros, Hinton 2016).
class LayerNorm : public Module {
 public:
  explicit LayerNorm(const std::vector<std::int64_t>& normalized_shape, double eps = 1e-5, DType dtype = DType::float32);
  LayerNorm() = default;  // completed by build()
  void options(Options& option) override;
  Shape build(const Shape& input, Build& build) override;
  Tensor forward(const Tensor& x) override;

 private:
  void create(DType dtype);
  void check(const Shape& samples) const;
  std::vector<std::int64_t> shape_;
  double eps_ = 1e-5;
  bool affine_ = true;
  Tensor weight_, bias_;
};

// The same with mean and variance of each channel over the batch while training, and over running averages of them otherwise (Ioffe,
// Szegedy 2015): (n, channels) or (n, channels, length).
class BatchNorm1d : public Module {
 public:
  explicit BatchNorm1d(std::int64_t channels, double eps = 1e-5, double momentum = 0.1, DType dtype = DType::float32);
  BatchNorm1d() = default;  // completed by build()
  void options(Options& option) override;
  Shape build(const Shape& input, Build& build) override;
  Tensor forward(const Tensor& x) override;

 private:
  void create(std::int64_t channels, DType dtype);
  void check(const Shape& batch) const;
  void update_running(const Tensor& mean, const Tensor& var, double per_channel);
  std::int64_t channels_ = 0;  // 0 until created
  double eps_ = 1e-5, momentum_ = 0.1;
  bool affine_ = true, track_running_stats_ = true;
  Tensor weight_, bias_, running_mean_, running_var_;
};

}  // namespace descent::nn
