#include "descent/nn/metrics.h"

#include <cmath>

#include "testing.h"

namespace descent::nn {
namespace {

double value_of(const char* type, const Tensor& output, const Tensor& target, OptionList options = {}) {
  const auto metric = make<Metric>(type, options);
  metric->reset();
  metric->update(output, target);
  return metric->value();
}

TEST(Accuracy, CountsTheLargestScore) {
  const Tensor scores = tensor({{1, 2, 0}, {5, 4, 3}, {0, 0, 1}, {-1, -2, -3}});
  EXPECT_EQ(value_of("accuracy", scores, labels({1, 0, 0, 2})), 0.5);
}

TEST(Accuracy, OfOneLogitAsksForItsSign) {
  const Tensor logits = tensor({{2}, {-1}, {0.5}, {-0.5}});
  EXPECT_EQ(value_of("accuracy", logits, tensor({{1}, {0}, {0}, {0}})), 0.75);
  EXPECT_EQ(value_of("accuracy", logits, tensor({{1}, {-1}, {-1}, {-1}})), 0.75);
  EXPECT_EQ(value_of("accuracy", logits, labels({1, 0, 0, 0})), 0.75);
}

TEST(Accuracy, OfProbabilitiesTakesAThreshold) {
  EXPECT_EQ(value_of("accuracy", tensor({{0.2}, {0.6}}), tensor({{0}, {1}}), {{"threshold", 0.5}}), 1);
}

TEST(Accuracy, AddsUpOverBatchesOfDifferentSizes) {
  const auto metric = make<Metric>("accuracy");
  metric->update(tensor({{1, 0}}), labels({1}));
  metric->update(tensor({{1, 0}, {1, 0}, {0, 1}}), labels({0, 0, 1}));
  EXPECT_EQ(metric->value(), 0.75);
}

TEST(Metrics, AreUndefinedWithoutSamplesAndAfterReset) {
  for (const std::string& type : Metric::kind().names()) {
    SCOPED_TRACE(type);
    const auto metric = make<Metric>(type);
    EXPECT_TRUE(std::isnan(metric->value()));
    if (type == "perplexity") continue;
    metric->update(tensor({{1}, {0}}), tensor({{1}, {0}}));
    EXPECT_FALSE(std::isnan(metric->value()));
    metric->reset();
    EXPECT_TRUE(std::isnan(metric->value()));
  }
}

TEST(Metrics, RefuseTargetsThatDoNotFit) {
  EXPECT_EQ(error_of([] { value_of("mae", tensor({{1}, {2}}), tensor({{1}})); }), "mae: output (2, 1) does not fit target (1, 1)");
  EXPECT_EQ(error_of([] {
              value_of("accuracy", tensor({{1, 2}, {3, 4}}), labels({0}));
            }),
            "accuracy: output (2, 2) does not fit target (1,)");
  EXPECT_EQ(error_of([] { value_of("auc", tensor({{1, 2, 3}, {4, 5, 6}}), labels({0, 1})); }), "auc: needs two classes, got 3");
  EXPECT_EQ(error_of([] { value_of("auc", tensor({{1, 2}}), tensor({{0, 1}})); }), "auc: needs one target, got 2");
}

TEST(Mae, IsTheMeanAbsoluteError) { EXPECT_EQ(value_of("mae", tensor({1, 2, 3}), tensor({2, 2, 1})), 1); }

TEST(Rmse, IsTheRootOfTheMeanSquareOverAllBatches) {
  const auto metric = make<Metric>("rmse");
  metric->update(tensor({3}), tensor({0}));
  metric->update(tensor({1, 1, 1}), tensor({0, 2, 2}));
  EXPECT_EQ(metric->value(), std::sqrt(3.0));
}

TEST(R2, IsOneForPerfectAndZeroForMeanPredictions) {
  EXPECT_EQ(value_of("r2", tensor({1, 2, 3}), tensor({1, 2, 3})), 1);
  EXPECT_EQ(value_of("r2", tensor({2, 2, 2}), tensor({1, 2, 3})), 0);
}

TEST(R2, AveragesOverColumnsAndBatches) {
  const auto metric = make<Metric>("r2");
  metric->update(tensor({{1, 20}}), tensor({{1, 10}}));
  metric->update(tensor({{2, 20}, {3, 20}}), tensor({{2, 20}, {3, 30}}));
  EXPECT_NEAR(metric->value(), 0.5, 1e-15);
}

TEST(Auc, IsTheShareOfRightlyOrderedPairs) {
  EXPECT_EQ(value_of("auc", tensor({{0.1}, {0.4}, {0.35}, {0.8}}), tensor({{0}, {0}, {1}, {1}})), 0.75);
}

TEST(Auc, CountsTiesHalf) {
  EXPECT_EQ(value_of("auc", tensor({1, 1, 1, 1}), tensor({0, 1, 0, 1})), 0.5);
  EXPECT_EQ(value_of("auc", tensor({1, 2, 2, 3}), labels({0, 0, 1, 1})), 0.875);
}

TEST(Auc, OfTwoClassScoresOrdersByTheirDifference) { EXPECT_EQ(value_of("auc", tensor({{5, 1}, {9, 8}, {0, 3}}), labels({0, 1, 1})), 1); }

TEST(Auc, IsUndefinedForOneClassOnlyAndForScoresThatAreNotNumbers) {
  EXPECT_TRUE(std::isnan(value_of("auc", tensor({1, 2}), tensor({1, 1}))));
  EXPECT_TRUE(std::isnan(value_of("auc", tensor({1, NAN, NAN}), tensor({0, 1, 0}))));
}

TEST(Perplexity, OfEqualScoresIsTheNumberOfClasses) {
  EXPECT_NEAR(value_of("perplexity", zeros({3, 7}, DType::float64), labels({0, 3, 6})), 7, 1e-13);
}

TEST(Metrics, TellWhichDirectionIsBetter) {
  EXPECT_TRUE(make<Metric>("accuracy")->higher_is_better());
  EXPECT_FALSE(make<Metric>("rmse")->higher_is_better());
}

}  // namespace
}  // namespace descent::nn
