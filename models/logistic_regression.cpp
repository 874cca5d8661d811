#include "linear_model.h"

namespace descent {
namespace {
const Register<nn::Model, LinearModel> logistic_regression("logistic_regression", "one logit w x + b; with loss bce_with_logits",
                                                           [](LinearModel& model) { model.linear.out = 1; });
}
}  // namespace descent
