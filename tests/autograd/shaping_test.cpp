#include <limits>

#include "tests/autograd/testing.h"

namespace descent {
namespace {

using test::expect_values;
using test::f64;

Tensor counting(const Shape& shape) { return reshape(arange(shape.size(), DType::float64), {shape.begin(), shape.end()}); }

// The flat position of an index in a row-major array.
std::int64_t flat(const Shape& shape, const std::vector<std::int64_t>& index) {
  std::int64_t at = 0;
  for (int i = 0; i < shape.rank(); ++i) at = at * shape[i] + index[static_cast<std::size_t>(i)];
  return at;
}

TEST(Reshape, KeepsTheOrderAndInfersOneSize) {
  expect_values(reshape(counting({2, 3}), {3, -1}), {3, 2}, {0, 1, 2, 3, 4, 5});
  expect_values(reshape(f64(4), {1, 1}), {1, 1}, {4});
  expect_values(reshape(f64({{4}}), {}), {}, {4});
  EXPECT_EQ(reshape(zeros({0, 3}), {-1, 3}).shape(), (Shape{0, 3}));
  expect_values(reshape(labels({1, 2}), {2, 1}), {2, 1}, {1, 2});
}

TEST(Permute, MovesEveryElementToItsPermutedPlace) {
  const Tensor x = counting({2, 3, 4});
  for (const std::vector<std::int64_t>& axes :
       std::vector<std::vector<std::int64_t>>{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}, {-1, 0, -2}}) {
    const Tensor y = permute(x, axes);
    const auto axis = [&](std::size_t i) { return static_cast<std::size_t>((axes[i] + 3) % 3); };
    for (std::int64_t i = 0; i < y.size(0); ++i) {
      for (std::int64_t j = 0; j < y.size(1); ++j) {
        for (std::int64_t k = 0; k < y.size(2); ++k) {
          std::vector<std::int64_t> from(3);
          from[axis(0)] = i, from[axis(1)] = j, from[axis(2)] = k;
          ASSERT_EQ(y.at(flat(y.shape(), {i, j, k})), x.at(flat(x.shape(), from)));
        }
      }
    }
  }
}

TEST(Transpose, ExchangesTheLastTwoAxesUnlessToldOtherwise) {
  expect_values(transpose(counting({2, 3})), {3, 2}, {0, 3, 1, 4, 2, 5});
  EXPECT_EQ(transpose(zeros({2, 3, 4})).shape(), (Shape{2, 4, 3}));
  EXPECT_EQ(transpose(zeros({2, 3, 4}), 0, -1).shape(), (Shape{4, 3, 2}));
}

struct Sliced {
  std::int64_t start, stop, step;
  std::vector<double> expected;
};

TEST(Slice, TakesWhatPythonTakes) {
  for (const Sliced& s : std::vector<Sliced>{{0, 5, 1, {0, 1, 2, 3, 4}},
                                             {1, 4, 1, {1, 2, 3}},
                                             {0, 5, 2, {0, 2, 4}},
                                             {1, 5, 2, {1, 3}},
                                             {0, 4, 3, {0, 3}},
                                             {-2, 5, 1, {3, 4}},
                                             {0, -1, 1, {0, 1, 2, 3}},
                                             {-4, -1, 2, {1, 3}},
                                             {3, 2, 1, {}},
                                             {5, 9, 1, {}},
                                             {-9, 99, 1, {0, 1, 2, 3, 4}},
                                             {1, 5, std::numeric_limits<std::int64_t>::max(), {1}}}) {
    SCOPED_TRACE(std::to_string(s.start) + ":" + std::to_string(s.stop) + ":" + std::to_string(s.step));
    expect_values(slice(arange(5), 0, s.start, s.stop, s.step), {static_cast<std::int64_t>(s.expected.size())}, s.expected);
  }
}

TEST(Slice, WorksAlongEveryAxis) {
  const Tensor x = counting({2, 3, 2});
  expect_values(slice(x, 0, 1, 2), {1, 3, 2}, {6, 7, 8, 9, 10, 11});
  expect_values(slice(x, 1, 0, 3, 2), {2, 2, 2}, {0, 1, 4, 5, 6, 7, 10, 11});
  expect_values(slice(x, -1, 1, 2), {2, 3, 1}, {1, 3, 5, 7, 9, 11});
}

TEST(Slice, GivesZeroGradientToWhatWasLeftOut) {
  const Tensor x = test::leaf(counting({5}));
  sum(slice(x, 0, 1, 5, 2)).backward();
  expect_values(x.grad(), {5}, {0, 1, 0, 1, 0});
}

TEST(Concat, JoinsAlongAnyAxisAndSkipsEmptyParts) {
  const Tensor a = f64({{1, 2}, {3, 4}}), b = f64({{5, 6}});
  expect_values(concat({a, b}), {3, 2}, {1, 2, 3, 4, 5, 6});
  expect_values(concat({a, transpose(b)}, 1), {2, 3}, {1, 2, 5, 3, 4, 6});
  expect_values(concat({a, zeros({2, 0}, DType::float64), a}, -1), {2, 4}, {1, 2, 1, 2, 3, 4, 3, 4});
  expect_values(concat({a}), {2, 2}, {1, 2, 3, 4});
}

TEST(Stack, AddsAnAxisAnywhere) {
  const Tensor a = f64({1, 2, 3}), b = f64({4, 5, 6});
  expect_values(stack({a, b}), {2, 3}, {1, 2, 3, 4, 5, 6});
  expect_values(stack({a, b}, 1), {3, 2}, {1, 4, 2, 5, 3, 6});
  expect_values(stack({a, b}, -1), {3, 2}, {1, 4, 2, 5, 3, 6});
  expect_values(stack({a, b}, -2), {2, 3}, {1, 2, 3, 4, 5, 6});
  expect_values(stack({f64(1), f64(2)}), {2}, {1, 2});
}

TEST(Gather, PicksByIndexAlongTheAxis) {
  const Tensor x = counting({2, 3}), index = reshape(labels({0, 1, 1, 1, 0, 0, 0, 0, 1}), {3, 3});
  expect_values(gather(x, 0, index), {3, 3}, {0, 4, 5, 3, 1, 2, 0, 1, 5});
  expect_values(gather(x, -1, reshape(labels({2, 0}), {2, 1})), {2, 1}, {2, 3});
  expect_values(gather(x, 1, reshape(labels({2, 2, 0, 1}), {1, 4})), {1, 4}, {2, 2, 0, 1});
}

TEST(Gather, AddsTheGradientsOfAnElementPickedTwice) {
  const Tensor x = test::leaf(counting({3}));
  gather(x, 0, labels({2, 0, 2})).backward(f64({1, 10, 100}));
  expect_values(x.grad(), {3}, {10, 0, 101});
}

}  // namespace
}  // namespace descent
