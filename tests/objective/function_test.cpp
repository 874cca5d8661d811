#include "descent/objective/function.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <xtensor-blas/xlinalg.hpp>

#include "descent/core/error.h"

namespace descent {
namespace {

using Point = std::vector<double>;

// The published figures: value at the standard start, least value, and the Hessian's eigenvalues at each minimiser, to the digits given.
struct Row {
  const char* name;
  double at_start, minimum;
  std::vector<Point> minimisers, eigenvalues;
};

const Row kTable[] = {
    {"quadratic", 11, 0, {{0, 0}}, {{2, 20}}},
    {"sphere", 13, 0, {{0, 0}}, {{2, 2}}},
    {"booth", 2180, 0, {{1, 3}}, {{2, 18}}},
    {"matyas", 9, 0, {{0, 0}}, {{0.04, 1}}},
    {"rosenbrock", 24.2, 0, {{1, 1}}, {{0.3994, 1001.6}}},
    {"beale", 14.203125, 0, {{3, 0.5}}, {{0.3015, 48.98}}},
    {"himmelblau",
     170,
     0,
     {{3, 2}, {-2.805118086952745, 3.131312518250573}, {-3.779310253377747, -3.28318599128617}, {3.584428340330492, -1.848126526964404}},
     {{25.72, 82.28}, {64.84, 80.55}, {70.71, 133.79}, {28.69, 105.42}}},
    {"rastrigin", 36.25, 0, {{0, 0}}, {{396.8, 396.8}}},
    {"styblinski_tang", 0, -78.33233140754284, {{-2.903534027771177, -2.903534027771177}}, {{34.58, 34.58}}},
    {"three_hump_camel", 3.1166666666666667, 0, {{0, 0}}, {{1.586, 4.414}}},
    {"six_hump_camel",
     3.2333333333333334,
     -1.031628453489877,
     {{0.0898420131, -0.712656403}, {-0.0898420131, 0.712656403}},
     {{7.682, 16.49}, {7.682, 16.49}}},
    {"goldstein_price", 304.161, 3, {{0, -1}}, {{402.8, 965.2}}},
    {"mccormick", 17.3415, -1.913222954981037, {{-0.5471975511965976, -1.5471975511965976}}, {{1.732, 4}}},
    {"easom", -0.83889, -1, {{3.141592653589793, 3.141592653589793}}, {{3, 3}}},
    {"levy13", 1.75, 0, {{1, 1}}, {{2, 179.7}}},
    {"branin",
     95.84,
     0.397887357729738,
     {{-3.141592653589793, 12.275}, {3.141592653589793, 2.275}, {9.42477796076938, 2.475}},
     {{0.8615, 22.29}, {1.732, 11.086}, {1.695, 11.33}}},
    {"griewank", 1.7208, 0, {{0, 0}}, {{0.5005, 1.0005}}},
    {"wood", 19192, 0, {{1, 1, 1, 1}}, {{0.7196, 32.15, 905.6, 1005.9}}},
    {"powell_singular", 215, 0, {{0, 0, 0, 0}}, {{0, 0, 20, 202}}},
    {"monkey_saddle", -1.998e-6, -527.34375, {{7.5, 10.606601717798213}, {7.5, -10.606601717798213}}, {{36.62, 165.88}, {36.62, 165.88}}},
};

std::unique_ptr<Objective> function(const std::string& name, OptionList options = {}) { return make<Objective>(name, options); }

Tensor vector(const Point& x) { return tensor(Shape{static_cast<std::int64_t>(x.size())}, x, DType::float64).set_requires_grad(); }

double value_at(const Objective& f, const Point& x) { return f.value({vector(x)}).item(); }

Point gradient_at(const Objective& f, const Point& x) {
  const Tensor at = vector(x);
  f.value({at}).backward();
  return at.grad().to_vector();
}

// By central differences of the gradient.
Point hessian_eigenvalues_at(const Objective& f, const Point& x) {
  const double h = 1e-5;
  xt::xtensor<double, 2> hessian = xt::xtensor<double, 2>::from_shape({x.size(), x.size()});
  for (std::size_t i = 0; i < x.size(); ++i) {
    Point low = x, high = x;
    low[i] -= h;
    high[i] += h;
    const Point before = gradient_at(f, low), behind = gradient_at(f, high);
    for (std::size_t j = 0; j < x.size(); ++j) hessian(i, j) = (behind[j] - before[j]) / (2 * h);
  }
  xt::xtensor<double, 1> values = xt::linalg::eigvalsh(hessian);
  Point sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

TEST(Functions, StartWhereTheLiteratureDoes) {
  for (const Row& row : kTable) {
    const auto f = function(row.name);
    const Tensor x = f->prepare(DType::float64)[0].second;
    EXPECT_NEAR(f->value({x}).item(), row.at_start, 6e-5 * std::fabs(row.at_start)) << row.name;
  }
}

TEST(Functions, HaveTheirLeastValueWithZeroGradientAtEveryMinimiser) {
  for (const Row& row : kTable) {
    const auto f = function(row.name);
    f->prepare(DType::float64);
    EXPECT_NEAR(f->minimum().value(), row.minimum, 2e-15 * std::fabs(row.minimum)) << row.name;
    ASSERT_EQ(f->minimisers().size(), row.minimisers.size()) << row.name;
    for (std::size_t i = 0; i < row.minimisers.size(); ++i) {
      const Point x = f->minimisers()[i];
      for (std::size_t k = 0; k < x.size(); ++k) EXPECT_NEAR(x[k], row.minimisers[i][k], 1e-10) << row.name;
      EXPECT_NEAR(value_at(*f, x), row.minimum, 1e-13 * std::max(1.0, std::fabs(row.minimum))) << row.name;
      for (double slope : gradient_at(*f, x)) EXPECT_NEAR(slope, 0, 1e-12) << row.name;
    }
  }
}

TEST(Functions, HaveThePublishedCurvatureAtEveryMinimiser) {
  for (const Row& row : kTable) {
    const auto f = function(row.name);
    f->prepare(DType::float64);
    for (std::size_t i = 0; i < row.minimisers.size(); ++i) {
      const Point found = hessian_eigenvalues_at(*f, row.minimisers[i]);
      ASSERT_EQ(found.size(), row.eigenvalues[i].size()) << row.name;
      for (std::size_t k = 0; k < found.size(); ++k) {
        EXPECT_NEAR(found[k], row.eigenvalues[i][k], 4e-4 * row.eigenvalues[i][k] + 1e-6) << row.name;
      }
    }
  }
}

TEST(Functions, AreAllInTheTableButThoseWithTestsOfTheirOwn) {
  std::vector<std::string> expected = {"ackley", "expression", "quadratic_deep", "reddi", "saddle", "sparse_lad"};
  for (const Row& row : kTable) expected.emplace_back(row.name);
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(Objective::kind().names(), expected);
}

TEST(Functions, TellTheirFormulaAndNameTheirParameterX) {
  const auto f = function("booth");
  EXPECT_EQ(f->formula(), "(x + 2*y - 7)^2 + (2*x + y - 5)^2");
  EXPECT_EQ(f->prepare(DType::float32)[0].first, "x");
  EXPECT_EQ(Objective::kind().find("booth")->meaning, f->formula());
}

TEST(Functions, TakeAStart) {
  const auto f = function("booth", {{"start", {1, 2.5}}});
  EXPECT_EQ(f->prepare(DType::float64)[0].second.to_vector(), (Point{1, 2.5}));
}

TEST(Functions, GrowToAnyDimensionWhereThatMakesSense) {
  const auto f = function("rosenbrock", {{"dimension", 5}});
  EXPECT_EQ(f->prepare(DType::float64)[0].second.to_vector(), (Point{-1.2, 1, -1.2, 1, -1.2}));
  EXPECT_EQ(f->minimisers(), (std::vector<Point>{{1, 1, 1, 1, 1}}));
  const Point x = {0.5, -1, 2, 1.5, 0};
  double expected = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) expected += std::pow(1 - x[i], 2) + 100 * std::pow(x[i + 1] - x[i] * x[i], 2);
  EXPECT_NEAR(value_at(*f, x), expected, 1e-12 * expected);
}

TEST(Functions, AddUpTheMinimaOfTheirDimensions) {
  const auto f = function("styblinski_tang", {{"start", {1, 2, 3}}});
  f->prepare(DType::float64);
  EXPECT_NEAR(f->minimum().value(), 3 * -39.16616570377142, 1e-13);
  EXPECT_NEAR(value_at(*f, f->minimisers()[0]), f->minimum().value(), 1e-12);
}

TEST(Functions, MultiplyTheWavesOfEveryDimensionInGriewank) {
  const auto f = function("griewank", {{"start", {1, 2, 3}}});
  f->prepare(DType::float64);
  const double expected = 1 + 14.0 / 4000 - std::cos(1.0) * std::cos(2 / std::sqrt(2.0)) * std::cos(3 / std::sqrt(3.0));
  EXPECT_NEAR(value_at(*f, {1, 2, 3}), expected, 1e-15);
}

TEST(Functions, RefuseAStartOfAnotherDimension) {
  const auto message = [](const std::string& name, OptionList options) {
    try {
      function(name, options);
    } catch (const Error& error) { return std::string(error.what()); }
    return std::string();
  };
  EXPECT_EQ(message("booth", {{"start", {1, 2, 3}}}), "objective.start: expected 2 numbers, got 3");
  EXPECT_EQ(message("wood", {{"start", {1}}}), "objective.start: expected 4 numbers, got 1");
  EXPECT_EQ(message("reddi", {{"start", {0, 0}}}), "objective.start: expected 1 number, got 2");
  EXPECT_EQ(message("rosenbrock", {{"start", {1}}}), "objective.start: expected at least 2 numbers, got 1");
  EXPECT_EQ(message("quadratic_deep", {{"dimension", 501}}).substr(0, 20), "objective.dimension:");
  EXPECT_EQ(message("sphere", {{"start", {1, 2, 3}}, {"dimension", 2}}), "objective.start: expected at most 2 numbers, got 3");
  EXPECT_EQ(message("sphere", {{"start", Value(Point{})}}), "objective.start: expected at least 1 number, got 0");
}

TEST(Quadratic, TakesItsFactors) {
  const auto f = function("quadratic", {{"a", 0.5}, {"b", 3}});
  f->prepare(DType::float64);
  EXPECT_EQ(value_at(*f, {2, -1}), 0.5 * 4 + 3);
}

TEST(Ackley, IsZeroAtItsMinimumButHasNoGradientThere) {
  const auto f = function("ackley");
  const Tensor start = f->prepare(DType::float64)[0].second;
  EXPECT_NEAR(f->value({start}).item(), 6.593599079287213, 1e-14);
  EXPECT_NEAR(value_at(*f, f->minimisers()[0]), 0, 1e-15);
  EXPECT_TRUE(std::isnan(gradient_at(*f, {0, 0})[0]));
  EXPECT_NEAR(gradient_at(*f, {1e-9, 0})[0], 4 / std::sqrt(2.0), 1e-6);
}

TEST(Saddle, HasNoMinimumAndLeadsAway) {
  const auto f = function("saddle");
  f->prepare(DType::float64);
  EXPECT_EQ(f->minimum(), std::nullopt);
  EXPECT_TRUE(f->minimisers().empty());
  EXPECT_EQ(gradient_at(*f, {0.01, 0.01}), (Point{0.02, -0.02}));
}

TEST(QuadraticDeep, HasTheSpectrumOfADeepNetwork) {
  const auto f = function("quadratic_deep");
  const Tensor start = f->prepare(DType::float64)[0].second;
  EXPECT_EQ(start.to_vector(), Point(100, 1.0));
  const Point eigenvalues = hessian_eigenvalues_at(*f, Point(100, 0.0));
  EXPECT_GT(eigenvalues[0], -1e-8);
  EXPECT_LT(eigenvalues[89], 1);
  EXPECT_GT(eigenvalues[90], 30);
  EXPECT_LT(eigenvalues[99], 60);
  EXPECT_EQ(value_at(*f, Point(100, 0.0)), f->minimum());
  EXPECT_EQ(f->minimisers(), (std::vector<Point>{Point(100, 0.0)}));
}

TEST(QuadraticDeep, DependsOnItsInstanceButNotOnTheSeedOfTheRun) {
  const auto at_ones = [](int instance, std::uint64_t seed) {
    const auto f = function("quadratic_deep", {{"dimension", 20}, {"instance", instance}});
    return f->value({f->prepare(DType::float64, seed)[0].second}).item();
  };
  EXPECT_EQ(at_ones(0, 1), at_ones(0, 2));
  EXPECT_NE(at_ones(0, 1), at_ones(1, 1));
}

TEST(Noise, TiltsEveryStepAnewAndAveragesOut) {
  const auto f = function("booth", {{"noise", 0.5}});
  const Tensor x = f->prepare(DType::float64, 7)[0].second;
  const int steps = 4000;
  double sum = 0, squares = 0;
  for (int step = 1; step <= steps; ++step) {
    const double tilt = (f->sample({x}, step).item() - f->value({x}).item()) / std::sqrt(2 * 81.0);  // |x| of (-9, -9)
    sum += tilt;
    squares += tilt * tilt;
  }
  EXPECT_NEAR(sum / steps, 0, 4 * 0.5 / std::sqrt(steps));
  EXPECT_NEAR(squares / steps, 0.25, 0.03);
}

TEST(Noise, IsTheSameForTheSameSeedAndStepOnly) {
  const auto sample = [](std::uint64_t seed, int step) {
    const auto f = function("booth", {{"noise", 1}});
    return f->sample({f->prepare(DType::float64, seed)[0].second}, step).item();
  };
  EXPECT_EQ(sample(1, 3), sample(1, 3));
  EXPECT_NE(sample(1, 3), sample(1, 4));
  EXPECT_NE(sample(1, 3), sample(2, 3));
}

TEST(Reddi, IsSteepTheOtherWayEvery101Steps) {
  const auto f = function("reddi", {{"start", {0.5}}});
  const Tensor x = f->prepare(DType::float64)[0].second;
  double mean = 0;
  for (int step = 1; step <= 101; ++step) mean += f->sample({x}, step).item() / 101;
  EXPECT_EQ(f->sample({x}, 1).item(), 505);
  EXPECT_EQ(f->sample({x}, 2).item(), -5);
  EXPECT_EQ(f->sample({x}, 101).item(), -5);
  EXPECT_EQ(f->sample({x}, 102).item(), 505);
  EXPECT_NEAR(f->value({x}).item(), mean, 1e-12);
  EXPECT_EQ(value_at(*f, f->minimisers()[0]), f->minimum());
}

TEST(Reddi, StaysBetweenMinusOneAndOne) {
  const auto f = function("reddi");
  f->prepare(DType::float64);
  for (const auto& [from, to] : {std::pair(-3.0, -1.0), std::pair(0.25, 0.25), std::pair(1.5, 1.0)}) {
    const Tensor x = tensor({from}, DType::float64);
    f->project({x});
    EXPECT_EQ(x.item(), to);
  }
  EXPECT_THROW(function("reddi", {{"start", {1.5}}}), Error);
}

TEST(RegisterFunction, NamesTheCoordinatesOfMoreThanTwoDimensions) {
  Function f({"three", "x1 + 10*x2 + 100*x3", {1, 2, 3}});
  const Tensor x = f.prepare(DType::float64, 0)[0].second;
  EXPECT_EQ(f.value({x}).item(), 321);
}

}  // namespace
}  // namespace descent
