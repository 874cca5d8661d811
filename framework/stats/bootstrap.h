#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "descent/stats/quantile.h"

namespace descent::stats {

// How far the median of n costs could have fallen elsewhere: percentiles of the medians of samples drawn from them with replacement
// (Efron 1979). For bands in charts; tests are in significance.h. The samples are drawn once, as ranks: the points of a curve share them,
// and a band takes about a microsecond.
class MedianBootstrap {
 public:
  explicit MedianBootstrap(std::size_t n, std::uint64_t seed = 0);
  Band band(std::vector<double> values, double confidence = 0.95) const;  // of n values

 private:
  struct Middle {
    std::size_t low, high;  // the two ranks, from 0, between which a sample's median lies; one rank for an odd n
    int count;              // samples with this median
  };
  std::size_t n_;
  std::vector<Middle> middles_;
};

}  // namespace descent::stats
