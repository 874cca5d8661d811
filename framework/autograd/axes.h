#pragma once
#include <array>
#include <cstdint>

#include "descent/core/shape.h"

namespace descent {

// How N arrays are walked together: their common axes, neighbours merged where all arrays allow it. The innermost axis comes first.
template <int N>
struct Walk {
  int rank = 1;
  std::array<std::int64_t, Shape::kMaxRank> sizes{1};
  std::array<std::array<std::int64_t, N>, Shape::kMaxRank> strides{};

  // `axis_strides[k]` are array k's strides along the axes of `shape`.
  Walk(const Shape& shape, const std::array<Shape, N>& axis_strides) {
    int last = -1;
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
      if (shape[axis] == 1) continue;
      if (last >= 0 && mergeable(last, axis, axis_strides)) {
        sizes[at(last)] *= shape[axis];
        continue;
      }
      sizes[at(++last)] = shape[axis];
      for (int k = 0; k < N; ++k) strides[at(last)][at(k)] = axis_strides[at(k)][axis];
    }
    rank = last < 0 ? 1 : last + 1;
  }

  std::int64_t inner() const { return sizes[0]; }
  std::int64_t stride(int k) const { return strides[0][at(k)]; }

  // Calls f(offsets) for every innermost row; offsets[k] is where it begins in array k.
  template <class F>
  void rows(const F& f) const {
    std::array<std::int64_t, N> offsets{};
    std::array<std::int64_t, Shape::kMaxRank> index{};
    for (int i = 0; i < rank; ++i) {
      if (sizes[at(i)] == 0) return;
    }
    for (int axis = 1;;) {
      f(offsets);
      for (axis = 1; axis < rank; ++axis) {
        const std::size_t a = at(axis);
        ++index[a];
        for (std::size_t k = 0; k < N; ++k) offsets[k] += strides[a][k];
        if (index[a] < sizes[a]) break;
        for (std::size_t k = 0; k < N; ++k) offsets[k] -= strides[a][k] * sizes[a];
        index[a] = 0;
      }
      if (axis >= rank) return;
    }
  }

 private:
  static constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }
  bool mergeable(int last, int axis, const std::array<Shape, N>& axis_strides) const {
    for (int k = 0; k < N; ++k) {
      if (axis_strides[at(k)][axis] != strides[at(last)][at(k)] * sizes[at(last)]) return false;
    }
    return true;
  }
};

// The strides of a contiguous array of `shape`, seen with the axes of `as`: 0 along axes that are broadcast.
Shape strides_as(const Shape& shape, const Shape& as);

}  // namespace descent
