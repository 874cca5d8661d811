#include "descent/experiment/guards.h"

#include <gmock/gmock.h>

#include "descent/experiment/setup.h"
#include "tests/experiment/experiment_test.h"

namespace descent::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class Guards : public ExperimentTest {
 protected:
  std::string unstable(const std::string& optimizer, const std::string& expression = "w^2 + 10*b^2") const {
    const Experiment experiment = load("objective: {type: expression, expression: \"" + expression +
                                       "\", start: {w: 4, b: 1.5}}\noptimizer: " + optimizer + "\ntrain: {steps: 1}\n");
    const descent::Setup setup(experiment);
    return unstable_rate(*setup.problem, *setup.optimizer);
  }
};

TEST_F(Guards, TellARateBeyondTwoOverLWithTheNumbers) {
  EXPECT_THAT(unstable("{type: sgd, lr: 0.11}"), HasSubstr("lr 0.11 is not below 0.1, from which on 2/L makes the steps grow: L = 20"));
  EXPECT_THAT(unstable("{type: sgd, lr: 0.0999}"), IsEmpty());
}

TEST_F(Guards, KnowTheLimitOfMomentum) {
  EXPECT_THAT(unstable("{type: momentum, lr: 0.18}"), IsEmpty());
  EXPECT_THAT(unstable("{type: momentum, lr: 0.191}"), HasSubstr("0.19"));
  EXPECT_THAT(unstable("{type: nesterov, lr: 0.067}"), IsEmpty());
  EXPECT_THAT(unstable("{type: nesterov, lr: 0.068}"), HasSubstr("lr 0.068 is not below 0.0678571, from which on 1.35714/L"));
}

TEST_F(Guards, SayNothingOfOtherRulesAndFunctions) {
  EXPECT_THAT(unstable("{type: adagrad, lr: 100}"), IsEmpty());
  EXPECT_THAT(unstable("{type: sgd, lr: 100}", "w^4 + b^2"), IsEmpty());
}

TEST_F(Guards, TellASoftmaxBelowCrossEntropy) {
  const auto doubt = [&](const std::string& layers) {
    return descent::Setup(load("data: moons\nmodel: {type: sequential, layers: " + layers +
                               "}\nloss: cross_entropy\noptimizer: sgd\ntrain: {steps: 1}\n"))
        .problem->doubt();
  };
  EXPECT_THAT(doubt("[linear, softmax]"), HasSubstr("does the model end in softmax?"));
  EXPECT_THAT(doubt("[linear]"), IsEmpty());
  EXPECT_THAT(doubt("[linear, log_softmax]"), IsEmpty());
}

TEST_F(Guards, LeaveTheParametersWhereTheyWere) {
  const Experiment experiment = load(kParabola);
  const descent::Setup setup(experiment);
  unstable_rate(*setup.problem, *setup.optimizer);
  EXPECT_EQ(setup.problem->parameters()[0].second.at(0), 1);
  EXPECT_FALSE(setup.problem->parameters()[0].second.grad().defined());
}

TEST_F(Guards, NameParametersWithoutAGradient) {
  const Tensor used = ones({1}, DType::float64).set_requires_grad(), idle = ones({1}, DType::float64).set_requires_grad();
  const auto sgd = descent::make<optim::Optimizer>("sgd");
  sgd->add_parameters({{"used", used}, {"idle", idle}});
  used.backward(ones({1}, DType::float64));
  EXPECT_EQ(idle_parameters(*sgd), "1 of 2 parameters got no gradient and will not be trained: 'idle'");
}

}  // namespace
}  // namespace descent::test
