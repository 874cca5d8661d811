#pragma once
#include <cstdint>
#include <limits>

#include "descent/autograd/kernels.h"
#include "descent/core/math.h"

// Row kernels for softmax and the losses made of it; for use inside vectorized().
namespace descent {

// Calls f(where the row begins) for every row of `columns` elements.
template <class T, class F>
void each_row(std::int64_t size, std::int64_t columns, const F& f) {
  vectorized([=] {
    for (std::int64_t at = 0; at < size; at += columns) f(at);
  });
}

template <class T>
inline T row_max(std::int64_t n, const T* x) {
  T lanes[kLanes];
  for (std::int64_t l = 0; l < kLanes; ++l) lanes[l] = -std::numeric_limits<T>::infinity();
  const auto take = [&lanes](std::int64_t count, const T* y) {
#pragma GCC unroll 1  // unrolled, it would not be vectorised
    for (std::int64_t l = 0; l < count; ++l) lanes[l] = y[l] > lanes[l] ? y[l] : lanes[l];
  };
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) take(kLanes, x + i);
  take(n - i, x + i);
  for (std::int64_t width = kLanes / 2; width > 0; width /= 2) take(width, lanes + width);
  return lanes[0];
}

// y = exp(x − top) of a row whose largest element is `top`; returns the sum.
template <class T>
inline T exp_row(std::int64_t n, const T* x, T top, T* y) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = math::exp_of_negative(x[i] - top);
  return lane_sum<T>(n, [=](std::int64_t i) { return y[i]; });
}

}  // namespace descent
