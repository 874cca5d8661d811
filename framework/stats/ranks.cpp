#include "descent/stats/ranks.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "descent/core/error.h"
#include "descent/stats/quantile.h"

namespace descent::stats {

void check_table(const char* caller, const Table& table) {
  if (table.empty() || table[0].empty()) fail_argument("{}: an empty table", caller);
  for (const auto& row : table) {
    if (row.size() != table[0].size()) fail_argument("{}: rows of {} and {} numbers", caller, table[0].size(), row.size());
  }
}

std::vector<std::size_t> argsort(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  return order;
}

std::vector<double> average_ranks(std::vector<double> values) {
  values = costs(std::move(values));
  const std::vector<std::size_t> order = argsort(values);
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0, end = 0; first < order.size(); first = end) {
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    for (std::size_t i = first; i < end; ++i) ranks[order[i]] = static_cast<double>(first + 1 + end) / 2;
  }
  return ranks;
}

std::vector<double> mean_ranks(const Table& costs) {
  check_table("mean_ranks", costs);
  std::vector<double> means(costs.size()), column(costs.size());
  for (std::size_t i = 0; i < costs[0].size(); ++i) {
    std::transform(costs.begin(), costs.end(), column.begin(), [i](const auto& row) { return row[i]; });
    const std::vector<double> ranks = average_ranks(column);
    for (std::size_t row = 0; row < costs.size(); ++row) means[row] += ranks[row];
  }
  for (double& mean : means) mean /= static_cast<double>(costs[0].size());
  return means;
}

}  // namespace descent::stats
