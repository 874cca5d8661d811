#pragma once
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "descent/autograd/ops.h"
#include "descent/core/rng.h"
#include "tests/temporary_folder.h"

namespace descent::test {

// The message of the invalid-argument error that f throws.
inline std::string invalid_error(const std::function<void()>& f) { return error_of(ErrorKind::invalid, f); }

inline Tensor uniform(const Shape& shape, double low, double high, std::uint64_t seed = 1, DType dtype = DType::float64) {
  Rng rng(seed);
  std::vector<double> values(static_cast<std::size_t>(shape.size()));
  for (double& v : values) v = rng.uniform(low, high);
  return tensor(shape, values, dtype);
}

inline Tensor leaf(const Tensor& x) {
  Tensor copy = x.clone();
  copy.set_requires_grad();
  return copy;
}

inline Tensor f64(const Nested& values) { return tensor(values, DType::float64); }

// The bytes of the values. All NaN count as one: which of two operands' sign a NaN takes is the compiler's choice.
inline std::string bits(const Tensor& x) {
  if (!x.defined()) return "undefined";
  std::string bytes;
  for (const double value : x.to_vector()) {
    const double shown = std::isnan(value) ? std::nan("") : value;
    bytes.append(reinterpret_cast<const char*>(&shown), sizeof shown);
  }
  return bytes;
}

inline void expect_values(const Tensor& actual, const Shape& shape, const std::vector<double>& expected, double tolerance = 0) {
  ASSERT_EQ(to_string(actual.shape()), to_string(shape));
  ASSERT_EQ(static_cast<std::size_t>(actual.size()), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double value = actual.at(static_cast<std::int64_t>(i));
    const bool same = value == expected[i] || (value != value && expected[i] != expected[i]);
    EXPECT_TRUE(same || std::abs(value - expected[i]) <= tolerance * (1 + std::abs(expected[i])))
        << "element " << i << " is " << value << ", expected " << expected[i];
  }
}

// Where in each array its element lies that belongs to a flat index of `shape`: NumPy's broadcasting, spelled out.
inline std::int64_t broadcast_index(std::int64_t flat, const Shape& shape, const Shape& operand) {
  std::int64_t index = 0, stride = 1;
  for (int axis = shape.rank() - 1, own = operand.rank() - 1; own >= 0; --axis, --own) {
    const std::int64_t position = flat % shape[axis];
    flat /= shape[axis];
    if (operand[own] != 1) index += position * stride;
    stride *= operand[own];
  }
  return index;
}

}  // namespace descent::test
