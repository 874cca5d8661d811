#include "descent/stats/ranking.h"

#include <fmt/core.h>

#include <algorithm>

#include "descent/stats/quantile.h"
#include "descent/stats/significance.h"

namespace descent::stats {
namespace {

constexpr double kLevel = 0.05;
constexpr std::size_t kFewestSeeds = 8;

std::vector<std::size_t> best_first(const Ranking& ranking) {
  std::vector<std::size_t> order = argsort(ranking.mean_ranks);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return ranking.medians[a] < ranking.medians[b]; });
  return order;
}

void test_pairs(const Table& costs, Ranking& ranking) {
  const std::size_t n = costs.size();
  ranking.p.assign(n, std::vector<double>(n, 1));
  ranking.effect.assign(n, std::vector<double>(n, 0));
  std::vector<double> p;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const PairedTest test = signed_rank_test(costs[i], costs[j]);
      p.push_back(test.p);
      ranking.effect[i][j] = test.effect;
      ranking.effect[j][i] = -test.effect;
    }
  }
  p = holm(p);
  for (std::size_t i = 0, pair = 0; i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j) ranking.p[i][j] = ranking.p[j][i] = p[pair++];
  }
}

}  // namespace

Ranking rank(const Table& costs) {
  check_table("rank", costs);
  Ranking ranking{costs[0].size(), {}, mean_ranks(costs), {}, {}, {}, {}, {}};
  for (const auto& row : costs) ranking.medians.push_back(median(row));
  ranking.order = best_first(ranking);
  test_pairs(costs, ranking);
  const std::size_t first = ranking.order[0];
  const bool enough = ranking.seeds >= seeds_needed(costs.size());
  for (const std::size_t other : ranking.order) {
    const bool worse = enough && ranking.p[first][other] < kLevel && ranking.effect[first][other] < 0;
    if (!worse) ranking.tied.push_back(other);
  }
  if (costs.size() > 1 && ranking.tied.size() == 1) ranking.winner = first;
  return ranking;
}

std::size_t seeds_needed(std::size_t optimizers) {
  const double pairs = static_cast<double>(optimizers) * (static_cast<double>(optimizers) - 1) / 2;
  std::size_t seeds = kFewestSeeds;
  double smallest_p = 2.0 / (1 << kFewestSeeds);
  for (; pairs * smallest_p >= kLevel; smallest_p /= 2) ++seeds;
  return seeds;
}

std::string verdict(const Ranking& ranking, const std::vector<std::string>& names) {
  const std::size_t needed = seeds_needed(names.size());
  if (names.size() == 1) return fmt::format("{} was compared with none", names[0]);
  if (ranking.winner) return fmt::format("{} wins", names[*ranking.winner]);
  if (ranking.seeds < needed) return fmt::format("too few seeds for a winner: {} of {}", ranking.seeds, needed);
  std::string tied;
  for (const std::size_t optimizer : ranking.tied) tied += (tied.empty() ? "" : ", ") + names[optimizer];
  return fmt::format("no winner: {} are tied", tied);
}

}  // namespace descent::stats
