#pragma once
#include <algorithm>
#include <cstdint>

#include "descent/core/buffer.h"
#include "descent/core/simd.h"

// Loops that several operations share. All arrays are contiguous; sums have a fixed order on every instruction set.
namespace descent {

constexpr std::int64_t kLanes = 16;       // partial sums kept side by side
constexpr std::int64_t kBlock = 1024;     // elements handled at a time where a temporary is needed
constexpr std::int64_t kManyTerms = 512;  // a float sum of up to so many terms has no visible drift

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

// Σ f(i) over i < n, in 16 lanes that are added pairwise at the end when there are so many terms; for use inside vectorized().
template <class T, class F>
inline T lane_sum(std::int64_t n, const F& f) {
  if (n < kLanes) {
    T total = 0;
    for (std::int64_t i = 0; i < n; ++i) total += f(i);
    return total;
  }
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

// Σ f(i) without the drift of a long float sum: blocks of lanes, added up in double; for use inside vectorized().
template <class T, class F>
inline T long_sum(std::int64_t n, const F& f) {
  double total = 0;
  for (std::int64_t start = 0; start < n; start += 4096) {
    total += static_cast<double>(lane_sum<T>(std::min<std::int64_t>(4096, n - start), [=](std::int64_t i) { return f(start + i); }));
  }
  return static_cast<T>(total);
}

template <class T>
T block_sum(std::int64_t n, const T* x) {
  if (n < kLanes) return lane_sum<T>(n, [=](std::int64_t i) { return x[i]; });  // the same, at once
  T total = 0;
  vectorized([=, &total] { total = long_sum<T>(n, [=](std::int64_t i) { return x[i]; }); });
  return total;
}

// Σ x² in double.
template <class T>
double square_sum(std::int64_t n, const T* x) {
  const auto square = [=](std::int64_t i) { return static_cast<double>(x[i]) * static_cast<double>(x[i]); };
  if (n < kLanes) return lane_sum<double>(n, square);
  double total = 0;
  vectorized([=, &total] { total = lane_sum<double>(n, square); });
  return total;
}

// Adds rows to y. When each of its `size` elements receives many terms, what every rounding adds too much is kept and taken off the next
// term (Kahan 1965), so that a float sum does not drift.
template <class T>
class RowSums {
 public:
  RowSums(T* y, std::int64_t size, std::int64_t terms) : y_(y) {
    if (terms <= kManyTerms) return;
    excess_ = Buffer(static_cast<std::size_t>(size) * sizeof(T));
    fill(size, excess_.as<T>(), T(0));
  }
  // y[at + i] += x[i]
  void add(std::int64_t at, std::int64_t n, const T* x) const {
    if (!excess_) return add_to(n, y_ + at, x);
    vectorized([n, x, y = y_ + at, excess = excess_.as<T>() + at] {
      for (std::int64_t i = 0; i < n; ++i) {
        const T term = x[i] - excess[i], sum = y[i] + term;
        excess[i] = sum - sum == 0 ? (sum - y[i]) - term : 0;  // an infinity has none
        y[i] = sum;
      }
    });
  }

 private:
  T* y_;
  Buffer excess_;
};

}  // namespace descent
