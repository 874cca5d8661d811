#include "descent/core/rng.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "tests/temporary_folder.h"

namespace descent {
namespace {

using Block = std::array<std::uint32_t, 4>;

Block block_of(const Rng::State& state) {
  Rng rng;
  rng.set_state(state);
  Block block;
  for (auto& word : block) word = rng.bits();
  return block;
}

std::vector<std::uint32_t> draw(Rng rng, std::size_t count) {
  std::vector<std::uint32_t> words(count);
  for (auto& word : words) word = rng.bits();
  return words;
}

// Pearson's statistic of counts that are all expected to be equal; about counts.size() − 1, with a deviation of √(2·counts.size()).
double chi_square(const std::vector<int>& counts) {
  const double expected = std::accumulate(counts.begin(), counts.end(), 0.0) / static_cast<double>(counts.size());
  double sum = 0;
  for (const int count : counts) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

// The vectors that come with Random123, kat_vectors: philox4x32, 10 rounds.
TEST(Rng, GivesThePublishedNumbers) {
  constexpr std::uint64_t kOnes = ~std::uint64_t{0};
  EXPECT_EQ(block_of({0, 0, 0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(block_of({kOnes, kOnes, kOnes, 0}), (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(block_of({0x299f31d0a4093822, 0x85a308d3243f6a88, 0x0370734413198a2e, 0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Rng, GoesOnWithTheNextCountersBlock) {
  const auto words = draw(Rng(7, Stream::init), 12);
  const Rng::State start = Rng(7, Stream::init).state();
  for (std::uint64_t i = 0; i < 3; ++i) {
    const Block block = block_of({start[0], start[1] + i, start[2], 0});
    EXPECT_TRUE(std::equal(block.begin(), block.end(), words.begin() + static_cast<std::ptrdiff_t>(4 * i))) << i;
  }
}

TEST(Rng, GivesOtherNumbersForAnotherSeedStreamOrSubstream) {
  std::set<std::vector<std::uint32_t>> sequences;
  for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 32, ~std::uint64_t{0}}) {
    for (const Stream stream : {Stream::init, Stream::split, Stream::shuffle, Stream::dropout, Stream::data, Stream::user}) {
      for (const std::uint64_t substream : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 32, ~std::uint64_t{0}}) {
        sequences.insert(draw(Rng(seed, stream, substream), 4));
      }
    }
  }
  EXPECT_EQ(sequences.size(), 4u * 6 * 4);
}

TEST(Rng, DrawsUniformNumbersEvenly) {
  Rng rng(3);
  std::vector<int> counts(100);
  double sum = 0, squares = 0;
  constexpr int kDraws = 1'000'000;
  for (int i = 0; i < kDraws; ++i) {
    const double u = rng.uniform();
    ASSERT_TRUE(u >= 0 && u < 1);
    ++counts[static_cast<std::size_t>(u * 100)];
    sum += u;
    squares += (u - 0.5) * (u - 0.5);
  }
  EXPECT_NEAR(sum / kDraws, 0.5, 4 * std::sqrt(1.0 / 12 / kDraws));
  EXPECT_NEAR(squares / kDraws, 1.0 / 12, 4 * std::sqrt(1.0 / 180 / kDraws));
  EXPECT_LT(chi_square(counts), 99 + 4 * std::sqrt(2.0 * 99));
}

TEST(Rng, UsesAll53BitsOfAUniformNumber) {
  Rng rng(4);
  std::uint64_t set = 0, clear = 0;
  for (int i = 0; i < 100; ++i) {
    const double scaled = std::ldexp(rng.uniform(), 53);
    ASSERT_EQ(scaled, std::floor(scaled));
    set |= static_cast<std::uint64_t>(scaled);
    clear |= ~static_cast<std::uint64_t>(scaled);
  }
  EXPECT_EQ(set, (std::uint64_t{1} << 53) - 1);
  EXPECT_EQ(clear, ~std::uint64_t{0});
}

TEST(Rng, DrawsWithinTheBoundsGiven) {
  Rng rng(5);
  double least = 9, most = -9;
  for (int i = 0; i < 10'000; ++i) {
    const double u = rng.uniform(-3, 5);
    least = std::min(least, u);
    most = std::max(most, u);
  }
  EXPECT_TRUE(least >= -3 && least < -2.98) << least;
  EXPECT_TRUE(most <= 5 && most > 4.98) << most;
}

TEST(Rng, DrawsNormalNumbersWithTheNormalDistribution) {
  Rng rng(6);
  constexpr int kDraws = 400'000, kBins = 64;
  std::vector<int> counts(kBins);
  double moments[5] = {};
  for (int i = 0; i < kDraws; ++i) {
    const double z = rng.normal(), below = std::erfc(-z / std::sqrt(2.0)) / 2;  // uniform on (0, 1) if z is normal
    ++counts[static_cast<std::size_t>(below * kBins)];
    for (int k = 1; k <= 4; ++k) moments[k] += std::pow(z, k) / kDraws;
  }
  const double deviation = 4 / std::sqrt(kDraws);
  EXPECT_NEAR(moments[1], 0, deviation);
  EXPECT_NEAR(moments[2], 1, deviation * std::sqrt(2.0));
  EXPECT_NEAR(moments[3], 0, deviation * std::sqrt(15.0));
  EXPECT_NEAR(moments[4], 3, deviation * std::sqrt(96.0));
  EXPECT_LT(chi_square(counts), kBins - 1 + 4 * std::sqrt(2.0 * (kBins - 1)));
}

TEST(Rng, ReachesTheTailsOfTheNormalDistribution) {
  Rng rng(7);
  int beyond = 0;
  for (int i = 0; i < 1'000'000; ++i) beyond += std::abs(rng.normal()) > 4;
  EXPECT_NEAR(beyond, 63.3, 4 * std::sqrt(63.3));
}

TEST(Rng, GivesTheRecordedNormalNumbersUnderEveryCompiler) {
  Rng rng(0);
  EXPECT_EQ(rng.normal(), 0x1.07638d1cbe08fp+1);
  EXPECT_EQ(rng.normal(), 0x1.3b7927ae3a64ap-1);
}

TEST(Rng, ChoosesEveryNumberBelowALimitEquallyOften) {
  Rng rng(8);
  std::vector<int> counts(7);
  for (int i = 0; i < 700'000; ++i) ++counts[rng.below(7)];
  EXPECT_LT(chi_square(counts), 6 + 4 * std::sqrt(2.0 * 6));
}

// Without refusal a number in the lowest third of [0, 3·2⁶²) would come twice as often as another.
TEST(Rng, ChoosesWithoutBiasBelowALimitThatDividesThe64BitsBadly) {
  Rng rng(9);
  std::vector<int> counts(3);
  for (int i = 0; i < 30'000; ++i) ++counts[rng.below(std::uint64_t{3} << 62) >> 62];
  EXPECT_LT(chi_square(counts), 2 + 4 * std::sqrt(2.0 * 2));
}

TEST(Rng, HasNoChoiceBelowOne) {
  Rng rng(10);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(rng.below(1), 0u);
}

TEST(Rng, ShufflesIntoAPermutation) {
  Rng rng(11);
  std::vector<std::int64_t> items(1000), sorted(1000);
  std::iota(items.begin(), items.end(), 0);
  std::iota(sorted.begin(), sorted.end(), 0);
  rng.shuffle(items);
  EXPECT_NE(items, sorted);
  EXPECT_TRUE(std::is_permutation(items.begin(), items.end(), sorted.begin()));
}

TEST(Rng, ShufflesIntoEveryOrderEquallyOften) {
  Rng rng(12);
  std::vector<int> counts(24);
  for (int i = 0; i < 240'000; ++i) {
    std::vector<std::int64_t> items = {0, 1, 2, 3};
    rng.shuffle(items);
    std::size_t order = 0;  // the number of the permutation, by its inversions
    for (std::size_t a = 0; a < 4; ++a) {
      order = order * (4 - a) + static_cast<std::size_t>(std::count_if(items.begin() + static_cast<std::ptrdiff_t>(a), items.end(),
                                                                       [&](std::int64_t item) { return item < items[a]; }));
    }
    ++counts[order];
  }
  EXPECT_LT(chi_square(counts), 23 + 4 * std::sqrt(2.0 * 23));
}

TEST(Rng, LeavesNothingAndASingleItemAsTheyAre) {
  Rng rng(13);
  std::vector<std::int64_t> none, one = {5};
  rng.shuffle(none);
  rng.shuffle(one);
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(one, std::vector<std::int64_t>{5});
}

TEST(Rng, ContinuesFromASavedStateAtEveryPositionOfABlock) {
  for (int used = 0; used < 9; ++used) {
    Rng rng(14, Stream::dropout, 3), other;
    for (int i = 0; i < used; ++i) rng.bits();
    other.set_state(rng.state());
    EXPECT_EQ(other.state(), rng.state());
    EXPECT_EQ(draw(other, 10), draw(rng, 10)) << used;
  }
}

TEST(Rng, RefusesAnImpossibleState) {
  Rng rng;
  EXPECT_EQ(test::error_of(ErrorKind::invalid,
                           [&] {
                             rng.set_state({0, 0, 0, 5});
                           }),
            "rng: 5 numbers of a block of 4 cannot have been used");
}

}  // namespace
}  // namespace descent
