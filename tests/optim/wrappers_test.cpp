#include "descent/optim/wrappers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "descent/optim/optimizer.h"
#include "descent/optim/walk.h"

namespace descent::optim {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;

// Every gradient is the step's number.
double counting(const std::vector<double>&, std::int64_t t, std::vector<double>& g) { return g[0] = static_cast<double>(t); }
double unit(const std::vector<double>&, std::int64_t, std::vector<double>& g) { return g[0] = 1; }

Value sgd_with(const char* key, Value value) { return Value::map({{"lr", 1}, {key, std::move(value)}}); }

TEST(Accumulate, UpdatesOnceWithTheMeanGradientOfSeveralSteps) {
  Walk walk("sgd", sgd_with("accumulate", 3), {0});
  walk.steps(counting, 2);
  EXPECT_THAT(walk.w(), ElementsAre(0));
  walk.step(counting);
  EXPECT_THAT(walk.w(), ElementsAre(DoubleEq(-2)));
  walk.steps(counting, 3);
  EXPECT_THAT(walk.w(), ElementsAre(DoubleEq(-7)));
  EXPECT_EQ(walk.optimizer().parameters()[0].steps, 2);
}

TEST(Accumulate, UsesAGradientThatCameInAnEarlierStepOnly) {
  const Tensor a = ones({1}, DType::float64).set_requires_grad(), b = ones({1}, DType::float64).set_requires_grad();
  const auto sgd = make("sgd", std::vector<Tensor>{a, b}, {{"lr", 1}, {"accumulate", 2}});
  for (const Tensor& touched : {a, b}) {
    sgd->zero_grad();
    touched.backward(full({1}, 4, DType::float64));
    sgd->step();
  }
  EXPECT_EQ(a.at(0), -1);
  EXPECT_EQ(b.at(0), -1);
}

TEST(Wrappers, RefuseAStateThatDoesNotFit) {
  Walk walk("sgd", sgd_with("ema", Value::map({{"decay", 0.5}})), {0, 1});
  const Tensor steps = labels({1});
  EXPECT_THROW(walk.optimizer().set_state({{"x.steps", steps}, {"x.ema", ones({3}, DType::float64)}}), Error);
}

TEST(Accumulate, LeavesTheGradientsAsTheyAre) {
  Walk walk("sgd", sgd_with("accumulate", 2), {0});
  walk.steps(counting, 2);
  EXPECT_EQ(walk.parameters()[0].second.grad().at(0), 2);
}

TEST(Lookahead, MovesSlowWeightsEveryKSteps) {
  Walk walk("sgd", sgd_with("lookahead", Value::map({{"k", 2}, {"alpha", 0.5}})), {0});
  walk.step(unit);
  EXPECT_THAT(walk.w(), ElementsAre(-1));
  walk.step(unit);
  EXPECT_THAT(walk.w(), ElementsAre(-1));  // 0 + ½(−2 − 0)
  walk.steps(unit, 2);
  EXPECT_THAT(walk.w(), ElementsAre(-2));
}

TEST(Ema, IsWhatIsEvaluated) {
  Walk walk("sgd", sgd_with("ema", Value::map({{"decay", 0.75}})), {0});
  walk.steps(unit, 2);
  EXPECT_THAT(walk.w(), ElementsAre(-2));
  walk.optimizer().eval();
  EXPECT_THAT(walk.w(), ElementsAre(-0.6875));  // −¼, then −¼ + ¼(−2 + ¼)
  walk.optimizer().eval();
  EXPECT_THAT(walk.w(), ElementsAre(-0.6875));
  walk.optimizer().train();
  EXPECT_THAT(walk.w(), ElementsAre(-2));
}

TEST(Ema, TrainsOnFromWhereItWasWhenAStepFollowsAnEvaluation) {
  Walk walk("sgd", sgd_with("ema", Value::map({{"decay", 0.75}})), {0});
  walk.step(unit);
  walk.optimizer().eval();
  walk.step(unit);
  EXPECT_THAT(walk.w(), ElementsAre(-2));
}

TEST(Wrappers, AllGoOnFromASavedStateAtAnyStep) {
  const Value options = Value::map(
      {{"lr", 0.1}, {"accumulate", 2}, {"lookahead", Value::map({{"k", 2}, {"alpha", 0.5}})}, {"ema", Value::map({{"decay", 0.5}})}});
  const auto at_average = [](Walk& walk) {
    walk.optimizer().eval();
    return walk.w();
  };
  Walk unbroken("adam", options, {1});
  unbroken.steps(unit, 12);
  const std::vector<double> expected = at_average(unbroken);
  for (std::int64_t at = 1; at < 12; ++at) {
    Walk first("adam", options, {1});
    first.steps(unit, at);
    Walk second("adam", options, first.w());
    second.optimizer().set_state(first.optimizer().state());
    second.steps(unit, 12 - at);
    EXPECT_EQ(at_average(second), expected) << at;
  }
}

TEST(Optimizer, RestoresAStateInAnyOrder) {
  Walk first("adam", Value::map(), {1, 2}), second("adam", Value::map(), {1, 2});
  const auto slope = [](const auto&, std::int64_t t, auto& g) {
    g = {1.0 * static_cast<double>(t), -2};
    return 1.0;
  };
  first.steps(slope, 3);
  NamedState state = first.optimizer().state();
  std::reverse(state.begin(), state.end());
  second.set_w(first.w());
  second.optimizer().set_state(state);
  first.step(slope);
  second.steps(slope, 1);
  EXPECT_NE(first.w(), second.w());  // t is 1 for the second walk's gradient
  EXPECT_EQ(second.optimizer().parameters()[0].steps, 4);
}

TEST(StabilityLimit, SeparatesConvergenceFromDivergence) {
  const auto distance_after = [](const std::string& type, double share) {
    const double limit = *descent::make<Optimizer>(type)->stability_limit(20);
    Walk walk(type, Value::map({{"lr", share * limit}}), {1});
    walk.steps(
        [](const auto& w, std::int64_t, auto& g) {
          g[0] = 20 * w[0];
          return 10 * w[0] * w[0];
        },
        3000);
    return std::abs(walk.w()[0]);
  };
  for (const char* type : {"sgd", "momentum", "nesterov"}) {
    EXPECT_LT(distance_after(type, 0.995), 1e-3) << type;
    EXPECT_GT(distance_after(type, 1.005), 1e3) << type;
  }
}

TEST(Optimizer, RefusesAStepBeforeBackward) {
  const Tensor w = ones({2}, DType::float64).set_requires_grad();
  const auto sgd = make("sgd", std::vector<Tensor>{w});
  try {
    sgd->step();
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("step() with no gradient in any of 1 parameters: call backward() first"));
  }
}

TEST(Decay, OfADialectThatDefinesNoneAsksForItsKind) {
  const auto make_adagrad = [](const Value& options) { return Optimizer::kind().make("adagrad", options); };
  EXPECT_NO_THROW(make_adagrad(Value::map({{"dialect", "paper"}, {"weight_decay", 0.1}, {"decay", "decoupled"}})));
  try {
    make_adagrad(Value::map({{"dialect", "paper"}, {"weight_decay", 0.1}}));
    FAIL();
  } catch (const Error& error) { EXPECT_THAT(error.what(), HasSubstr("say how: decay: l2, or decay: decoupled")); }
}

TEST(Decay, DecoupledShrinksAndL2GoesThroughTheRule) {
  const auto end = [](const char* decay) {
    Walk walk("adagrad", Value::map({{"lr", 0.5}, {"weight_decay", 0.5}, {"decay", decay}, {"eps", 0}}), {2});
    walk.step(unit);
    return walk.w()[0];
  };
  EXPECT_DOUBLE_EQ(end("decoupled"), 2 * (1 - 0.25) - 0.5);
  EXPECT_DOUBLE_EQ(end("l2"), 2 - 0.5);  // the first step is lr long whatever the gradient
}

}  // namespace
}  // namespace descent::optim
