#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "descent/autograd/ops.h"
#include "descent/optim/line_search.h"
#include "descent/optim/optimizer.h"
#include "tests/optim/golden.h"

namespace descent {
namespace {

using test::Numbers;
using testing::HasSubstr;

Tensor rosenbrock(const Tensor& w) {
  const Tensor x = slice(w, 0, 0, 1), y = slice(w, 0, 1, 2);
  return sum(square(1.0 - x) + 100.0 * square(y - square(x)));
}

// L-BFGS on Rosenbrock's function, counting evaluations.
struct Valley {
  Tensor w;
  std::unique_ptr<optim::Optimizer> optimizer;
  int evaluations = 0;

  explicit Valley(const Value& options = Value::map(), const Numbers& start = {-1.2, 1}, DType dtype = DType::float64)
      : w(tensor(Shape{2}, start, dtype).set_requires_grad()),
        optimizer(static_cast<optim::Optimizer*>(optim::Optimizer::kind().make("lbfgs", options).release())) {
    optimizer->add_parameters({{"w", w}});
  }
  double step() {
    return optimizer->step([this] {
      ++evaluations;
      const Tensor loss = rosenbrock(w);
      optimizer->zero_grad();
      loss.backward();
      return loss.item();
    });
  }
};

// Of torch.optim.LBFGS: evaluations and point after every step. Rounding grows along the valley, by 1e4 at most.
TEST(Lbfgs, FollowsPyTorchEvaluationByEvaluation) {
  const Json golden = test::golden("matrix_rules.json");
  for (const Json& expected : golden["lbfgs"]) {
    Valley run(test::to_value(expected["options"]));
    for (const Json& point : expected["points"]) {
      run.step();
      EXPECT_EQ(run.evaluations, point[0]) << expected["options"];
      EXPECT_NEAR(run.w.at(0), point[1], 1e-10) << expected["options"];
      EXPECT_NEAR(run.w.at(1), point[2], 1e-10) << expected["options"];
    }
  }
}

TEST(Lbfgs, SolvesRosenbrockIn49Evaluations) {
  Valley run(Value::map({{"max_iter", 1000}, {"max_eval", 1000}, {"tolerance_grad", 1e-12}, {"tolerance_change", 0}}));
  EXPECT_DOUBLE_EQ(run.step(), 24.2);
  EXPECT_EQ(run.evaluations, 49);
  EXPECT_NEAR(run.w.at(0), 1, 1e-14);
}

TEST(Lbfgs, SolvesRosenbrockInFloat32) {
  Valley run(Value::map(), {-1.2, 1}, DType::float32);
  for (int i = 0; i < 4; ++i) run.step();
  EXPECT_NEAR(run.w.at(0), 1, 1e-3);
}

TEST(Lbfgs, ContinuesExactlyFromASavedStateInTheMiddleOfItsHistory) {
  const Value options = Value::map({{"max_iter", 1}, {"history_size", 3}});
  Valley unbroken(options);
  for (int i = 0; i < 30; ++i) unbroken.step();
  for (const int at : {1, 2, 5, 17}) {
    Valley first(options);
    for (int i = 0; i < at; ++i) first.step();
    Valley second(options, first.w.to_vector());
    second.optimizer->set_state(first.optimizer->state());
    for (int i = at; i < 30; ++i) second.step();
    EXPECT_EQ(second.w.to_vector(), unbroken.w.to_vector()) << at;
  }
}

TEST(Lbfgs, MinimisesTheLossWithItsPenalty) {
  const Tensor w = tensor(Shape{2}, {3, -2}, DType::float64).set_requires_grad();
  const auto lbfgs = optim::make("lbfgs", {w}, {{"weight_decay", 2}});
  for (int i = 0; i < 3; ++i) {
    lbfgs->step([&] {
      const Tensor loss = sum(square(w - 1.0));
      lbfgs->zero_grad();
      loss.backward();
      return loss.item();
    });
  }
  EXPECT_NEAR(w.at(0), 0.5, 1e-8);  // of (w − 1)² + w²
  EXPECT_NEAR(w.at(1), 0.5, 1e-8);
}

std::string refusal(OptionList options) {
  try {
    descent::make<optim::Optimizer>("lbfgs", options);
  } catch (const Error& error) { return error.what(); }
  return "";
}

TEST(Lbfgs, RefusesGroupsAndGradientsOfSeveralSteps) {
  EXPECT_THAT(refusal({{"groups", Value::list({Value::map({{"match", "b"}})})}}), HasSubstr("groups: lbfgs evaluates the loss of all"));
  EXPECT_THAT(refusal({{"accumulate", 2}}), HasSubstr("accumulate: lbfgs evaluates the loss of all"));
  EXPECT_THAT(refusal({{"decay", "decoupled"}, {"weight_decay", 0.1}}), HasSubstr("decay: lbfgs minimises the loss with its decay"));
}

// A step of length t on a function of one variable from 0, with slopes by hand.
template <class F, class Slope>
optim::Probe search(const F& f, const Slope& slope, double t) {
  const auto probe = [&](double x) { return optim::Probe{x, f(x), {slope(x)}, slope(x)}; };
  return optim::strong_wolfe(probe, probe(0), t, 1, 1e-9);
}

TEST(StrongWolfe, FindsAnAcceptableLengthFromTooShortAndTooLongATrial) {
  const auto f = [](double x) { return (x - 1) * (x - 1); };
  const auto slope = [](double x) { return 2 * (x - 1); };
  for (const double t : {1e-6, 0.05, 0.5, 1.0, 3.0, 1e6}) {
    const optim::Probe found = search(f, slope, t);
    EXPECT_LE(found.loss, f(0) + 1e-4 * found.t * slope(0)) << t;
    EXPECT_LE(std::abs(found.slope), 0.9 * std::abs(slope(0))) << t;
    EXPECT_EQ(found.loss, f(found.t)) << t;
  }
}

TEST(StrongWolfe, GoesBackFromWhereTheLossIsNotANumber) {
  const auto f = [](double x) { return x < 2 ? (x - 1) * (x - 1) : std::nan(""); };
  const optim::Probe found = search(
      f, [](double x) { return x < 2 ? 2 * (x - 1) : std::nan(""); }, 5);
  EXPECT_LT(found.loss, 1);
}

TEST(Lbfgs, EvaluatesNoMoreThanItMay) {
  for (int left = 0; left < 40; ++left) {
    Valley valley;
    valley.optimizer->set_evaluations_left(left);
    const double before = valley.step();
    EXPECT_LE(valley.evaluations, left + 1);
    EXPECT_LE(rosenbrock(valley.w).item(), before) << left;
  }
}

}  // namespace
}  // namespace descent
