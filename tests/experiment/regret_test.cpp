#include "descent/experiment/regret.h"

#include <gmock/gmock.h>

#include "tests/experiment/experiment_test.h"

namespace descent::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kOnline = "objective: {type: sparse_lad, dimension: 4, rows: 50, nonzero: 2, start: [0, 0, 0, 0]}\ntrain: {steps: 300}\n";

class RegretTest : public ExperimentTest {
 protected:
  Training train(const std::string& more) const { return Training(load(kOnline + more)); }
};

double metric(const Record& record, const std::string& name) {
  for (const auto& [known, value] : record.metrics) {
    if (known == name) return value;
  }
  return -1;
}

TEST_F(RegretTest, StaysBelowAdagradsBoundAllTheWay) {
  const Training training = train("optimizer: {type: adagrad, lr: 1}\nlog: {regret: true}\n");
  ASSERT_EQ(training.records.size(), 301u);
  for (std::size_t i = 1; i < training.records.size(); ++i) {
    const Record& record = training.records[i];
    ASSERT_GE(metric(record, "regret"), 0);
    ASSERT_LE(metric(record, "regret"), metric(record, "regret_bound"));
  }
  EXPECT_GT(metric(training.records.back(), "regret"), 0.1);
}

TEST_F(RegretTest, HasNoBoundForAnotherRule) {
  const Training training = train("optimizer: {type: sgd, lr: 0.01}\nlog: {regret: true}\n");
  EXPECT_GE(metric(training.records.back(), "regret"), 0);
  EXPECT_EQ(metric(training.records.back(), "regret_bound"), -1);
}

TEST_F(RegretTest, NeedsToKnowTheBestPoint) {
  EXPECT_THAT(refusal(std::string(kParabola) + "log: {regret: true}\n"),
              HasSubstr("log.regret: regret is measured against the best fixed point"));
}

TEST_F(RegretTest, BelongsToAnObjective) {
  EXPECT_THAT(
      refusal("data: {type: xor}\nmodel: {type: linear_regression}\nloss: mse\noptimizer: sgd\ntrain: {epochs: 1}\nlog: {regret: true}\n"),
      HasSubstr("log.regret: this belongs to an objective"));
}

using EffectiveLr = RegretTest;

TEST_F(EffectiveLr, IsTheRateOfPlainDescent) {
  const Training training = train("optimizer: {type: sgd, lr: 0.25}\nlog: {effective_lr: true}\n");
  const Record& record = training.records[5];
  ASSERT_EQ(record.effective_lr.size(), 1u);
  for (const double quantile : record.effective_lr[0].values) EXPECT_NEAR(quantile, 0.25, 1e-12);
}

TEST_F(EffectiveLr, ShowsHowAdagradsRatesDecay) {
  const Training training = train("optimizer: {type: adagrad, lr: 1}\nlog: {effective_lr: true}\n");
  EXPECT_LT(training.records.back().effective_lr[0].values[4], training.records[1].effective_lr[0].values[0]);
}

TEST_F(EffectiveLr, OfAStepIsQuantilesOverTheNumbersOfAParameter) {
  const Training training =
      Training(load("objective: {type: quadratic, start: [1, 0.5]}\noptimizer: {type: adagrad, lr: 1, eps: 0}\ntrain: {steps: 1}\nlog: "
                    "{effective_lr: true}\n"));
  // Steps of 1 under gradients 2 and 10.
  EXPECT_THAT(training.records[1].effective_lr[0].values, testing::Pointwise(testing::DoubleNear(1e-15), {0.1, 0.2, 0.3, 0.4, 0.5}));
}

}  // namespace
}  // namespace descent::test
