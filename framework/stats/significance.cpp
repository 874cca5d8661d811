#include "descent/stats/significance.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "descent/core/error.h"
#include "descent/stats/quantile.h"
#include "descent/stats/ranks.h"

namespace descent::stats {
namespace {

std::vector<double> differences(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) fail_argument("signed_rank_test: {} values are not paired with {}", a.size(), b.size());
  std::vector<double> nonzero;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x = cost(a[i]), y = cost(b[i]);
    if (x != y) nonzero.push_back(x - y);
  }
  return nonzero;
}

// The chance that a subset, in which each number is with probability 1/2, has a sum of at most `bound`. Sums of halves are counted in
// steps of 1/2, so all 2ⁿ subsets take n³ additions; up to 53 numbers nothing is rounded.
double chance_of_sum_up_to(double bound, const std::vector<double>& ranks) {
  std::vector<double> chance(static_cast<std::size_t>(2 * bound) + 1);
  chance[0] = 1;
  for (const double rank : ranks) {
    const auto step = static_cast<std::size_t>(2 * rank);
    for (std::size_t sum = chance.size(); sum-- > 0;) chance[sum] = (chance[sum] + (sum < step ? 0 : chance[sum - step])) / 2;
  }
  return std::accumulate(chance.begin(), chance.end(), 0.0);
}

}  // namespace

PairedTest signed_rank_test(const std::vector<double>& a, const std::vector<double>& b) {
  const std::vector<double> difference = differences(a, b);
  if (difference.empty()) return {1, 0};
  std::vector<double> sizes = difference;
  for (double& size : sizes) size = std::abs(size);
  const std::vector<double> ranks = average_ranks(sizes);
  double negative = 0, positive = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) (difference[i] < 0 ? negative : positive) += ranks[i];
  const double p = 2 * chance_of_sum_up_to(std::min(negative, positive), ranks);
  return {std::min(p, 1.0), (positive - negative) / (positive + negative)};
}

std::vector<double> holm(const std::vector<double>& p) {
  std::vector<double> corrected(p.size());
  std::size_t remaining = p.size();
  double largest = 0;
  for (const std::size_t i : argsort(p)) {
    largest = std::max(largest, std::min(1.0, static_cast<double>(remaining--) * p[i]));
    corrected[i] = largest;
  }
  return corrected;
}

}  // namespace descent::stats
