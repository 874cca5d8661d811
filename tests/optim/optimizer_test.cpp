#include "descent/optim/rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "descent/autograd/ops.h"
#include "tests/optim/golden.h"

namespace descent {
namespace {

using test::Numbers;
using test::parameter;
using testing::HasSubstr;

// A step on sign·‖w‖².
void descend(optim::Optimizer& optimizer, const Tensor& w, double sign = 1) {
  optimizer.set_minimum(0);
  optimizer.step([&] {
    optimizer.zero_grad();
    const Tensor loss = sum(square(w)) * sign;
    loss.backward();
    return loss.item();
  });
}

// The tutorial's calculation by hand: x² from 4 with lr 1 and eps 1e-8.
std::vector<double> by_hand(const char* placement) {
  const Tensor x = parameter({4});
  const auto adagrad = optim::make("adagrad", {x}, {{"lr", 1}, {"eps", 1e-8}, {"eps_placement", placement}});
  std::vector<double> path;
  for (int i = 0; i < 3; ++i) {
    descend(*adagrad, x);
    path.push_back(x.at(0));
  }
  return path;
}

TEST(Adagrad, GivesTheTutorialsNumbersWithEpsInsideTheRoot) {
  EXPECT_THAT(by_hand("inside"),
              testing::Pointwise(testing::DoubleNear(1e-12), {3.000000000078125, 2.400000000098125, 1.9672689325198565}));
}

TEST(Adagrad, GivesTheTutorialsNumbersWithEpsOutsideTheRoot) {
  EXPECT_THAT(by_hand("outside"), testing::Pointwise(testing::DoubleNear(5e-12), {3.00000000125, 2.40000000169, 1.9672689343004457}));
}

TEST(Adagrad, MovesAllCoordinatesAlikeWhateverTheirScaleWithoutEps) {
  const Tensor w = parameter({1, 1});
  const auto adagrad = optim::make("adagrad", {w}, {{"lr", 0.5}, {"eps", 0}});
  const Tensor scale = tensor({1, 1024}, DType::float64);
  for (int i = 0; i < 50; ++i) {
    adagrad->zero_grad();
    sum(square(w) * scale).backward();
    adagrad->step();
    ASSERT_EQ(w.at(0), w.at(1));
  }
}

TEST(Sgd, ConvergesBelowTwoOverLAndDivergesAbove) {
  for (const auto& [lr, converges] : {std::pair{0.0999, true}, std::pair{0.1001, false}}) {
    const Tensor w = parameter({1, 1});
    const auto sgd = optim::make("sgd", {w}, {{"lr", lr}});
    for (int i = 0; i < 2000; ++i) {
      sgd->zero_grad();
      sum(square(w) * tensor({1, 10}, DType::float64)).backward();
      sgd->step();
    }
    EXPECT_EQ(std::abs(w.at(1)) < 1, converges) << lr;
  }
}

TEST(Optimizer, LeavesAParameterWithoutGradientAlone) {
  const Tensor w = parameter({1}), idle = parameter({5});
  const auto adam = optim::make("adam", {w, idle});
  descend(*adam, w);
  EXPECT_NE(w.at(0), 1);
  EXPECT_EQ(idle.at(0), 5);
  EXPECT_EQ(adam->parameters()[1].steps, 0);
}

TEST(Optimizer, DoesNotChangeTheGradients) {
  const Tensor w = parameter({1, 2});
  const auto sgd = optim::make("sgd", {w}, {{"weight_decay", 0.1}, {"maximize", true}});
  descend(*sgd, w);
  EXPECT_EQ(w.grad().to_vector(), (std::vector<double>{2, 4}));
}

TEST(Optimizer, AppliesAGroupsOptionsToTheParametersWhoseNameMatches) {
  const Tensor weight = parameter({1}), bias = parameter({1});
  const auto sgd =
      descent::make<optim::Optimizer>("sgd", {{"lr", 0.1}, {"groups", Value::list({Value::map({{"match", ".*bias"}, {"lr", 0}})})}});
  sgd->add_parameters({{"0.weight", weight}, {"0.bias", bias}});
  sgd->zero_grad();
  sum(square(weight) + square(bias)).backward();
  sgd->step();
  EXPECT_DOUBLE_EQ(weight.at(0), 0.8);
  EXPECT_EQ(bias.at(0), 1);
}

TEST(Optimizer, RefusesAGroupThatMatchesNothing) {
  const auto sgd = descent::make<optim::Optimizer>("sgd", {{"groups", Value::list({Value::map({{"match", "bias"}, {"lr", 0}})})}});
  EXPECT_THAT(test::error_of(ErrorKind::invalid,
                             [&] {
                               sgd->add_parameters({{"0.weight", parameter({1})}});
                             }),
              HasSubstr("groups[0]: no parameter is left whose whole name matches 'bias'; known: 0.weight"));
}

TEST(Optimizer, RefusesAGroupWithAnUnknownOption) {
  EXPECT_THAT(
      test::error_of(ErrorKind::invalid,
                     [] {
                       descent::make<optim::Optimizer>("sgd", {{"groups", Value::list({Value::map({{"match", "a"}, {"lrr", 0}})})}});
                     }),
      HasSubstr("unknown key 'lrr'"));
}

TEST(Optimizer, RefusesNesterovWithoutMomentum) {
  EXPECT_THAT(test::error_of(ErrorKind::invalid,
                             [] {
                               descent::make<optim::Optimizer>("sgd", {{"nesterov", true}});
                             }),
              HasSubstr("nesterov needs a momentum > 0"));
}

TEST(Optimizer, RefusesADialectThatItDoesNotHave) {
  EXPECT_THAT(test::error_of(ErrorKind::invalid,
                             [] {
                               descent::make<optim::Optimizer>("adam", {{"dialect", "pytorchh"}});
                             }),
              HasSubstr("dialect: expected"));
}

TEST(Optimizer, ScalesTheRateOfEveryGroupByTheSchedule) {
  const Tensor w = parameter({1});
  const auto sgd = optim::make("sgd", {w}, {{"lr", 0.1}});
  sgd->set_rate([](double lr) { return lr / 2; });
  descend(*sgd, w);
  EXPECT_DOUBLE_EQ(w.at(0), 0.9);
  EXPECT_DOUBLE_EQ(sgd->lr(), 0.05);
}

class EveryOptimizer : public testing::TestWithParam<std::string> {};

TEST_P(EveryOptimizer, ContinuesFromASavedStateAsIfNothingHadHappened) {
  const Tensor w = parameter({1, -2, 3}), v = parameter({1, -2, 3});
  const auto unbroken = optim::make(GetParam(), {w});
  for (int i = 0; i < 5; ++i) descend(*unbroken, w);
  auto first = optim::make(GetParam(), {v});
  for (int i = 0; i < 2; ++i) descend(*first, v);
  const auto second = optim::make(GetParam(), {v});
  second->set_state(first->state());
  for (int i = 0; i < 3; ++i) descend(*second, v);
  EXPECT_EQ(v.to_vector(), w.to_vector());
}

TEST_P(EveryOptimizer, GivesTheSameWhenItMaximizesTheNegatedFunction) {
  const Tensor w = parameter({1, -2}), v = parameter({1, -2});
  const auto down = optim::make(GetParam(), {w}), up = optim::make(GetParam(), {v}, {{"maximize", true}});
  for (int i = 0; i < 4; ++i) {
    descend(*down, w);
    descend(*up, v, -1);
  }
  EXPECT_EQ(w.to_vector(), v.to_vector());
}

TEST_P(EveryOptimizer, GivesTheSameBitsOnEveryInstructionSet) {
  const Isa best = isa;
  std::vector<std::vector<double>> results;
  for (const Isa set : {Isa::baseline, Isa::avx2, Isa::avx512}) {
    if (set > best) continue;
    isa = set;
    const Tensor w = arange(37, DType::float32).set_requires_grad();
    const auto optimizer = optim::make(GetParam(), {w});
    for (int i = 0; i < 3; ++i) descend(*optimizer, w);
    results.push_back(w.to_vector());
  }
  isa = best;
  for (const auto& result : results) EXPECT_EQ(result, results[0]);
}

INSTANTIATE_TEST_SUITE_P(Registered, EveryOptimizer, testing::ValuesIn(optim::Optimizer::kind().names()),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace descent
