#include "descent/stats/bootstrap.h"

#include <algorithm>
#include <map>
#include <utility>

#include "descent/core/error.h"
#include "descent/core/rng.h"

namespace descent::stats {
namespace {

constexpr int kSamples = 2000;

}  // namespace

MedianBootstrap::MedianBootstrap(std::size_t n, std::uint64_t seed) : n_(n) {
  if (n == 0) fail_argument("bootstrap: no values");
  Rng rng(seed);
  std::map<std::pair<std::size_t, std::size_t>, int> counts;
  std::vector<std::size_t> sample(n);
  for (int i = 0; i < kSamples; ++i) {
    for (std::size_t& rank : sample) rank = rng.below(n);
    std::sort(sample.begin(), sample.end());
    ++counts[{sample[(n - 1) / 2], sample[n / 2]}];
  }
  for (const auto& [ranks, count] : counts) middles_.push_back({ranks.first, ranks.second, count});
}

Band MedianBootstrap::band(std::vector<double> values, double confidence) const {
  if (values.size() != n_) fail_argument("bootstrap: {} values, made for {}", values.size(), n_);
  values = costs(std::move(values));
  std::sort(values.begin(), values.end());
  std::vector<std::pair<double, int>> medians;
  for (const auto& [low, high, count] : middles_) medians.emplace_back(values[low] / 2 + values[high] / 2, count);
  std::sort(medians.begin(), medians.end());
  const auto percentile = [&](double share) {
    auto at = medians.begin();
    for (int seen = at->second; seen < share * kSamples; seen += at->second) ++at;
    return at->first;
  };
  return {percentile((1 - confidence) / 2), percentile((1 + confidence) / 2)};
}

}  // namespace descent::stats
