#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "descent/stats/ranks.h"

namespace descent::stats {

// What can be said about optimizers that ran with the same seeds. Optimizers are numbered as they were given.
struct Ranking {
  std::size_t seeds;
  std::vector<double> medians, mean_ranks;  // of each optimizer, over seeds
  std::vector<std::size_t> order;           // best median first, equal ones by mean rank
  Table p, effect;                          // of the pair (i, j): Holm's p-value over all pairs; negative where i is lower
  std::vector<std::size_t> tied;            // in that order: the first, and all that are not proven worse than it
  std::optional<std::size_t> winner;        // the first, if all others are proven worse: p < 0.05
};

// costs[optimizer][seed]
Ranking rank(const Table& costs);

// The seeds below which there is no winner: 8, and more where even equal signs in all pairs would not be significant after the correction.
std::size_t seeds_needed(std::size_t optimizers);

// In words: who wins, who is tied, or `too few seeds for a winner`.
std::string verdict(const Ranking& ranking, const std::vector<std::string>& names);

}  // namespace descent::stats
