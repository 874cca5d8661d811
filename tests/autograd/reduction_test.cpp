#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "tests/autograd/testing.h"
#include "tests/special.h"

namespace descent {
namespace {

using test::kInfinity;
using test::kNan;

using test::expect_values;
using test::f64;

using Values = std::vector<double>;
struct Reducer {
  const char* name;
  Tensor (*f)(const Tensor&, const Axes&, bool);
  double (*reference)(const Values&);
};

double sum_of(const Values& x) {
  double total = 0;
  for (const double v : x) total += v;
  return total;
}
double mean_of(const Values& x) { return sum_of(x) / static_cast<double>(x.size()); }
double squares_around_mean(const Values& x) {
  double total = 0;
  for (const double v : x) total += (v - mean_of(x)) * (v - mean_of(x));
  return total;
}
double log_sum_exp(const Values& x) {
  double total = 0;
  for (const double v : x) total += std::exp(v);
  return std::log(total);
}

const Reducer kReducers[] = {
    {"sum", sum, sum_of},
    {"mean", mean, mean_of},
    {"var", [](const Tensor& x, const Axes& axes, bool keepdim) { return var(x, axes, keepdim); },
     [](const Values& x) { return squares_around_mean(x) / static_cast<double>(x.size() - 1); }},
    {"biased var", [](const Tensor& x, const Axes& axes, bool keepdim) { return var(x, axes, keepdim, false); },
     [](const Values& x) { return squares_around_mean(x) / static_cast<double>(x.size()); }},
    {"max", max, [](const Values& x) { return *std::max_element(x.begin(), x.end()); }},
    {"min", min, [](const Values& x) { return *std::min_element(x.begin(), x.end()); }},
    {"logsumexp", logsumexp, log_sum_exp},
};

// The elements that go into each result, by the result's position with kept axes.
std::map<std::int64_t, Values> groups(const Tensor& x, const Shape& kept) {
  std::map<std::int64_t, Values> result;
  for (std::int64_t i = 0; i < x.size(); ++i) result[test::broadcast_index(i, x.shape(), kept)].push_back(x.at(i));
  return result;
}

RC_GTEST_PROP(Reductions, ArePlainLoopsOverAnyAxes, ()) {
  const auto sizes = *rc::gen::container<std::vector<std::int64_t>>(*rc::gen::inRange<std::size_t>(1, 5), rc::gen::inRange(1, 5));
  const Shape shape(sizes.begin(), sizes.end());
  Axes axes;
  Shape kept = shape, dropped;
  for (int i = 0; i < shape.rank(); ++i) {
    if (*rc::gen::arbitrary<bool>()) {
      axes.push_back(*rc::gen::arbitrary<bool>() ? i : i - shape.rank());
      kept[i] = 1;
    } else {
      dropped.push_back(shape[i]);
    }
  }
  if (axes.empty()) std::fill(&kept[0], &kept[0] + kept.rank(), 1), dropped = {};
  if (*rc::gen::arbitrary<bool>()) std::reverse(axes.begin(), axes.end());
  const Tensor x = test::uniform(shape, -2, 2);
  for (const Reducer& reducer : kReducers) {
    SCOPED_TRACE(reducer.name);
    Values expected;
    for (const auto& [at, values] : groups(x, kept)) expected.push_back(reducer.reference(values));
    expect_values(reducer.f(x, axes, true), kept, expected, 1e-13);
    expect_values(reducer.f(x, axes, false), dropped, expected, 1e-13);
  }
}

TEST(Reductions, OfAScalarAreTheScalar) {
  for (const Reducer& reducer : kReducers) {
    if (reducer.f != kReducers[2].f)
      expect_values(reducer.f(f64(3), {}, false), {}, {std::string(reducer.name) == "biased var" ? 0.0 : 3.0});
  }
}

TEST(Reductions, OfNothing) {
  expect_values(sum(zeros({0, 2}), {0}), {2}, {0, 0});
  expect_values(sum(zeros({0, 2}), {1}), {0}, {});
  expect_values(mean(zeros({0})), {}, {kNan});
  expect_values(max(zeros({0, 2}), {1}), {0}, {});
}

TEST(Reductions, LetNaNAndInfinityThrough) {
  const Tensor x = f64({{1, kNan, 2}, {kInfinity, 1, 2}, {-kInfinity, 1, 2}, {-kInfinity, -kInfinity, -kInfinity}});
  expect_values(sum(x, {1}), {4}, {kNan, kInfinity, -kInfinity, -kInfinity});
  expect_values(max(x, {1}), {4}, {kNan, kInfinity, 2, -kInfinity});
  expect_values(min(x, {1}), {4}, {kNan, 1, -kInfinity, -kInfinity});
  expect_values(max(f64({kNan, 3, kNan})), {}, {kNan});
  expect_values(logsumexp(x, {1}), {4}, {kNan, kInfinity, 2 + std::log1p(std::exp(-1.0)), -kInfinity}, 1e-15);
}

TEST(Reductions, ShareTheGradientOfTiedMaximaEvenly) {
  const Tensor x = test::leaf(f64({{1, 3, 3}, {2, 2, 2}}));
  sum(max(x, {1}) * f64({1, 3})).backward();
  expect_values(x.grad(), {2, 3}, {0, 0.5, 0.5, 1, 1, 1});
}

TEST(Logsumexp, NeitherOverflowsNorUnderflows) {
  const Tensor x = test::leaf(tensor({{10000, 10000}, {-10000, -10000}, {0, -10000}}));
  const Tensor y = logsumexp(x, {1});
  expect_values(y, {3}, {10000 + std::log(2.0), -10000 + std::log(2.0), 0}, 1e-6);
  sum(y).backward();
  expect_values(x.grad(), {3, 2}, {0.5, 0.5, 0.5, 0.5, 1, 0}, 1e-6);
}

// Relative errors of long float32 sums of 0.1; a plain loop is off by 9 %.
TEST(Sum, OfTenMillionFloatsDoesNotDrift) {
  const double exact = static_cast<double>(0.1F);
  EXPECT_NEAR(sum(full({10'000'000}, 0.1)).item() / (exact * 1e7), 1, 1e-5);
  EXPECT_NEAR(mean(full({10'000'000}, 0.1)).item() / exact, 1, 1e-5);
}

TEST(Sum, OverTheFirstOfManyRowsDoesNotDrift) {
  const double exact = static_cast<double>(0.1F);
  const Tensor rows = sum(full({1'000'000, 4}, 0.1), {0}), both = sum(full({200'000, 3, 2}, 0.1), {0, 2});
  for (int i = 0; i < 4; ++i) EXPECT_NEAR(rows.at(i) / (exact * 1e6), 1, 1e-6);
  for (int i = 0; i < 3; ++i) EXPECT_NEAR(both.at(i) / (exact * 4e5), 1, 1e-6);
}

TEST(Sum, OverManyRowsLetsInfinityAndNaNThrough) {
  Tensor x = zeros({5000, 3});
  x.data<float>()[3 * 100] = std::numeric_limits<float>::infinity();
  x.data<float>()[3 * 200 + 1] = std::numeric_limits<float>::quiet_NaN();
  x.data<float>()[3 * 300 + 2] = -std::numeric_limits<float>::infinity();
  expect_values(sum(x, {0}), {3}, {kInfinity, kNan, -kInfinity});
}

TEST(Sum, GivesTheGradientToEveryElement) {
  const Tensor x = test::leaf(zeros({2, 3}));
  sum(x, {0}).backward(tensor({1, 2, 3}));
  sum(x, {1}, true).backward(tensor({{10}, {20}}));
  expect_values(x.grad(), {2, 3}, {11, 12, 13, 21, 22, 23});
}

}  // namespace
}  // namespace descent
