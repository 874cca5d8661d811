#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "descent/autograd/tensor.h"
#include "descent/core/rng.h"
#include "descent/options/registry.h"

namespace descent::nn {

// What a module made from options is completed with.
struct Build {
  DType dtype;
  Rng& rng;                    // draws the initial parameters
  std::int64_t outputs;        // what loss and data ask for: classes or target columns
  std::uint64_t seed = 0;      // of the run; the k-th dropout draws from Rng(seed, Stream::dropout, k)
  std::uint64_t dropouts = 0;  // built so far
};

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

// A function with parameters. It is made in C++ with its sizes, or from options and then completed by build(). Copies share parameters.
class Module : public Component {
 public:
  static ComponentKind& kind();  // "layers"

  virtual Tensor forward(const Tensor& x) = 0;
  Tensor operator()(const Tensor& x) { return forward(x); }

  // Creates what is still missing for samples of shape `input`, the batch axis left out, and returns the shape of the output's samples.
  // Called once; by default there is nothing to create and the shape stays. Throws when the module cannot take such samples.
  virtual Shape build(const Shape& input, Build& build);

  // Own ones first, then those of the modules inside, under PyTorch's names: "0.weight", "0.bias", "2.weight", …
  NamedTensors named_parameters() const;
  NamedTensors named_buffers() const;
  std::vector<Tensor> parameters() const;
  std::int64_t parameter_count() const;  // numbers in all parameters
  void zero_grad() const;

  // The generators that forward() draws from while training, in the order of the modules: part of a run's state.
  std::vector<Rng*> generators();

  // Whether dropout and batch normalisation act as in training; a new module is training.
  void train(bool training = true);
  void eval() { train(false); }
  bool training() const { return training_; }

 protected:
  // Each returns what it was given. A parameter requires a gradient from then on; a registered tensor is changed in place, never replaced.
  Tensor register_parameter(std::string name, Tensor tensor);
  Tensor register_buffer(std::string name, Tensor tensor);
  void register_module(std::string name, std::shared_ptr<Module> module);
  template <class M>
  std::shared_ptr<M> register_module(std::string name, M module) {
    auto shared = std::make_shared<M>(std::move(module));
    register_module(std::move(name), std::shared_ptr<Module>(shared));
    return shared;
  }
  const std::vector<std::pair<std::string, std::shared_ptr<Module>>>& modules() const { return modules_; }

 private:
  virtual Rng* generator() { return nullptr; }  // this module's own
  void collect(NamedTensors Module::*which, const std::string& prefix, NamedTensors& all) const;
  void collect(std::vector<Rng*>& all);

  NamedTensors parameters_, buffers_;
  std::vector<std::pair<std::string, std::shared_ptr<Module>>> modules_;
  bool training_ = true;
};

// A module that an experiment may name under `model:`.
class Model : public Module {
 public:
  static ComponentKind& kind();  // "models"
  void options(Options& option) override { option("init_from", init_from, "a weight file (safetensors) that the parameters start from"); }

  Path init_from;
};

// A layer without options: one function. An own operation becomes a layer by
//   const Register<nn::Module, nn::Function<cube>> cube_layer("cube", "x³");
template <Tensor (*F)(const Tensor&)>
class Function : public Module {
 public:
  Tensor forward(const Tensor& x) override { return F(x); }
};

// The generator of this thread that modules made in C++ draw from when none is given: Rng(0, Stream::init) until it is seeded.
Rng& default_generator();
void manual_seed(std::uint64_t seed);

}  // namespace descent::nn
