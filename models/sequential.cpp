#include "descent/nn/layers.h"

namespace descent {
namespace {

struct SequentialModel : nn::Sequential {
  void options(Options& option) override {
    Model::options(option);
    Sequential::options(option);
  }
};

const Register<nn::Model, SequentialModel> sequential("sequential", "layers applied in order");
}  // namespace
}  // namespace descent
