#include <cmath>
#include <limits>

#include "tests/autograd/testing.h"
#include "tests/special.h"

namespace descent {
namespace {

using test::kNan;

using test::expect_values;
using test::f64;

TEST(Softmax, IsTheNormalisedExponentialAlongAnyAxis) {
  const Tensor x = test::uniform({3, 4, 5}, -3, 3);
  for (const std::int64_t axis : {0, 1, 2, -1, -2, -3}) {
    SCOPED_TRACE(axis);
    const Tensor e = exp(x), p = e / sum(e, {axis}, true);
    expect_values(softmax(x, axis), x.shape(), p.to_vector(), 1e-14);
    expect_values(log_softmax(x, axis), x.shape(), log(p).to_vector(), 1e-14);
  }
}

TEST(Softmax, OfOneElementIsOne) {
  expect_values(softmax(f64({{-7}, {1e9}})), {2, 1}, {1, 1});
  expect_values(log_softmax(f64({{-7}, {1e9}})), {2, 1}, {0, 0});
}

TEST(Softmax, FindsTheLargestWhereverItStands) {
  for (std::int64_t n = 1; n <= 70; ++n) {
    for (std::int64_t at = 0; at < n; ++at) {
      const Tensor x = zeros({1, n}, DType::float32);
      x.data<float>()[at] = 1000;
      const Tensor y = softmax(x);
      for (std::int64_t i = 0; i < n; ++i) ASSERT_EQ(y.at(i), i == at) << at << " of " << n;
    }
  }
}

TEST(Softmax, NeitherOverflowsNorLosesSmallLogarithms) {
  const Tensor x = test::leaf(tensor({{1e4, 0, -1e4}, {3e38, 3e38, -3e38}}));
  expect_values(softmax(x), {2, 3}, {1, 0, 0, 0.5, 0.5, 0}, 1e-7);
  const Tensor y = log_softmax(slice(x, 0, 0, 1));
  expect_values(y, {1, 3}, {0, -1e4, -2e4});
  sum(y).backward();
  expect_values(slice(x.grad(), 0, 0, 1), {1, 3}, {-2, 1, 1});
}

TEST(Softmax, LetsNaNThroughInItsOwnRowOnly) { expect_values(softmax(f64({{kNan, 1}, {2, 2}})), {2, 2}, {kNan, kNan, 0.5, 0.5}); }

TEST(Mse, IsTheMeanOfTheSquaredDifferences) {
  const Tensor x = test::leaf(f64({1, 2, 4})), t = test::leaf(f64({0, 2, 1}));
  const Tensor loss = mse(x, t);
  EXPECT_DOUBLE_EQ(loss.item(), 10.0 / 3);
  loss.backward();
  expect_values(x.grad(), {3}, {2.0 / 3, 0, 2}, 1e-15);
  expect_values(t.grad(), {3}, {-2.0 / 3, 0, -2}, 1e-15);
}

TEST(Mse, OfTenMillionFloatsDoesNotDrift) { EXPECT_NEAR(mse(full({10'000'000}, 0.1), zeros({10'000'000})).item() / 0.01, 1, 1e-6); }

TEST(BceWithLogits, IsTheCrossEntropyOfTheSigmoid) {
  const Tensor x = f64({-2, 0.5, 3}), t = f64({0, 1, 0.3}), s = sigmoid(x);
  for (const double p : {1.0, 2.5}) {
    const Tensor expected = -mean(p * t * log(s) + (1.0 - t) * log(1.0 - s));
    EXPECT_NEAR(bce_with_logits(x, t, p).item(), expected.item(), 1e-14);
  }
}

TEST(BceWithLogits, IsExactForLargeLogits) {
  const Tensor x = test::leaf(tensor({1e4, -1e4, 1e4, -1e4}));
  const Tensor loss = bce_with_logits(x, tensor({1, 0, 0, 1}));
  EXPECT_EQ(loss.item(), 5e3);
  loss.backward();
  expect_values(x.grad(), {4}, {0, 0, 0.25, -0.25});
}

// Per row: w_c·(1−s)·(−log p_c) + s/C·Σ w_j·(−log p_j), over Σ w_c.
TEST(CrossEntropy, IsItsDefinitionWithWeightsAndSmoothing) {
  const Tensor x = test::uniform({4, 3}, -3, 3), logp = log(softmax(x)), weights = f64({1, 2, 0.5});
  const std::vector<std::int64_t> label = {2, 0, 1, 1};
  for (const double s : {0.0, 0.2}) {
    for (const bool weighted : {false, true}) {
      const auto w = [&](std::int64_t c) { return weighted ? weights.at(c) : 1.0; };
      double total = 0, mass = 0;
      for (std::int64_t i = 0; i < 4; ++i) {
        const std::int64_t c = label[static_cast<std::size_t>(i)];
        total -= (1 - s) * w(c) * logp.at(3 * i + c);
        for (std::int64_t j = 0; j < 3; ++j) total -= s / 3 * w(j) * logp.at(3 * i + j);
        mass += w(c);
      }
      EXPECT_NEAR(cross_entropy(x, labels(label), weighted ? weights : Tensor(), s).item(), total / mass, 1e-14) << s << weighted;
    }
  }
}

TEST(CrossEntropy, IsExactForLargeLogits) {
  const Tensor x = test::leaf(tensor({{1e4, 0}, {0, 1e4}}));
  const Tensor loss = cross_entropy(x, labels({0, 0}));
  EXPECT_EQ(loss.item(), 5e3);
  loss.backward();
  expect_values(x.grad(), {2, 2}, {0, 0, -0.5, 0.5});
}

TEST(CrossEntropy, OfManyRowsDoesNotDrift) {
  const std::int64_t n = 1'000'000;
  EXPECT_NEAR(cross_entropy(zeros({n, 2}), labels(std::vector<std::int64_t>(n, 1))).item() / std::log(2.0), 1, 1e-6);
}

}  // namespace
}  // namespace descent
