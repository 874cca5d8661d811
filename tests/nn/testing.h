#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "descent/autograd/tensor.h"
#include "descent/nn/module.h"

namespace descent::nn {

// The inputs of make_golden.py.
inline Tensor grid(const Shape& shape, std::int64_t step, std::int64_t modulus) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < shape.size(); ++i) values.push_back(static_cast<double>(i * step % modulus - modulus / 2) / 4);
  return tensor(shape, values, DType::float64);
}
inline Tensor grid_x() { return grid({4, 3}, 7, 13); }
inline Tensor grid_y() { return grid({4, 3}, 5, 11); }

inline void expect_close(const std::vector<double>& actual, const std::vector<double>& expected, double tolerance = 1e-13) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) EXPECT_NEAR(actual[i], expected[i], tolerance) << "at " << i;
}

// The message of the Error that f throws.
template <class F>
std::string error_of(F&& f) {
  try {
    f();
  } catch (const Error& error) { return error.what(); }
  return "no error";
}

inline std::vector<std::string> names_of(const NamedTensors& tensors) {
  std::vector<std::string> names;
  for (const auto& entry : tensors) names.push_back(entry.first);
  return names;
}

// Builds a module made from options in float64; `outputs` is what loss and data ask for.
inline Shape build(Module& module, const Shape& input, std::int64_t outputs = 1, std::uint64_t seed = 0) {
  Rng rng(seed, Stream::init);
  Build with{DType::float64, rng, outputs, seed};
  return module.build(input, with);
}

}  // namespace descent::nn
