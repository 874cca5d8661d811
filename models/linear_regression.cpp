#include "linear_model.h"

namespace descent {
namespace {
const Register<nn::Model, LinearModel> linear_regression("linear_regression", "y = W x + b; with loss mse");
}
}  // namespace descent
