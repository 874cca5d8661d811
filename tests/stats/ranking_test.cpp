#include "descent/stats/ranking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "descent/core/error.h"
#include "descent/core/math.h"
#include "descent/core/rng.h"
#include "tests/special.h"

namespace descent::stats {
namespace {

using test::kInfinity;
using testing::ElementsAre;
using testing::HasSubstr;

// Costs of optimizers whose means are given, each with noise of deviation 1, over ten seeds; lognormal: their exponentials.
Table simulated(Rng& rng, const std::vector<double>& means, bool lognormal) {
  Table costs;
  for (const double mean : means) {
    auto& row = costs.emplace_back();
    for (int seed = 0; seed < 10; ++seed) row.push_back(mean + rng.normal());
    for (double& value : row) value = lognormal ? math::exp(value) : value;
  }
  return costs;
}

// How many of 1,000 comparisons name a winner, and as it `wanted`, or any.
int winners(const std::vector<double>& means, bool lognormal, std::optional<std::size_t> wanted = {}) {
  Rng rng(0);
  int count = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto winner = rank(simulated(rng, means, lognormal)).winner;
    count += winner && (!wanted || winner == wanted);
  }
  return count;
}

// a < b in seven of eight seeds, but for the largest difference: 8 of the ranks' 36. Of the subsets of {1 … 8} 25 have a sum of at most 8,
// so p = 50/256. c is behind both in all seeds: p = 2/256, by Holm times 3, and again that, being no less than times 2.
const Table kByHand{
    {1, 2, 3, 4, 5, 6, 7, 99},
    {2, 4, 6, 8, 10, 12, 14, 16},
    {101, 102, 103, 104, 105, 106, 107, 199},
};

TEST(Ranking, AgreesWithATableByHand) {
  const Ranking ranking = rank(kByHand);
  EXPECT_THAT(ranking.medians, ElementsAre(4.5, 9, 104.5));
  EXPECT_THAT(ranking.mean_ranks, ElementsAre(9.0 / 8, 15.0 / 8, 3));
  EXPECT_THAT(ranking.order, ElementsAre(0, 1, 2));
  EXPECT_EQ(ranking.p[0][1], 50.0 / 256);
  EXPECT_EQ(ranking.p[0][2], 3 * 2.0 / 256);
  EXPECT_EQ(ranking.p[2][1], 3 * 2.0 / 256);
  EXPECT_EQ(ranking.effect[0][1], (8.0 - 28) / 36);
  EXPECT_EQ(ranking.effect[2][1], 1);
  EXPECT_THAT(ranking.tied, ElementsAre(0, 1));
  EXPECT_FALSE(ranking.winner);
  EXPECT_EQ(verdict(ranking, {"adam", "sgd", "rmsprop"}), "no winner: adam, sgd are tied");
}

TEST(Ranking, NamesTheOneThatIsBetterThanEveryOther) {
  Table costs = kByHand;
  costs[0][7] = 8;
  const Ranking ranking = rank(costs);
  EXPECT_EQ(ranking.winner, 0u);
  EXPECT_THAT(ranking.tied, ElementsAre(0));
  EXPECT_EQ(verdict(ranking, {"adam", "sgd", "rmsprop"}), "adam wins");
}

TEST(Ranking, HasNoWinnerWithFewerThan8Seeds) {
  const Table costs{{1, 2, 3, 4, 5, 6, 7}, {11, 12, 13, 14, 15, 16, 17}};
  const Ranking ranking = rank(costs);
  EXPECT_LT(ranking.p[0][1], 0.05);
  EXPECT_FALSE(ranking.winner);
  EXPECT_THAT(ranking.tied, ElementsAre(0, 1));
  EXPECT_THAT(verdict(ranking, {"adam", "sgd"}), HasSubstr("too few seeds for a winner"));
}

// Between k optimizers there are k(k - 1)/2 pairs, and p is at least 2/2ⁿ.
TEST(Ranking, NeedsSoManySeedsThatAWinnerIsPossible) {
  EXPECT_EQ(seeds_needed(2), 8u);
  EXPECT_EQ(seeds_needed(4), 8u);   //  6·2/256 = 0.047
  EXPECT_EQ(seeds_needed(5), 9u);   // 10·2/512 = 0.039
  EXPECT_EQ(seeds_needed(8), 11u);  // 28·2/2048 = 0.027
  for (std::size_t k = 2; k < 10; ++k) {
    Table costs(k, std::vector<double>(seeds_needed(k)));
    for (std::size_t i = 0; i < k; ++i) std::iota(costs[i].begin(), costs[i].end(), 100.0 * static_cast<double>(i));
    EXPECT_EQ(rank(costs).winner, 0u) << k;
  }
}

TEST(Ranking, TakesMissesForTheWorst) {
  const Table costs{std::vector<double>(10, kInfinity), {1, 2, 3, 4, 5, 6, 7, 8, 9, kInfinity}, std::vector<double>(10, kInfinity)};
  const Ranking ranking = rank(costs);
  EXPECT_EQ(ranking.winner, 1u);
  EXPECT_EQ(ranking.medians[0], kInfinity);
  EXPECT_THAT(ranking.order, ElementsAre(1, 0, 2));
  EXPECT_EQ(ranking.p[0][2], 1);
}

TEST(Ranking, PutsThatWithTheBetterRanksFirstWhereMediansAreEqual) {
  const Table costs{std::vector<double>(3, kInfinity), {kInfinity, 1, kInfinity}, {kInfinity, 2, 5}};
  EXPECT_THAT(rank(costs).order, ElementsAre(2, 1, 0));
  EXPECT_THAT(rank({costs[0], costs[1]}).order, ElementsAre(1, 0));
}

// Lower in eight pairs by 9, and in one of the two that make the median, but not by enough to outweigh the other.
TEST(Ranking, TiesTheBestMedianWithOneThatIsBetterInNearlyAllPairs) {
  const Ranking ranking = rank({{-9, -8, -7, -6, 4.5, 9.7, 11, 12, 13, 14}, {0, 1, 2, 3, 4, 10, 20, 21, 22, 23}});
  EXPECT_EQ(ranking.p[0][1], 2 * 3.0 / 1024);
  EXPECT_LT(ranking.effect[0][1], 0);
  EXPECT_THAT(ranking.tied, ElementsAre(1, 0));
  EXPECT_FALSE(ranking.winner);
}

TEST(Ranking, TiesAllWhenAllMiss) {
  const Ranking ranking = rank(Table(3, std::vector<double>(10, kInfinity)));
  EXPECT_FALSE(ranking.winner);
  EXPECT_THAT(ranking.tied, ElementsAre(0, 1, 2));
}

TEST(Ranking, OfOneOptimizerHasNoWinner) {
  const Ranking ranking = rank({std::vector<double>(10, 1)});
  EXPECT_FALSE(ranking.winner);
  EXPECT_EQ(verdict(ranking, {"sgd"}), "sgd was compared with none");
}

TEST(Ranking, RefusesTablesThatAreNone) {
  EXPECT_THROW(rank({}), Error);
  EXPECT_THROW(rank({{}}), Error);
  EXPECT_THROW(rank({{1, 2}, {1}}), Error);
}

TEST(Ranking, NamesAFalseWinnerInAtMost5PercentOfComparisons) {
  for (const bool lognormal : {false, true}) {
    for (const double gap : {1.0, 2.0, 5.0}) EXPECT_LE(winners({0, 0, gap, gap, gap}, lognormal), 50) << gap;
    EXPECT_LE(winners({0, 0, 1, 2, 3}, lognormal), 50);
  }
}

// The least favourable case is three worse ones that are always told apart, which leaves one test without correction. Between the equal
// two every assignment of signs is as likely, so the rate is counted instead of simulated.
TEST(Ranking, NamesAFalseWinnerInAtMost5PercentOfAllCasesAtWorst) {
  const std::vector<double> level(10, 100), higher(10, 200), highest(10, 300);
  int false_winners = 0;
  for (unsigned mask = 0; mask < 1024; ++mask) {
    std::vector<double> equal(10);
    for (unsigned i = 0; i < 10; ++i) equal[i] = (mask >> i & 1 ? -1.0 : 1.0) * (i + 1);
    false_winners += rank({std::vector<double>(10), equal, level, higher, highest}).winner.has_value();
  }
  EXPECT_LE(false_winners, 51);
  EXPECT_GE(false_winners, 40) << "the level is not used";
}

// The power with ten seeds over four equals: a lead of two deviations of the noise is found in a third of the comparisons, one of three in
// nine of ten, one of four in nearly all.
TEST(Ranking, FindsAClearWinner) {
  for (const bool lognormal : {false, true}) {
    EXPECT_GE(winners({0, 2, 2, 2, 2}, lognormal, 0), 333);
    EXPECT_GE(winners({0, 3, 3, 3, 3}, lognormal, 0), 900);
    EXPECT_GE(winners({0, 4, 4, 4, 4}, lognormal, 0), 990);
  }
}

RC_GTEST_PROP(Ranking, DoesNotDependOnTheOrderOfSeedsOrOptimizers, ()) {
  Rng rng(*rc::gen::arbitrary<std::uint64_t>());
  const Table costs = simulated(rng, {0, 0.5, 3}, false);
  const std::vector<std::size_t> moved{2, 0, 1};
  Table other;
  for (const std::size_t i : moved) {
    auto& row = other.emplace_back(costs[i]);
    std::rotate(row.begin(), row.begin() + 4, row.end());
  }
  const Ranking a = rank(costs), b = rank(other);
  for (std::size_t i = 0; i < 3; ++i) {
    RC_ASSERT(a.order[i] == moved[b.order[i]]);
    for (std::size_t j = 0; j < 3; ++j) RC_ASSERT(b.p[i][j] == a.p[moved[i]][moved[j]] && b.p[i][j] == b.p[j][i]);
  }
  RC_ASSERT(a.tied.size() == b.tied.size());
  RC_ASSERT(a.winner.has_value() == b.winner.has_value() && (!a.winner || *a.winner == moved[*b.winner]));
}

}  // namespace
}  // namespace descent::stats
