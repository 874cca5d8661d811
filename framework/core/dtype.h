#pragma once
#include <cstddef>
#include <cstdint>

#include "descent/core/error.h"

namespace descent {

// float32 and float64 carry values and gradients; int64 carries class labels and indices only.
enum class DType : std::uint8_t { float32, float64, int64 };

constexpr const char* name(DType dtype) { return dtype == DType::float32 ? "float32" : dtype == DType::float64 ? "float64" : "int64"; }

constexpr std::size_t bytes_of(DType dtype) { return dtype == DType::float32 ? 4 : 8; }

template <class T>
inline constexpr DType kDTypeOf = DType::int64;
template <>
inline constexpr DType kDTypeOf<float> = DType::float32;
template <>
inline constexpr DType kDTypeOf<double> = DType::float64;

// Calls f with a zero of the floating type that `dtype` names: dispatch(dtype, [&](auto zero) { using T = decltype(zero); … }).
template <class F>
decltype(auto) dispatch(DType dtype, F&& f) {
  if (dtype == DType::float32) return f(float{});
  if (dtype == DType::float64) return f(double{});
  fail_argument("expected a floating tensor, got int64");
}

}  // namespace descent
