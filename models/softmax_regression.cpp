#include "linear_model.h"

namespace descent {
namespace {
const Register<nn::Model, LinearModel> softmax_regression("softmax_regression", "class scores W x + b; with loss cross_entropy");
}
}  // namespace descent
