#include "descent/stats/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>

#include "descent/core/error.h"
#include "descent/stats/sensitivity.h"
#include "tests/special.h"

namespace descent::stats {
namespace {

using test::kInfinity;
using test::kNan;
using testing::DoubleEq;
using testing::ElementsAre;

TEST(TimeToTarget, IsTheFirstStepThatReachesIt) {
  EXPECT_EQ(time_to_target({0, 10, 20, 30}, {4, 2, 1, 2}, 2), 10);
  EXPECT_EQ(time_to_target({0, 10, 20, 30}, {4, kNan, 1.9, 3}, 2), 20);
}

TEST(TimeToTarget, IsInfiniteForAMiss) {
  EXPECT_EQ(time_to_target({0, 10}, {4, 2}, 1.99), kInfinity);
  EXPECT_EQ(time_to_target({0, 10}, {kNan, kInfinity}, 1), kInfinity);
  EXPECT_EQ(time_to_target({}, {}, 1), kInfinity);
}

TEST(TimeToTarget, RefusesStepsWithoutValues) { EXPECT_THROW(time_to_target({0, 1}, {1}, 0), Error); }

// Problems: a twice as fast; b four times as fast; a tie; solved by b alone; by none; both at once, at step 0.
TEST(PerformanceProfile, AgreesWithATableByHand) {
  const Table ratios = performance_ratios({{10, 80, 7, kInfinity, kInfinity, 0}, {20, 20, 7, 5, kNan, 0}});
  EXPECT_THAT(ratios[0], ElementsAre(1, 4, 1, kInfinity, kInfinity, 1));
  EXPECT_THAT(ratios[1], ElementsAre(2, 1, 1, 1, kInfinity, 1));
  EXPECT_DOUBLE_EQ(profile_score(ratios[0]), (3 + 0 + 3 + 0 + 0 + 3) / 18.0);
  EXPECT_DOUBLE_EQ(profile_score(ratios[1]), (2 + 3 + 3 + 3 + 0 + 3) / 18.0);
}

TEST(PerformanceProfile, LeavesNoRatioToATimeOf0) {
  const Table ratios = performance_ratios({{0}, {3}});
  EXPECT_THAT(ratios[0], ElementsAre(1));
  EXPECT_THAT(ratios[1], ElementsAre(kInfinity));
}

TEST(PerformanceProfile, RefusesProblemsThatOneOptimizerLacks) {
  EXPECT_THROW(performance_ratios({{1, 2}, {1}}), Error);
  EXPECT_THROW(profile_score({}), Error);
}

// The trapezoidal rule of AlgoPerf's reference, on its grid or a finer one, errs by at most half a cell for each step of the profile.
RC_GTEST_PROP(PerformanceProfile, HasTheIntegralThatAFineGridComesNearTo, ()) {
  const auto ratios = *rc::gen::nonEmpty(
      rc::gen::container<std::vector<double>>(rc::gen::map(rc::gen::inRange(100, 600), [](int i) { return i / 100.0; })));
  const auto profile = [&](double r) {
    return static_cast<double>(std::count_if(ratios.begin(), ratios.end(), [r](double ratio) { return ratio <= r; })) /
           static_cast<double>(ratios.size());
  };
  constexpr int kCells = 4096;
  double integral = 0;
  for (int i = 0; i < kCells; ++i) integral += (profile(1 + 3.0 * i / kCells) + profile(1 + 3.0 * (i + 1) / kCells)) / 2 / kCells;
  RC_ASSERT(std::abs(profile_score(ratios) - integral) <= 0.5 / kCells + 1e-12);
}

const std::vector<double> kRates{1e-4, 1e-3, 1e-2, 1e-1, 1, 10};

TEST(SensitivityWidth, CountsTheDecadesBetweenRatesThatWillDo) {
  EXPECT_THAT(sensitivity_width(kRates, {9, 2, 1, 1.5, 7, kNan}), DoubleEq(2));
  EXPECT_THAT(sensitivity_width(kRates, {9, 2.1, 1, 2.1, 7, kInfinity}), DoubleEq(0));
  EXPECT_THAT(sensitivity_width(kRates, {9, 3, 1, 1.5, 7, kInfinity}, 3), DoubleEq(2));
}

TEST(SensitivityWidth, LeavesOutAGapBetweenGoodRates) { EXPECT_THAT(sensitivity_width(kRates, {1, 1, 5, 5, 1, 1}), DoubleEq(2)); }

TEST(SensitivityWidth, AsksForEqualCostsWhereTheBestIs0) { EXPECT_THAT(sensitivity_width(kRates, {0, 0, 1e-30, 1, 1, 1}), DoubleEq(1)); }

TEST(SensitivityWidth, DividesANegativeBest) {
  EXPECT_THAT(sensitivity_width(kRates, {-0.1, -0.5, -1, -0.6, -0.4, 0}), DoubleEq(2));
  EXPECT_THAT(sensitivity_width(kRates, {-2, -2, -3, -3, -1, 1}, 1), DoubleEq(1));
}

TEST(SensitivityWidth, Is0WhenAllDiverge) {
  EXPECT_EQ(sensitivity_width(kRates, std::vector<double>(6, kNan)), 0);
  EXPECT_EQ(sensitivity_width(kRates, std::vector<double>(6, kInfinity)), 0);
  EXPECT_EQ(sensitivity_width({}, {}), 0);
}

TEST(SensitivityWidth, RefusesRatesThatDoNotAscend) {
  EXPECT_THROW(sensitivity_width({1, 0.1}, {1, 1}), Error);
  EXPECT_THROW(sensitivity_width({0, 0.1}, {1, 1}), Error);
  EXPECT_THROW(sensitivity_width({1}, {1, 1}), Error);
}

}  // namespace
}  // namespace descent::stats
