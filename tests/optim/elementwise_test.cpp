#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "descent/optim/optimizer.h"
#include "tests/optim/golden.h"

namespace descent {
namespace {

using test::Numbers;
using testing::DoubleNear;
using testing::Each;
using testing::ElementsAre;
using testing::Pointwise;

// An optimizer on one parameter whose gradients are given.
class Path {
 public:
  Path(const char* type, OptionList options, const Numbers& start)
      : w_(tensor({static_cast<std::int64_t>(start.size())}, start, DType::float64).set_requires_grad()),
        optimizer_(optim::make(type, {w_}, options)) {}
  Numbers step(const Numbers& gradient) {
    optimizer_->zero_grad();
    w_.backward(tensor(w_.shape(), gradient, DType::float64));
    optimizer_->step();
    return w_.to_vector();
  }
  Numbers w() const { return w_.to_vector(); }
  double w(std::int64_t i) const { return w_.at(i); }
  optim::Optimizer& optimizer() { return *optimizer_; }

 private:
  Tensor w_;
  std::unique_ptr<optim::Optimizer> optimizer_;
};

Numbers noises(int t) { return {test::golden_gradient(t, 0), test::golden_gradient(t, 1), test::golden_gradient(t, 2)}; }

TEST(Pass, TreatsAllElementsAlikeHoweverManyThereAre) {
  for (const char* type : {"sgd", "adagrad", "adam"}) {
    for (const std::size_t n : {1U, 5U, 300U, 1000U, 70'000U}) {  // below and above what is done in blocks
      Path path(type, {}, Numbers(n, 1)), one(type, {}, {1});
      for (int t = 0; t < 2; ++t) EXPECT_THAT(path.step(Numbers(n, 0.5)), Each(one.step({0.5})[0])) << type << ' ' << n;
      EXPECT_NE(one.w(0), 1);
    }
  }
}

// (w − a)²/2 from gradients, for a thousand steps.
Numbers minimum_found(Path path, const Numbers& a) {
  for (int t = 0; t < 1000; ++t) {
    Numbers gradient;
    for (std::size_t i = 0; i < a.size(); ++i) gradient.push_back(path.w(static_cast<std::int64_t>(i)) - a[i]);
    path.step(gradient);
  }
  return path.w();
}

TEST(Ftrl, IsAdagradWithoutRegularisationFromZero) {
  Path ftrl("ftrl", {{"lr", 0.5}, {"beta", 0}, {"initial_accumulator_value", 0.1}}, {0, 0, 0});
  Path adagrad("adagrad", {{"lr", 0.5}, {"eps", 0}, {"initial_accumulator_value", 0.1}}, {0, 0, 0});
  for (int t = 1; t <= 200; ++t) {
    const Numbers expected = adagrad.step(noises(t));
    ASSERT_THAT(ftrl.step(noises(t)), Pointwise(DoubleNear(1e-14 * 3), expected)) << t;
  }
}

TEST(Ftrl, IsAdagradWithoutRegularisationFromAnywhereIfItsAccumulatorStartsAtZero) {
  Path ftrl("ftrl", {{"lr", 0.5}, {"beta", 0}}, {1, -2, 0.5}), adagrad("adagrad", {{"lr", 0.5}, {"eps", 0}}, {1, -2, 0.5});
  for (int t = 1; t <= 200; ++t) {
    const Numbers expected = adagrad.step(noises(t));
    ASSERT_THAT(ftrl.step(noises(t)), Pointwise(DoubleNear(1e-13), expected)) << t;
  }
}

TEST(Ftrl, LeavesAWeightAloneOfWhichNothingIsKnown) {
  Path ftrl("ftrl", {{"lr", 0.5}, {"beta", 0}}, {1, -2});
  EXPECT_EQ(ftrl.step({0, 1})[0], 1);
}

TEST(Ftrl, KeepsANotANumber) {
  Path ftrl("ftrl", {{"l1", 1}}, {1});
  EXPECT_TRUE(std::isnan(ftrl.step({std::nan("")})[0]));
}

// The minimum of (w − a)²/2 + l1·|w| is sign(a)·max(|a| − l1, 0), exactly 0 where |a| <= l1.
TEST(AdagradProximal, FindsTheMinimumWithAnL1Term) {
  EXPECT_THAT(minimum_found(Path("adagrad_proximal", {{"lr", 1}, {"l1", 0.5}}, {1, 1, 1}), {2, -3, 0.25}),
              ElementsAre(DoubleNear(1.5, 1e-6), DoubleNear(-2.5, 1e-6), 0.0));
}

TEST(AdagradDa, FindsTheMinimumWithAnL1Term) {
  EXPECT_THAT(minimum_found(Path("adagrad_da", {{"lr", 1}, {"l1", 0.5}}, {0, 0, 0}), {2, -3, 0.25}),
              ElementsAre(DoubleNear(1.5, 2e-2), DoubleNear(-2.5, 2e-2), 0.0));
}

// Its definition: the least lr·(⟨u, w⟩ + t·l1·|w|) + (√G + eps)·w²/2 has, where w is not 0, the slope 0.
TEST(AdagradDa, MinimisesTheSumOfAllGradientsAndTheProximalTerm) {
  Path path("adagrad_da", {{"lr", 0.3}, {"l1", 0.01}, {"eps", 0.5}}, {1, 1, 1});
  Numbers u(3), squares(3);
  for (int t = 1; t <= 20; ++t) {
    const Numbers g = noises(t), w = path.step(g);
    for (std::size_t i = 0; i < 3; ++i) {
      u[i] += g[i], squares[i] += g[i] * g[i];
      const double slope = 0.3 * u[i] + (std::sqrt(squares[i]) + 0.5) * w[i];
      if (w[i] == 0) {
        EXPECT_LE(std::abs(slope), 0.3 * t * 0.01);
      } else {
        EXPECT_NEAR(slope, std::copysign(0.3 * t * 0.01, -w[i]), 1e-14);
      }
    }
  }
}

// The authors' program keeps no average: y is moved by its own recursion, and x = z + (y − z)/β.
void follow_the_authors_program(const char* type, double beta1, bool is_adam) {
  const double lr = 0.2, decay = 0.1, r = 0.5, beta2 = 0.9, eps = 1e-8;
  const char* option = is_adam ? "betas" : "momentum";
  Path path(type,
            {{"lr", lr}, {"weight_decay", decay}, {"warmup_steps", 5}, {"r", r}, {option, is_adam ? Value(Numbers{beta1, beta2}) : beta1}},
            {1, -2, 0.5});
  Numbers y{1, -2, 0.5}, z = y, v(3);
  double largest = 0, sum = 0;
  for (int t = 1; t <= 20; ++t) {
    const double rate = lr * std::min(1.0, t / 5.0);
    largest = std::max(largest, rate);
    const double weight = std::pow(t, r) * largest * largest, c = weight / (sum += weight);
    Numbers x(3);
    for (std::size_t i = 0; i < 3; ++i) {
      double d = noises(t)[i];
      v[i] = beta2 * v[i] + (1 - beta2) * d * d;
      if (is_adam) d /= std::sqrt(v[i] / (1 - std::pow(beta2, t))) + eps;
      d += decay * y[i];
      y[i] += c * (z[i] - y[i]) + d * rate * (beta1 * (1 - c) - 1);
      z[i] -= rate * d;
      x[i] = z[i] + (y[i] - z[i]) / beta1;
    }
    EXPECT_THAT(path.step(noises(t)), Pointwise(DoubleNear(1e-13), y)) << t;
    path.optimizer().eval();
    EXPECT_THAT(path.w(), Pointwise(DoubleNear(1e-13), x)) << t;
    path.optimizer().train();
  }
}

TEST(ScheduleFreeSgd, FollowsTheAuthorsProgram) { follow_the_authors_program("schedule_free_sgd", 0.8, false); }
TEST(ScheduleFreeAdamW, FollowsTheAuthorsProgram) { follow_the_authors_program("schedule_free_adamw", 0.8, true); }

// As optax documents it: Σ x² at the average, from (1, 2, 3).
TEST(ScheduleFreeSgd, GivesTheLossesThatOptaxDocuments) {
  Path path("schedule_free_sgd", {}, {1, 2, 3});
  for (const double expected : {14.0, 0.0, 0.996, 0.806, 0.241}) {
    path.step({2 * path.w(0), 2 * path.w(1), 2 * path.w(2)});
    path.optimizer().eval();
    double loss = 0;
    for (const double x : path.w()) loss += x * x;
    EXPECT_NEAR(loss, expected, 5e-4);
    path.optimizer().train();
  }
}

TEST(Asgd, IsEvaluatedAtTheAverageOfThePointsFromT0On) {
  Path path("asgd", {{"lr", 0.1}, {"lambd", 0}, {"t0", 2}}, {1});
  double sum = 0;
  for (int t = 1; t <= 6; ++t) {
    const double w = path.step({test::golden_gradient(t, 0)})[0];
    if (t >= 4) sum += w;  // the fourth is the last that replaces the average
  }
  path.optimizer().eval();
  EXPECT_DOUBLE_EQ(path.w(0), sum / 3);
}

TEST(Rprop, RestsWhenTheGradientTurns) {
  Path path("rprop", {{"lr", 0.1}}, {1});
  path.step({2});
  EXPECT_EQ(path.w(0), 0.9);
  path.step({-1});
  EXPECT_EQ(path.w(0), 0.9);
  path.step({-1});
  EXPECT_DOUBLE_EQ(path.w(0), 0.95);
}

TEST(Rprop, TakesTheLastStepBackInThePapersDialect) {
  Path path("rprop", {{"dialect", "paper"}, {"lr", 0.1}}, {1});
  path.step({2});
  path.step({-1});
  EXPECT_EQ(path.w(0), 1);
  path.step({2});
  EXPECT_DOUBLE_EQ(path.w(0), 0.95);
}

TEST(Rprop, RefusesFactorsThatDoNotShrinkAndGrow) {
  EXPECT_THROW(descent::make<optim::Optimizer>("rprop", {{"etas", Numbers{1.1, 1.2}}}), Error);
}

// The mean square moves by (1−β₂)·g² whichever way it goes, so that one large gradient is not forgotten the faster for its size.
TEST(Yogi, ForgetsALargeGradientByTheSquareOfTheSmallOnesOnly) {
  Path path("yogi", {}, {0});
  path.step({10});
  const auto v = [&] { return path.optimizer().parameters()[0].state[1].second.at(0); };
  EXPECT_NEAR(v(), 0.1, 1e-15);
  path.step({0.1});
  EXPECT_NEAR(v(), 0.1 - 0.001 * 0.01, 1e-15);
}

// A gradient that is as expected, m = g, leaves no deviation.
TEST(AdaBelief, DividesByTheDeviationFromTheMeanGradient) {
  Path path("adabelief", {{"lr", 0.1}, {"betas", Numbers{0, 0.5}}, {"eps", 0.25}}, {1});
  EXPECT_DOUBLE_EQ(path.step({2})[0], 1 - 0.1 * 2 / 0.25);
}

TEST(NAdam, IsNesterovsAdamInOptaxDialect) {
  Path path("nadam", {{"dialect", "optax"}, {"lr", 0.1}, {"eps", 0}}, {1});
  // m = 0.1·g;  m̂ = 0.9·m/(1 − 0.9²) + 0.1·g/(1 − 0.9);  v̂ = g²
  EXPECT_NEAR(path.step({2})[0], 1 - 0.1 * (0.9 * 0.1 / 0.19 + 1), 1e-15);
}

TEST(RAdam, AddsEpsToTheCorrectedRootInOptaxDialect) {
  // With a constant gradient m̂ = g and √v̂ = |g|: the last step is lr·r·g/(|g| + eps).
  const auto last_step = [](const char* dialect) {
    Path path("radam", {{"dialect", dialect}, {"lr", 0.1}, {"betas", Numbers{0.9, 0.9}}, {"eps", 1}}, {0});
    for (int t = 0; t < 9; ++t) path.step({1});
    const double before = path.w(0);
    return before - path.step({1})[0];
  };
  const double power = std::pow(0.9, 10), rho = 19 - 20 * power / (1 - power);
  const double r = std::sqrt((rho - 4) * (rho - 2) * 19 / (15 * 17 * rho)), root = std::sqrt(1 - power);
  EXPECT_NEAR(last_step("optax"), 0.1 * r / 2, 1e-15);
  EXPECT_NEAR(last_step("pytorch"), 0.1 * r * root / (root + 1), 1e-15);
}

TEST(Signum, StepsAlongTheSignOfTheMeanGradient) {
  Path path("signum", {{"lr", 0.25}}, {1, 1});
  path.step({2, -1});
  EXPECT_THAT(path.step({-0.5, -1}), ElementsAre(0.5, 1.5));
}

class SignRule : public testing::TestWithParam<const char*> {};

TEST_P(SignRule, KeepsANotANumber) {
  Path path(GetParam(), {}, {1});
  EXPECT_THAT(path.step({std::nan("")}), Each(testing::IsNan()));
}
INSTANTIATE_TEST_SUITE_P(All, SignRule, testing::Values("lion", "signsgd", "signum", "rprop"), [](const auto& each) { return each.param; });

TEST(Ftrl, PullsHalfAsHardInThePaperAsInKeras) {
  Path paper("ftrl", {{"l2", 0.3}}, {0}), keras("ftrl", {{"dialect", "keras"}, {"lr", 0.1}, {"l2", 0.3}}, {0});
  EXPECT_THAT(paper.step({1}), ElementsAre(DoubleNear(-1 / ((1 + 1) / 0.1 + 0.3), 1e-16)));
  EXPECT_THAT(keras.step({1}), ElementsAre(DoubleNear(-1 / (std::sqrt(1.1) / 0.1 + 0.6), 1e-16)));
}

}  // namespace
}  // namespace descent
