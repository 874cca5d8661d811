#include "descent/stats/quantile.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "descent/core/error.h"
#include "descent/core/rng.h"
#include "descent/stats/bootstrap.h"
#include "tests/special.h"

namespace descent::stats {
namespace {

using test::kInfinity;
using test::kNan;

// The k-th of all nⁿ samples of n values with replacement.
std::vector<double> sample(const std::vector<double>& values, std::size_t k) {
  std::vector<double> drawn;
  for (std::size_t i = 0; i < values.size(); ++i, k /= values.size()) drawn.push_back(values[k % values.size()]);
  return drawn;
}

// The percentiles of the medians of all samples, which 2,000 drawn ones meet unless the distribution jumps within 0.01 of the share.
Band ideal_band(const std::vector<double>& values, double confidence) {
  std::vector<double> medians;
  const double samples = std::pow(values.size(), values.size());
  for (std::size_t k = 0; static_cast<double>(k) < samples; ++k) medians.push_back(median(sample(values, k)));
  std::sort(medians.begin(), medians.end());
  const auto at = [&](double share) { return medians[static_cast<std::size_t>(std::ceil(share * samples)) - 1]; };
  return {at((1 - confidence) / 2), at((1 + confidence) / 2)};
}

// Between positions 0 … 4 of the sorted values: 0.25·4 = 1, 0.1·4 = 0.4, 0.9·4 = 3.6.
TEST(Quantile, LiesBetweenTheNearestValuesInProportion) {
  const std::vector<double> values{7, 1, 11, 2, 4};
  EXPECT_EQ(quantile(values, 0), 1);
  EXPECT_EQ(quantile(values, 0.1), 1.4);
  EXPECT_EQ(quantile(values, 0.25), 2);
  EXPECT_EQ(median(values), 4);
  EXPECT_DOUBLE_EQ(quantile(values, 0.9), 9.4);
  EXPECT_EQ(quantile(values, 1), 11);
}

TEST(Quantile, OfAnEvenNumberOfValuesHasTheMedianInTheMiddle) {
  EXPECT_EQ(median({4, 1, 3, 10}), 3.5);
  const Band quartiles = interquartile_band({4, 1, 3, 10});
  EXPECT_EQ(quartiles.low, 2.5);
  EXPECT_EQ(quartiles.high, 5.5);
}

TEST(Quantile, IsInfiniteOnlyWhereAMissHasWeight) {
  const std::vector<double> values{3, kInfinity, 1, kInfinity, 2};
  EXPECT_EQ(median(values), 3);
  EXPECT_EQ(quantile(values, 0.51), kInfinity);
  EXPECT_EQ(median({1, kInfinity}), kInfinity);
  EXPECT_EQ(median({kInfinity, kInfinity}), kInfinity);
  EXPECT_EQ(median({-kInfinity, 1}), -kInfinity);
}

TEST(Quantile, CountsNanAsAMiss) {
  EXPECT_EQ(median({kNan, 5, 1}), 5);
  EXPECT_EQ(median({kNan, 5}), kInfinity);
}

TEST(Quantile, RefusesNoValuesAndSharesOutsideOfTheUnitInterval) {
  EXPECT_THROW(median({}), Error);
  EXPECT_THROW(quantile({1}, 1.1), Error);
  EXPECT_THROW(quantile({1}, kNan), Error);
}

RC_GTEST_PROP(Quantile, RisesWithItsShareFromTheLeastToTheLargest, ()) {
  const auto values =
      *rc::gen::nonEmpty(rc::gen::container<std::vector<double>>(rc::gen::map(rc::gen::inRange(-50, 50), [](int i) { return i / 10.0; })));
  double last = *std::min_element(values.begin(), values.end());
  RC_ASSERT(quantile(values, 0) == last);
  for (int i = 1; i <= 100; ++i) {
    const double next = quantile(values, i / 100.0);
    RC_ASSERT(next >= last);
    last = next;
  }
  RC_ASSERT(last == *std::max_element(values.begin(), values.end()));
}

TEST(MedianBootstrap, GivesThePercentilesOfAllSamplesMedians) {
  for (const std::vector<double>& values : {std::vector<double>{5, 1, 30, 2, 11}, {8, 1, 20, 3}, {2, 1, 4, 8, 16, 32}}) {
    for (const double confidence : {0.95, 0.5}) {
      const Band drawn = MedianBootstrap(values.size()).band(values, confidence), ideal = ideal_band(values, confidence);
      EXPECT_EQ(drawn.low, ideal.low) << values.size() << " " << confidence;
      EXPECT_EQ(drawn.high, ideal.high) << values.size() << " " << confidence;
    }
  }
}

// Ten normal values a time: the band is to hold the true median in about 95 of 100 cases.
TEST(MedianBootstrap, CoversTheTrueMedianAboutAsOftenAsItSays) {
  const MedianBootstrap bootstrap(10);
  Rng rng(1);
  int covered = 0;
  for (int i = 0; i < 2000; ++i) {
    std::vector<double> values(10);
    for (double& value : values) value = rng.normal();
    const Band band = bootstrap.band(values);
    covered += band.low <= 0 && 0 <= band.high;
  }
  EXPECT_GT(covered, 1800);
  EXPECT_LT(covered, 1980);
}

TEST(MedianBootstrap, IsInfiniteAboveWhenTooManySeedsMissed) {
  const Band band = MedianBootstrap(5).band({kNan, 1, 2, kInfinity, 3});
  EXPECT_EQ(band.low, 1);
  EXPECT_EQ(band.high, kInfinity);
}

TEST(MedianBootstrap, RefusesAnotherNumberOfValues) {
  EXPECT_THROW(MedianBootstrap(0), Error);
  EXPECT_THROW(MedianBootstrap(3).band({1, 2}), Error);
}

}  // namespace
}  // namespace descent::stats
