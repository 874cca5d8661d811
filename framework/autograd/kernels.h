#pragma once
#include <algorithm>
#include <cstdint>

#include "descent/core/simd.h"

// Loops that several operations share. All arrays are contiguous; sums have a fixed order on every instruction set.
namespace descent {

constexpr std::int64_t kLanes = 16;    // partial sums kept side by side
constexpr std::int64_t kBlock = 1024;  // elements handled at a time where a temporary is needed

// y += x
template <class T>
void add_to(std::int64_t n, T* y, const T* x) {
  vectorized([=] {
    for (std::int64_t i = 0; i < n; ++i) y[i] += x[i];
  });
}

template <class T>
void fill(std::int64_t n, T* y, T value) {
  vectorized([=] {
    for (std::int64_t i = 0; i < n; ++i) y[i] = value;
  });
}

// Σ f(i) over i < n, in 16 lanes that are added pairwise at the end; for use inside vectorized().
template <class T, class F>
inline T lane_sum(std::int64_t n, const F& f) {
  T lanes[kLanes] = {};
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (std::int64_t l = 0; l < kLanes; ++l) lanes[l] += f(i + l);
  }
  for (std::int64_t l = 0; i + l < n; ++l) lanes[l] += f(i + l);
  for (std::int64_t width = kLanes / 2; width > 0; width /= 2) {
    for (std::int64_t l = 0; l < width; ++l) lanes[l] += lanes[l + width];
  }
  return lanes[0];
}

// Σ x[i] without the drift of a long float sum: blocks of lanes, added up in double.
template <class T>
T block_sum(std::int64_t n, const T* x) {
  double total = 0;
  vectorized([=, &total] {
    for (std::int64_t start = 0; start < n; start += 4096) {
      const T* block = x + start;
      total += static_cast<double>(lane_sum<T>(std::min<std::int64_t>(4096, n - start), [=](std::int64_t i) { return block[i]; }));
    }
  });
  return static_cast<T>(total);
}

}  // namespace descent
