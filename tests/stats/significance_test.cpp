#include "descent/stats/significance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "descent/core/error.h"
#include "descent/stats/ranks.h"
#include "tests/special.h"

namespace descent::stats {
namespace {

using test::kInfinity;
using test::kNan;
using testing::DoubleEq;
using testing::ElementsAre;

PairedTest against_zero(const std::vector<double>& differences) {
  return signed_rank_test(differences, std::vector<double>(differences.size()));
}

// The definition: the statistic under each of the 2ⁿ assignments of signs. Twice the sum of signed ranks is Σᵢ≤ⱼ sign(dᵢ + dⱼ) (Tukey
// 1949), up to a factor, with an infinite difference larger than any other and pairs without difference dropped.
int walsh_sum(const std::vector<double>& d) {
  int sum = 0;
  for (std::size_t i = 0; i < d.size(); ++i) {
    for (std::size_t j = 0; j <= i; ++j) sum += (d[i] > -d[j]) - (d[i] < -d[j]);
  }
  return sum;
}

double enumerated_p(const std::vector<double>& d) {
  const int observed = std::abs(walsh_sum(d));
  const unsigned flips = 1u << d.size();
  unsigned as_far = 0;
  for (unsigned mask = 0; mask < flips; ++mask) {
    std::vector<double> flipped = d;
    for (std::size_t i = 0; i < d.size(); ++i) flipped[i] = (mask >> i & 1 ? -1 : 1) * d[i];
    as_far += std::abs(walsh_sum(flipped)) >= observed;
  }
  return static_cast<double>(as_far) / flips;
}

// Costs of up to 9 seeds with many ties and some misses.
using Pairs = std::vector<std::pair<double, double>>;
rc::Gen<Pairs> pairs() {
  const auto cost = rc::gen::map(rc::gen::inRange(0, 8), [](int i) { return i == 7 ? kInfinity : i; });
  return rc::gen::resize(9, rc::gen::container<Pairs>(rc::gen::pair(cost, cost)));
}

std::pair<std::vector<double>, std::vector<double>> unzipped(const Pairs& pairs) {
  std::pair<std::vector<double>, std::vector<double>> columns;
  for (const auto& [a, b] : pairs) {
    columns.first.push_back(a);
    columns.second.push_back(b);
  }
  return columns;
}

// Darwin's differences in height between crossed and self-fertilised plants, the example of scipy.stats.wilcoxon: p = 0.041259765625. The
// ranks of -48 and -67 are 10 and 14, of all 120.
TEST(SignedRankTest, AgreesWithScipyOnDarwinsPlants) {
  const PairedTest test = against_zero({6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75});
  EXPECT_EQ(test.p, 0.041259765625);
  EXPECT_EQ(test.effect, (120.0 - 2 * 24) / 120);
}

// Of the 8 sums of subsets of {1, 2, 3}: 0 1 2 3 3 4 5 6, two lie as far from 3 as 0 does, four as far as 1.
TEST(SignedRankTest, AgreesWithACountByHand) {
  EXPECT_EQ(against_zero({-1, -5, -7}).p, 2.0 / 8);
  EXPECT_EQ(against_zero({1, -5, -7}).p, 4.0 / 8);
  EXPECT_EQ(against_zero({-1, -5, -7}).effect, -1);
  EXPECT_EQ(against_zero({1, -5, -7}).effect, (1.0 - 5) / 6);
}

TEST(SignedRankTest, TakesAMissForTheLargestDifferenceAndTwoMissesForNone) {
  const PairedTest test = signed_rank_test({1, 9, kNan, kInfinity}, {kInfinity, 5, kNan, kInfinity});
  EXPECT_EQ(test.p, against_zero({-2, 1}).p);
  EXPECT_EQ(test.effect, against_zero({-2, 1}).effect);
}

TEST(SignedRankTest, SaysNothingWithoutDifferences) {
  EXPECT_EQ(signed_rank_test({}, {}).p, 1);
  EXPECT_EQ(signed_rank_test({1, kInfinity}, {1, kNan}).p, 1);
  EXPECT_EQ(signed_rank_test({1, kInfinity}, {1, kNan}).effect, 0);
}

TEST(SignedRankTest, IsExactForMoreSeedsThanCanBeEnumerated) {
  std::vector<double> differences(60);
  std::iota(differences.begin(), differences.end(), 1.0);
  EXPECT_DOUBLE_EQ(against_zero(differences).p, std::ldexp(1, -59));
  differences[0] = -1;
  EXPECT_DOUBLE_EQ(against_zero(differences).p, std::ldexp(1, -58));
}

TEST(SignedRankTest, RefusesUnpairedValues) { EXPECT_THROW(signed_rank_test({1, 2}, {1}), Error); }

RC_GTEST_PROP(SignedRankTest, IsTheShareOfAllSignFlipsThatLieAsFarOut, ()) {
  const auto [a, b] = unzipped(*pairs());
  std::vector<double> differences;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i]) differences.push_back(a[i] - b[i]);
  }
  const double n = static_cast<double>(differences.size());
  const PairedTest test = signed_rank_test(a, b);
  RC_ASSERT(test.p == enumerated_p(differences));
  RC_ASSERT(n == 0 || std::abs(test.effect - walsh_sum(differences) / (n * (n + 1) / 2)) < 1e-15);
}

RC_GTEST_PROP(SignedRankTest, DoesNotDependOnTheOrderOfSeedsOrOptimizers, ()) {
  auto seeds = *pairs();
  const auto [a, b] = unzipped(seeds);
  std::rotate(seeds.begin(), seeds.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(seeds.size()) + 1),
              seeds.end());
  const auto [c, d] = unzipped(seeds);
  const PairedTest test = signed_rank_test(a, b), rotated = signed_rank_test(c, d), swapped = signed_rank_test(b, a);
  RC_ASSERT(test.p == rotated.p && test.effect == rotated.effect);
  RC_ASSERT(test.p == swapped.p && test.effect == -swapped.effect);
}

// Without differences that vanish on the way, which would change the number of pairs.
RC_GTEST_PROP(SignedRankTest, NeverFavoursTheOptimizerThatGotWorse, ()) {
  auto d =
      *rc::gen::nonEmpty(rc::gen::container<std::vector<double>>(rc::gen::map(rc::gen::inRange(-9, 9), [](int i) { return i + 0.5; })));
  const PairedTest before = against_zero(d);
  d[*rc::gen::inRange<std::size_t>(0, d.size())] += *rc::gen::inRange(1, 20);
  RC_ASSERT(against_zero(d).effect >= before.effect);
}

// Every assignment of signs to differences without ties is equally likely between equal optimizers, so the error rate is counted.
TEST(SignedRankTest, RejectsEqualOptimizersInAtMost5PercentOfAllCases) {
  for (unsigned n = 6; n <= 12; ++n) {
    unsigned rejected = 0;
    for (unsigned mask = 0; mask < 1u << n; ++mask) {
      std::vector<double> differences(n);
      for (unsigned i = 0; i < n; ++i) differences[i] = (mask >> i & 1 ? -1.0 : 1.0) * (i + 1);
      rejected += against_zero(differences).p < 0.05;
    }
    EXPECT_LE(rejected, 0.05 * (1u << n)) << n;
    EXPECT_GT(rejected, 0u) << n;  // the least of all, 2/2ⁿ, is under 0.05 from 6 on
  }
}

// In ascending order 0.005·4, 0.01·3, 0.03·2, and 0.04·1, which is raised to the one before.
TEST(Holm, RaisesEachValueByTheNumberThatRemainsAndNeverBelowTheOneBefore) {
  EXPECT_THAT(holm({0.01, 0.04, 0.03, 0.005}), ElementsAre(DoubleEq(0.03), DoubleEq(0.06), DoubleEq(0.06), DoubleEq(0.02)));
  EXPECT_THAT(holm({0.7, 0.6}), ElementsAre(1, 1));
  EXPECT_THAT(holm({}), ElementsAre());
}

TEST(Ranks, AreSharedByEqualValues) {
  EXPECT_THAT(average_ranks({3, 1, 3, kInfinity, 3, kInfinity}), ElementsAre(3, 1, 3, 5.5, 3, 5.5));
  EXPECT_THAT(mean_ranks({{1, 2, kNan}, {2, 2, 5}, {3, 9, kInfinity}}),
              ElementsAre(DoubleEq(5.0 / 3), DoubleEq(4.5 / 3), DoubleEq(8.5 / 3)));
}

}  // namespace
}  // namespace descent::stats
