#include <limits>

#include "tests/autograd/testing.h"

namespace descent {
namespace {

using test::expect_values;
using test::f64;

TEST(Matmul, MultipliesMatrices) {
  expect_values(matmul(f64({{1, 2, 3}, {4, 5, 6}}), f64({{1, 10}, {2, 20}, {3, 30}})), {2, 2}, {14, 140, 32, 320});
}

TEST(Matmul, TakesOneAxisAsARowOnTheLeftAndAColumnOnTheRight) {
  const Tensor v = f64({1, 2, 3}), a = f64({{1, 2, 3}, {4, 5, 6}});
  expect_values(matmul(v, v), {}, {14});
  expect_values(matmul(a, v), {2}, {14, 32});
  expect_values(matmul(f64({1, 10}), a), {3}, {41, 52, 63});
  EXPECT_EQ(matmul(zeros({5, 4, 3}), zeros({3})).shape(), (Shape{5, 4}));
  EXPECT_EQ(matmul(zeros({3}), zeros({5, 3, 4})).shape(), (Shape{5, 4}));
}

TEST(Matmul, BroadcastsBatchAxes) {
  for (const auto& [sa, sb] : std::vector<std::pair<Shape, Shape>>{{{2, 3, 4}, {2, 4, 5}},
                                                                   {{2, 3, 4}, {4, 5}},
                                                                   {{3, 4}, {2, 4, 5}},
                                                                   {{6, 1, 3, 4}, {2, 4, 5}},
                                                                   {{2, 1, 3, 4}, {1, 3, 4, 5}},
                                                                   {{1, 3, 4}, {2, 1, 4, 5}},
                                                                   {{2, 20, 30}, {2, 30, 20}}}) {
    const Tensor a = test::uniform(sa, -1, 1, 1), b = test::uniform(sb, -1, 1, 2), y = matmul(a, b);
    const std::int64_t m = sa[sa.rank() - 2], k = sa.back(), n = sb.back();
    const Shape ba(sa.begin(), sa.end() - 2), bb(sb.begin(), sb.end() - 2), batch = broadcast("", ba, bb);
    std::vector<double> expected;
    for (std::int64_t i = 0; i < batch.size() * m * n; ++i) {
      const std::int64_t which = i / (m * n), row = i / n % m, column = i % n;
      const std::int64_t ia = test::broadcast_index(which, batch, ba), ib = test::broadcast_index(which, batch, bb);
      double total = 0;
      for (std::int64_t p = 0; p < k; ++p) total += a.at(ia * m * k + row * k + p) * b.at(ib * k * n + p * n + column);
      expected.push_back(total);
    }
    Shape shape = batch;
    shape.push_back(m);
    shape.push_back(n);
    expect_values(y, shape, expected, 1e-13);
  }
}

TEST(Matmul, OverAnEmptyAxisIsZero) {
  expect_values(matmul(zeros({2, 0}), zeros({0, 2})), {2, 2}, {0, 0, 0, 0});
  EXPECT_EQ(matmul(zeros({0, 2}), zeros({2, 3})).shape(), (Shape{0, 3}));
}

TEST(Matmul, LetsNaNThrough) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  expect_values(matmul(f64({{0, 1}, {1, 0}}), f64({{nan}, {1}})), {2, 1}, {nan, nan});
}

TEST(Linear, AppliesTheTransposedWeightAndTheBias) {
  const Tensor x = f64({{1, 2}, {3, 4}}), w = f64({{1, 0}, {0, 1}, {1, 1}}), b = f64({10, 20, 30});
  expect_values(linear(x, w, b), {2, 3}, {11, 22, 33, 13, 24, 37});
  expect_values(linear(x, w), {2, 3}, {1, 2, 3, 3, 4, 7});
  expect_values(linear(f64({1, 2}), w, b), {3}, {11, 22, 33});
  EXPECT_EQ(linear(zeros({5, 4, 2}, DType::float64), w, b).shape(), (Shape{5, 4, 3}));
}

TEST(Linear, IsMatmulAndAddInBothDirections) {
  const auto make = [](bool fused) {
    const Tensor x = test::leaf(test::uniform({40, 17}, -1, 1, 1)), w = test::leaf(test::uniform({19, 17}, -1, 1, 2)),
                 b = test::leaf(test::uniform({19}, -1, 1, 3));
    sum(square(fused ? linear(x, w, b) : matmul(x, transpose(w)) + b)).backward();
    return std::vector<Tensor>{x.grad(), w.grad(), b.grad()};
  };
  const std::vector<Tensor> fused = make(true), composed = make(false);
  for (std::size_t i = 0; i < 3; ++i) expect_values(fused[i], composed[i].shape(), composed[i].to_vector(), 1e-13);
}

TEST(Linear, AccumulatesTheGradientsOfAWeightUsedTwice) {
  const Tensor x = f64({{1, 2}}), w = test::leaf(f64({{1, 2}, {3, 4}})), b = test::leaf(f64({0, 0}));
  sum(linear(x, w, b) + linear(x * 10.0, w, b)).backward();
  expect_values(w.grad(), {2, 2}, {11, 22, 11, 22});
  expect_values(b.grad(), {2}, {2, 2});
}

TEST(Linear, AddsUpTheBiasGradientOfAMillionRowsWithoutDrift) {
  const Tensor b = test::leaf(zeros({2}));
  linear(zeros({1'000'000, 1}), zeros({2, 1}), b).backward(full({1'000'000, 2}, 0.1));
  for (int i = 0; i < 2; ++i) EXPECT_NEAR(b.grad().at(i) / 1e5, 1, 1e-6);
}

}  // namespace
}  // namespace descent
