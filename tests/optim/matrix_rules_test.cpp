#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "descent/autograd/ops.h"
#include "descent/optim/optimizer.h"
#include "tests/optim/golden.h"

// Rules that see a whole tensor, against their NumPy versions of golden/make_matrix_rules.py and against values by hand.
namespace descent {
namespace {

using test::Numbers;
using test::step;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pointwise;

const Json& reference() {
  static const Json file = test::golden("matrix_rules.json");
  return file;
}

std::unique_ptr<optim::Optimizer> matrix_rule(const std::string& type, const Json& options, const Tensor& w) {
  return test::make_optimizer(type, test::to_value(options), w);
}

Numbers start(std::int64_t n) {
  Numbers w;
  for (int i = 0; i < n; ++i) w.push_back((i % 2 ? -1 : 1) * (0.5 + 0.25 * i));
  return w;
}
Numbers gradient(int t, std::int64_t n) {
  Numbers g;
  for (int i = 0; i < n; ++i) g.push_back(test::golden_gradient(t, i));
  return g;
}

// The largest distance from the points of a case.
double distance(const Json& expected, DType dtype) {
  const auto sizes = expected["shape"].get<std::vector<std::int64_t>>();
  const Shape shape(sizes.begin(), sizes.end());
  const Tensor w = tensor(shape, start(shape.size()), dtype).set_requires_grad();
  const auto optimizer = matrix_rule(expected["type"], expected["options"], w);
  const auto steps = reference()["steps"].get<std::vector<int>>();
  double worst = 0;
  std::size_t point = 0;
  for (int t = 1; t <= steps.back(); ++t) {
    step(*optimizer, w, gradient(t, shape.size()));
    if (t != steps[point]) continue;
    const auto want = expected["points"][point++].get<Numbers>();
    for (std::size_t i = 0; i < want.size(); ++i) worst = std::max(worst, std::abs(w.at(static_cast<std::int64_t>(i)) - want[i]));
  }
  EXPECT_EQ(point, expected["points"].size());
  return worst;
}

class MatrixRule : public testing::TestWithParam<std::string> {
 protected:
  double worst(DType dtype) const {
    double distance_of_all = 0;
    int count = 0;
    for (const Json& expected : reference()["cases"]) {
      if (expected["type"] != GetParam()) continue;
      const double own = distance(expected, dtype);
      EXPECT_LT(own, dtype == DType::float64 ? 1e-9 : 1e-2) << expected["options"] << expected["shape"];
      distance_of_all = std::max(distance_of_all, own);
      ++count;
    }
    EXPECT_GE(count, 8);
    return distance_of_all;
  }
};

// An inverse root of a matrix whose smallest eigenvalue is all matrix_eps loses digits.
TEST_P(MatrixRule, FollowsItsPaperInFloat64) { EXPECT_LE(worst(DType::float64), GetParam() == "shampoo" ? 1e-10 : 1e-13); }
TEST_P(MatrixRule, FollowsItsPaperInFloat32) { EXPECT_LE(worst(DType::float32), GetParam() == "shampoo" ? 2e-3 : 5e-6); }

INSTANTIATE_TEST_SUITE_P(All, MatrixRule, testing::Values("lamb", "lars", "sm3", "adafactor", "shampoo", "muon"),
                         [](const auto& each) { return each.param; });

Tensor square(double a, double b, double c, double d) { return tensor({{a, b}, {c, d}}, DType::float64).set_requires_grad(); }

TEST(Lars, MovesAParameterByItsShareOfTheLengthWhateverTheGradient) {
  for (const double scale : {1.0, 1e6}) {
    const Tensor w = square(3, 0, 0, 4);  // of length 5
    const auto lars = matrix_rule("lars", {{"trust_coefficient", 0.1}}, w);
    step(*lars, w, {0, 2 * scale, 0, 0});
    EXPECT_THAT(w.to_vector(), ElementsAre(3, DoubleNear(-0.5, 1e-15), 0, 4));
  }
}

TEST(Lamb, TakesAStepOfAdamWhereTheParameterIsZero) {
  const Tensor w = square(0, 0, 0, 0);
  const auto lamb = matrix_rule("lamb", {{"lr", 0.1}, {"eps", 0}}, w);
  step(*lamb, w, {1, -2, 3, 0.5});
  EXPECT_THAT(w.to_vector(), Pointwise(DoubleNear(1e-15), Numbers{-0.1, 0.1, -0.1, -0.1}));
}

TEST(Sm3, IsAdagradOnAVector) {
  const Tensor v = tensor(Shape{3}, {1, -2, 3}, DType::float64).set_requires_grad(), w = v.clone().set_requires_grad();
  const auto sm3 = matrix_rule("sm3", {{"lr", 0.1}, {"eps", 0}}, v), adagrad = matrix_rule("adagrad", {{"lr", 0.1}, {"eps", 0}}, w);
  for (int t = 1; t < 20; ++t) {
    step(*sm3, v, gradient(t, 3));
    step(*adagrad, w, gradient(t, 3));
    ASSERT_THAT(v.to_vector(), Pointwise(testing::DoubleEq(), w.to_vector()));
  }
}

// After the gradient [[1, 2], [3, 4]]: rows 4, 16, columns 9, 16. The next one adds to min(row, column): 4, 4, 9, 16.
TEST(Sm3, BoundsEveryElementByTheLesserOfRowAndColumn) {
  const Tensor w = square(0, 0, 0, 0);
  const auto sm3 = matrix_rule("sm3", {{"lr", 1}}, w);
  step(*sm3, w, {1, 2, 3, 4});
  EXPECT_EQ(w.to_vector(), (Numbers{-1, -1, -1, -1}));
  step(*sm3, w, {1, 1, 1, 3});
  EXPECT_THAT(w.to_vector(),
              Pointwise(DoubleNear(1e-15), Numbers{-1 - 1 / std::sqrt(5), -1 - 1 / std::sqrt(5), -1 - 1 / std::sqrt(10), -1.6}));
}

// Squares of rank one, [[1, 4], [9, 36]], are held exactly by their means: every element of u is 1.
TEST(Adafactor, HoldsSquaresOfRankOneExactly) {
  const Tensor w = square(2, 2, 2, 2);
  const auto adafactor = matrix_rule("adafactor", {{"lr", 0.1}}, w);
  step(*adafactor, w, {1, -2, 3, -6});
  EXPECT_THAT(w.to_vector(), Pointwise(DoubleNear(1e-15), Numbers{1.8, 2.2, 1.8, 2.2}));
}

TEST(Adafactor, KeepsANumberForEachRowAndColumnOnly) {
  const Tensor w = zeros({30, 20}, DType::float64).set_requires_grad();
  const auto adafactor = matrix_rule("adafactor", Json::object(), w);
  step(*adafactor, w, Numbers(600, 1));
  std::int64_t kept = 0;
  for (const auto& [name, value] : adafactor->parameters()[0].state) kept += value.size();
  EXPECT_EQ(kept, 50);
}

TEST(Adafactor, RefusesThreeEps) {
  const Tensor w = square(0, 0, 0, 0);
  try {
    matrix_rule("adafactor", {{"eps", {1, 2, 3}}}, w);
    FAIL();
  } catch (const Error& error) { EXPECT_THAT(error.what(), HasSubstr("eps: expected one or two numbers")); }
}

// L = R = diag(16, 81), and diag(4, 9) is divided by 16^¼·16^¼ = 4 and by 81^¼·81^¼ = 9.
TEST(Shampoo, TurnsAFirstDiagonalGradientIntoTheIdentity) {
  const Tensor w = square(0, 0, 0, 0);
  const auto shampoo = matrix_rule("shampoo", {{"lr", 1}, {"matrix_eps", 1e-12}}, w);
  step(*shampoo, w, {4, 0, 0, 9});
  EXPECT_THAT(w.to_vector(), Pointwise(DoubleNear(1e-12), Numbers{-1, 0, 0, -1}));
}

TEST(Shampoo, IsNotANumberAfterAnOverflow) {
  const Tensor w = square(1, 2, 3, 4);
  const auto shampoo = matrix_rule("shampoo", Json::object(), w);
  step(*shampoo, w, {1e200, 0, 0, 1});
  EXPECT_TRUE(std::isnan(w.at(0)));
}

// With the coefficients of the classical iteration, X = 1.5·X − 0.5·XXᵀX, all singular values go to 1.
TEST(Muon, MovesByTheOrthogonalFactorOfTheGradient) {
  const Json classical{{"lr", 1}, {"weight_decay", 0}, {"ns_coefficients", {1.5, -0.5, 0}}, {"ns_steps", 60}};
  const Tensor w = square(0, 0, 0, 0);
  step(*matrix_rule("muon", classical, w), w, {3, 1, -1, 3});  // √10 times a rotation
  EXPECT_THAT(w.to_vector(),
              Pointwise(DoubleNear(1e-14), Numbers{-3 / std::sqrt(10), -1 / std::sqrt(10), 1 / std::sqrt(10), -3 / std::sqrt(10)}));
}

TEST(Muon, UpdatesAVectorByAdamw) {
  const Tensor v = tensor(Shape{3}, {1, -2, 3}, DType::float64).set_requires_grad(), w = v.clone().set_requires_grad();
  const auto muon = matrix_rule("muon", {{"lr", 0.1}, {"weight_decay", 0.1}}, v),
             adamw = matrix_rule("adamw", {{"lr", 0.1}, {"weight_decay", 0.1}}, w);
  for (int t = 1; t < 20; ++t) {
    step(*muon, v, gradient(t, 3));
    step(*adamw, w, gradient(t, 3));
    ASSERT_EQ(v.to_vector(), w.to_vector());
  }
}

}  // namespace
}  // namespace descent
