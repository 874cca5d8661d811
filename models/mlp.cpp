#include "descent/nn/layers.h"

namespace descent {
namespace {

// Linear layers with an activation after each but the last.
class Mlp : public nn::FlatSequential {
 public:
  void options(Options& option) override {
    Model::options(option);
    option("hidden", hidden_, kAtLeastOne, "size of each hidden layer");
    option.required();
    option("activation", activation_, nn::Module::kind(), "after each hidden layer");
    option("dropout", dropout_, kFraction, "after each activation; 0: none");
    linear_.options(option);
  }

  Shape build(const Shape& input, nn::Build& build) override {
    for (const std::int64_t size : hidden_) {
      add(nn::Linear({size, linear_.bias, linear_.init}));
      add(make<nn::Module>(activation_));
      if (dropout_ > 0) add(nn::Dropout(dropout_));
    }
    add(nn::Linear(linear_));
    return FlatSequential::build(input, build);
  }

 private:
  std::vector<std::int64_t> hidden_;
  Spec activation_{"relu", Value::map(), {}};
  double dropout_ = 0;
  nn::LinearOptions linear_;  // `out` is that of the last layer
};

const Register<nn::Model, Mlp> mlp("mlp", "linear layers with an activation between them");

}  // namespace
}  // namespace descent
