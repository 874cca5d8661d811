#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

#include "tests/autograd/testing.h"
#include "tests/special.h"

namespace descent {
namespace {

using test::kInfinity;
using test::kNan;

using test::expect_values;
using test::f64;

struct Function {
  const char* name;
  Tensor (*f)(const Tensor&);
  double (*reference)(double);
  double low = -4, high = 4;
};

const Function kFunctions[] = {
    {"neg", neg, [](double x) { return -x; }},
    {"exp", exp, [](double x) { return std::exp(x); }},
    {"log", log, [](double x) { return std::log(x); }, 0.01, 9},
    {"log1p", log1p, [](double x) { return std::log1p(x); }, -0.9, 9},
    {"sqrt", sqrt, [](double x) { return std::sqrt(x); }, 0, 9},
    {"square", square, [](double x) { return x * x; }},
    {"abs", abs, [](double x) { return std::abs(x); }},
    {"sign", sign, [](double x) { return double((x > 0) - (x < 0)); }},
    {"sin", sin, [](double x) { return std::sin(x); }},
    {"cos", cos, [](double x) { return std::cos(x); }},
    {"tan", tan, [](double x) { return std::tan(x); }, -1.4, 1.4},
    {"tanh", tanh, [](double x) { return std::tanh(x); }},
    {"sigmoid", sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); }},
    {"relu", relu, [](double x) { return std::max(x, 0.0); }},
    {"leaky_relu", [](const Tensor& x) { return leaky_relu(x); }, [](double x) { return x > 0 ? x : 0.01 * x; }},
    {"elu", [](const Tensor& x) { return elu(x, 1.5); }, [](double x) { return x > 0 ? x : 1.5 * std::expm1(x); }},
    {"silu", silu, [](double x) { return x / (1 + std::exp(-x)); }},
    {"gelu", gelu, [](double x) { return x * std::erfc(-x / std::sqrt(2.0)) / 2; }},
    {"softplus", softplus, [](double x) { return std::log1p(std::exp(x)); }},
    {"clamp", [](const Tensor& x) { return clamp(x, -1, 2); }, [](double x) { return std::min(std::max(x, -1.0), 2.0); }},
    {"pow", [](const Tensor& x) { return pow(x, 3); }, [](double x) { return x * x * x; }},
    {"pow", [](const Tensor& x) { return pow(x, 2); }, [](double x) { return x * x; }},
    {"pow", [](const Tensor& x) { return pow(x, -0.7); }, [](double x) { return std::pow(x, -0.7); }, 0.01, 9},
};

TEST(Functions, HaveTheValuesOfTheirDefinitionsInBothTypes) {
  for (const Function& function : kFunctions) {
    for (const DType dtype : {DType::float32, DType::float64}) {
      SCOPED_TRACE(std::string(function.name) + " " + name(dtype));
      const Tensor x = test::uniform({37}, function.low, function.high, 1, dtype);
      std::vector<double> expected;
      for (const double value : x.to_vector()) expected.push_back(function.reference(value));
      expect_values(function.f(x), {37}, expected, dtype == DType::float32 ? 1e-6 : 2e-15);
    }
  }
}

struct Edges {
  const char* name;
  Tensor (*f)(const Tensor&);
  double minus_infinity, zero, infinity;
};

TEST(Functions, LetNaNThroughAndHaveTheirLimits) {
  const Edges rows[] = {
      {"neg", neg, kInfinity, 0, -kInfinity},
      {"exp", exp, 0, 1, kInfinity},
      {"log", log, kNan, -kInfinity, kInfinity},
      {"log1p", log1p, kNan, 0, kInfinity},
      {"sqrt", sqrt, kNan, 0, kInfinity},
      {"square", square, kInfinity, 0, kInfinity},
      {"abs", abs, kInfinity, 0, kInfinity},
      {"sign", sign, -1, 0, 1},
      {"sin", sin, kNan, 0, kNan},
      {"cos", cos, kNan, 1, kNan},
      {"tan", tan, kNan, 0, kNan},
      {"tanh", tanh, -1, 0, 1},
      {"sigmoid", sigmoid, 0, 0.5, 1},
      {"relu", relu, 0, 0, kInfinity},
      {"leaky_relu", [](const Tensor& x) { return leaky_relu(x); }, -kInfinity, 0, kInfinity},
      {"elu", [](const Tensor& x) { return elu(x); }, -1, 0, kInfinity},
      {"softplus", softplus, 0, std::log(2.0), kInfinity},
      {"clamp", [](const Tensor& x) { return clamp(x, -1, 2); }, -1, 0, 2},
      {"silu", silu, kNan, 0, kInfinity},  // −∞ · 0, as in PyTorch
      {"gelu", gelu, kNan, 0, kInfinity},
      {"pow", [](const Tensor& x) { return pow(x, 2); }, kInfinity, 0, kInfinity},
      {"pow", [](const Tensor& x) { return pow(x, -1); }, 0, kInfinity, 0},
  };
  for (const Edges& row : rows) {
    for (const DType dtype : {DType::float32, DType::float64}) {
      SCOPED_TRACE(std::string(row.name) + " " + name(dtype));
      expect_values(row.f(tensor({-kInfinity, 0, kInfinity, kNan}, dtype)), {4}, {row.minus_infinity, row.zero, row.infinity, kNan}, 1e-7);
    }
  }
}

// The slope at and beside a kink, and where the plain formula would not be finite.
TEST(Functions, HaveTheDocumentedSlopesAtKinks) {
  const auto slopes = [](Tensor (*f)(const Tensor&), const Tensor& at) {
    const Tensor x = test::leaf(at);
    sum(f(x)).backward();
    return x.grad();
  };
  expect_values(slopes(relu, f64({-1, 0, 1, kNan})), {4}, {0, 0, 1, 1});
  expect_values(slopes(abs, f64({-1, 0, 1})), {3}, {-1, 0, 1});
  expect_values(slopes(sign, f64({-1, 0, 1})), {3}, {0, 0, 0});
  expect_values(slopes([](const Tensor& x) { return clamp(x, -1, 1); }, f64({-2, -1, 0, 1, 2})), {5}, {0, 1, 1, 1, 0});
  expect_values(slopes([](const Tensor& x) { return pow(x, 2); }, f64({-3, 0, 3})), {3}, {-6, 0, 6});
  expect_values(slopes([](const Tensor& x) { return pow(x, 0); }, f64({-3, 0, 3})), {3}, {0, 0, 0});
  expect_values(slopes([](const Tensor& x) { return sum(pow(x, f64({2, 0}))); }, f64({0, 0})), {2}, {0, 0});
  expect_values(slopes(tanh, f64({-500, 500})), {2}, {0, 0});
  expect_values(slopes(softplus, f64({-1000, 1000})), {2}, {0, 1});
}

TEST(Arithmetic, SharesTheSlopeOfATieEvenly) {
  const Tensor a = test::leaf(f64({1, 2, 3})), b = test::leaf(f64({3, 2, 1}));
  sum(maximum(a, b)).backward();
  expect_values(a.grad(), {3}, {0, 0.5, 1});
  expect_values(b.grad(), {3}, {1, 0.5, 0});
  a.zero_grad();
  sum(minimum(a, b)).backward();
  expect_values(a.grad(), {3}, {1, 0.5, 0});
}

TEST(Arithmetic, LetsNaNThroughFromEitherSide) {
  const Tensor a = f64({kNan, 1, kInfinity}), b = f64({1, kNan, -kInfinity});
  expect_values(maximum(a, b), {3}, {kNan, kNan, kInfinity});
  expect_values(minimum(a, b), {3}, {kNan, kNan, -kInfinity});
  expect_values(add(a, b), {3}, {kNan, kNan, kNan});
  expect_values(div(f64({1, -1, 0}), f64({0, 0, 0})), {3}, {kInfinity, -kInfinity, kNan});
}

TEST(Where, TakesTheChosenValueAndKeepsTheOtherOneOut) {
  const Tensor a = test::leaf(f64({1, kNan})), b = test::leaf(f64({kInfinity, 4}));
  const Tensor y = where(f64({1, 0}), a, b);
  expect_values(y, {2}, {1, 4});
  sum(y).backward();
  expect_values(a.grad(), {2}, {1, 0});
  expect_values(b.grad(), {2}, {0, 1});
}

TEST(Operators, AreTheirFunctionsWithTensorsAndNumbersOnEitherSide) {
  const Tensor a = f64({6, 8}), b = f64({2, 4});
  expect_values(a + b, {2}, {8, 12});
  expect_values(a - b, {2}, {4, 4});
  expect_values(a * b, {2}, {12, 32});
  expect_values(a / b, {2}, {3, 2});
  expect_values(-a, {2}, {-6, -8});
  expect_values(a + 1.0, {2}, {7, 9});
  expect_values(a - 1.0, {2}, {5, 7});
  expect_values(a * 2.0, {2}, {12, 16});
  expect_values(a / 2.0, {2}, {3, 4});
  expect_values(1.0 + a, {2}, {7, 9});
  expect_values(1.0 - a, {2}, {-5, -7});
  expect_values(2.0 * a, {2}, {12, 16});
  expect_values(24.0 / a, {2}, {4, 3});
}

// A shape, and one that broadcasts to it: leading axes cut off, others made 1.
Shape arbitrary_shape() {
  const auto sizes = *rc::gen::container<std::vector<std::int64_t>>(*rc::gen::inRange<std::size_t>(0, 6), rc::gen::inRange(0, 5));
  return Shape(sizes.begin(), sizes.end());
}
Shape part_of(const Shape& whole) {
  Shape part(whole.begin() + *rc::gen::inRange(0, whole.rank() + 1), whole.end());
  for (int i = 0; i < part.rank(); ++i) part[i] = *rc::gen::arbitrary<bool>() ? part[i] : 1;
  return part;
}

RC_GTEST_PROP(Broadcasting, OfTwoOperandsIsAPlainLoopForwardAndBackward, ()) {
  const Shape whole = arbitrary_shape(), sa = part_of(whole), sb = part_of(whole);
  const Tensor a = test::leaf(test::uniform(sa, -1, 1, 1)), b = test::leaf(test::uniform(sb, -1, 1, 2)), y = mul(a, b);
  const Shape shape = broadcast("mul", sa, sb);
  RC_ASSERT(y.shape() == shape);
  const Tensor seed = test::uniform(shape, -1, 1, 3);
  y.backward(seed);
  std::vector<double> da(static_cast<std::size_t>(sa.size())), db(static_cast<std::size_t>(sb.size()));
  for (std::int64_t i = 0; i < shape.size(); ++i) {
    const std::int64_t ia = test::broadcast_index(i, shape, sa), ib = test::broadcast_index(i, shape, sb);
    RC_ASSERT(y.at(i) == a.at(ia) * b.at(ib));
    da[static_cast<std::size_t>(ia)] += b.at(ib) * seed.at(i);
    db[static_cast<std::size_t>(ib)] += a.at(ia) * seed.at(i);
  }
  expect_values(a.grad(), sa, da, 1e-13);
  expect_values(b.grad(), sb, db, 1e-13);
}

RC_GTEST_PROP(Broadcasting, OfThreeOperandsIsAPlainLoop, ()) {
  const Shape whole = arbitrary_shape(), sc = part_of(whole), sa = part_of(whole), sb = part_of(whole);
  const Tensor c = sign(relu(test::uniform(sc, -1, 1, 3))), a = test::uniform(sa, -1, 1, 1), b = test::uniform(sb, -1, 1, 2);
  const Tensor y = where(c, a, b);
  for (std::int64_t i = 0; i < y.size(); ++i) {
    const auto at = [&](const Tensor& x) { return x.at(test::broadcast_index(i, y.shape(), x.shape())); };
    RC_ASSERT(y.at(i) == (at(c) != 0 ? at(a) : at(b)));
  }
}

// Rows longer than the blocks that are handed to the loops.
TEST(Arithmetic, AddsUpTheGradientsOfAnOperandThatIsUsedTwiceInEveryBlock) {
  Tensor x = zeros({3000}, DType::float32);
  for (int i = 0; i < 3000; ++i) x.data<float>()[i] = static_cast<float>(i);
  x.set_requires_grad();
  sum(x * x).backward();
  for (int i = 0; i < 3000; ++i) ASSERT_EQ(x.grad().at(i), 2 * i);
}

TEST(Broadcasting, WorksAcrossBlocks) {
  const Tensor a = test::leaf(test::uniform({3, 2500}, -1, 1)), b = test::leaf(f64({{1}, {2}, {3}})), y = a * b;
  for (std::int64_t i = 0; i < y.size(); ++i) ASSERT_EQ(y.at(i), a.at(i) * static_cast<double>(1 + i / 2500)) << i;
  sum(y).backward();
  expect_values(b.grad(), {3, 1}, sum(a, {1}).to_vector(), 1e-12);
}

TEST(Broadcasting, AddsUpAMillionFloatGradientsWithoutDrift) {
  const Tensor x = full({1 << 20, 4}, 0.1), row = test::leaf(zeros({4})), one = test::leaf(zeros({})),
               column = test::leaf(zeros({1 << 20, 1}));
  (row + zeros({1 << 20, 4})).backward(x);
  (one + zeros({1 << 20, 4})).backward(x);
  (column + zeros({1 << 20, 4})).backward(x);
  for (int i = 0; i < 4; ++i) EXPECT_NEAR(row.grad().at(i) / (0.1 * (1 << 20)), 1, 1e-6);
  EXPECT_NEAR(one.grad().item() / (0.4 * (1 << 20)), 1, 1e-6);
  EXPECT_NEAR(column.grad().at(77), 0.4, 1e-6);
}

}  // namespace
}  // namespace descent
