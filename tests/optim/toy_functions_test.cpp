#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "descent/core/rng.h"
#include "descent/objective/objective.h"
#include "descent/optim/optimizer.h"
#include "tests/optim/golden.h"

// Every optimizer on every toy function, by a rate and a number of steps of its own for all of them. The rate falls linearly to zero, so
// that rules with steps of a fixed length arrive too.
namespace descent {
namespace {

using test::Numbers;

struct Toy {
  const char* name;
  double curvature;  // of the steep parts on the way; what a rate of gradient descent is divided by
  double bound;      // of f − f*, or where the function has several minima, of f − its least value on a sphere around the end
  bool has_local_minima = false;
};
const std::vector<Toy> kToys{
    {"ackley", 10, 1e-2, true},
    {"beale", 300, 1e-2},
    {"booth", 20, 1e-2},
    {"branin", 100, 1e-2},
    {"easom", 3, 1e-2},
    {"goldstein_price", 1e5, 1e-1, true},
    {"griewank", 1, 1e-2, true},
    {"himmelblau", 200, 1e-2},
    {"levy13", 300, 1e-2, true},
    {"matyas", 1, 1e-2},
    {"mccormick", 5, 1e-2},
    {"monkey_saddle", 60, 1e-1},
    {"powell_singular", 1000, 1e-2},
    {"quadratic", 20, 1e-2},
    {"quadratic_deep", 60, 1e-2},
    {"rastrigin", 400, 1e-2, true},
    {"rosenbrock", 1000, 1e-2},
    {"six_hump_camel", 50, 1e-2, true},
    {"sparse_lad", 10, 1e-1},  // of which each step sees one of 200 terms; from 1.2
    {"sphere", 2, 1e-2},
    {"styblinski_tang", 50, 1e-2, true},
    {"three_hump_camel", 10, 1e-2, true},
    {"wood", 1e4, 7.9},  // from 19192 to its saddle of 7.877, where most come to rest
};

// How the rate goes: to zero; the same from 1/curvature, for steps that are proportional to the gradient; not at all, where w itself is.
enum class Rate { falling, over_curvature, constant };

struct Row {
  const char* optimizer;
  double rate;
  int steps;
  Rate kind = Rate::falling;
  std::vector<std::string> fails = {};
};
const std::vector<Row> kRows{
    {"adabelief", 0.3, 3000},
    {"adadelta", 3, 10000},
    {"adafactor", 0.1, 3000},
    {"adagrad", 1, 10000},
    {"adagrad_da", 0.3, 10000, Rate::constant, {"easom"}},  // begins at 0, where easom is flat
    {"adagrad_full", 1, 3000},
    {"adagrad_norm", 1, 10000},
    {"adagrad_proximal", 1, 10000},
    {"adam", 0.3, 3000},
    {"adamax", 1, 3000},
    {"adamw", 0.3, 3000},
    {"amsgrad", 0.3, 3000},
    {"asgd", 1, 10000, Rate::over_curvature},
    {"ftrl", 0.3, 10000, Rate::constant, {"easom"}},  // as adagrad_da
    {"lamb", 0.03, 3000},
    {"lars", 10, 3000},
    {"lbfgs", 1, 100, Rate::falling, {"sparse_lad"}},  // solves the one term that it sees
    {"lion", 0.03, 3000},
    {"momentum", 0.3, 3000, Rate::over_curvature},
    {"muon", 0.3, 3000},
    {"nadam", 0.3, 3000},
    {"nesterov", 0.3, 3000, Rate::over_curvature},
    {"polyak", 1, 3000},
    {"radam", 0.003, 30000, Rate::falling, {"goldstein_price", "wood"}},  // its first steps are not divided by the gradient, thousands here
    {"rmsprop", 0.03, 3000},
    {"rprop", 0.01, 3000, Rate::falling, {"sparse_lad"}},  // compares the signs of gradients of different terms
    {"schedule_free_adamw", 0.3, 3000},
    {"schedule_free_sgd", 3, 10000, Rate::over_curvature},
    {"sgd", 1, 10000, Rate::over_curvature},
    {"shampoo", 1, 3000},
    {"signsgd", 0.003, 10000},
    {"signum", 0.003, 10000},
    {"sm3", 0.7, 10000},
    {"yogi", 0.1, 3000},
};

struct Descent {
  std::unique_ptr<Objective> objective;
  std::unique_ptr<optim::Optimizer> optimizer;
  std::vector<std::pair<std::string, Tensor>> named;
  std::vector<Tensor> parameters;

  Descent(const std::string& type, double rate, const std::string& function, const Value& options = Value::map())
      : objective(static_cast<Objective*>(Objective::kind().make(function, options).release())),
        optimizer(make<optim::Optimizer>(type, {{"lr", rate}, {"weight_decay", 0}})),
        named(objective->prepare(DType::float64)) {
    for (const auto& [name, value] : named) parameters.push_back(value);
    optimizer->add_parameters(named);
    optimizer->set_minimum(objective->minimum().value_or(-1));
  }
  void descend(int steps, bool is_falling = true) {
    for (int t = 1; t <= steps; ++t) {
      if (is_falling) optimizer->set_rate([&](double lr) { return lr * (1 - (t - 1.0) / steps); });
      optimizer->step([&] {
        optimizer->zero_grad();
        const Tensor loss = objective->sample(parameters, t);
        loss.backward();
        return loss.item();
      });
      objective->project(parameters);
    }
    optimizer->eval();
  }
  double value() const {
    const NoGrad off;
    return objective->value(parameters).item();
  }
  // The least value on a sphere around the parameters.
  double least_around() const {
    constexpr double kRadius = 0.05;
    const Tensor& w = parameters[0];
    const Numbers centre = w.to_vector();
    Rng rng(1);
    double least = value();
    for (int i = 0; i < 64; ++i) {
      Numbers direction(centre.size());
      double square = 0;
      for (double& x : direction) x = rng.normal(), square += x * x;
      for (std::size_t j = 0; j < centre.size(); ++j) w.data<double>()[j] = centre[j] + kRadius * direction[j] / std::sqrt(square);
      least = std::min(least, value());
    }
    std::copy(centre.begin(), centre.end(), w.data<double>());
    return least;
  }
};

double excess(const Row& row, const Toy& toy) {
  const double rate = row.kind == Rate::over_curvature ? row.rate / toy.curvature : row.rate;
  Descent run(row.optimizer, rate, toy.name, std::string(toy.name) == "quadratic_deep" ? Value::map({{"dimension", 10}}) : Value::map());
  run.descend(row.steps, row.kind != Rate::constant);
  return run.value() - (toy.has_local_minima ? run.least_around() : *run.objective->minimum());
}

class EveryRow : public testing::TestWithParam<Row> {};

TEST_P(EveryRow, ArrivesOnEveryToyFunctionButThoseThatItFails) {
  const Row& row = GetParam();
  for (const Toy& toy : kToys) {
    const bool arrives = excess(row, toy) <= toy.bound;  // not a NaN
    const bool fails = std::find(row.fails.begin(), row.fails.end(), toy.name) != row.fails.end();
    EXPECT_EQ(arrives, !fails) << toy.name << ": " << excess(row, toy);
  }
}

TEST_P(EveryRow, LeavesASaddle) {
  const Row& row = GetParam();
  Descent run(row.optimizer, row.kind == Rate::over_curvature ? row.rate / 2 : row.rate, "saddle");
  run.descend(10, row.kind != Rate::constant);
  EXPECT_LT(run.value(), 0);
}

INSTANTIATE_TEST_SUITE_P(All, EveryRow, testing::ValuesIn(kRows), [](const auto& each) { return std::string(each.param.optimizer); });

TEST(ToyFunctions, HaveARowForEveryOptimizer) {
  std::vector<std::string> rows{"boaster"};  // of properties_test.cpp
  for (const Row& row : kRows) rows.push_back(row.optimizer);
  std::sort(rows.begin(), rows.end());
  EXPECT_EQ(rows, optim::Optimizer::kind().names());
}

TEST(ToyFunctions, AreAllThatThereAre) {
  std::vector<std::string> toys{"expression", "reddi", "saddle"};  // any function; the two with tests of their own
  for (const Toy& toy : kToys) toys.push_back(toy.name);
  std::sort(toys.begin(), toys.end());
  EXPECT_EQ(toys, Objective::kind().names());
}

// From 0, with the minimum at -1, at a rate that does not fall.
double end_on_reddi(const std::string& optimizer, double rate) {
  Descent run(optimizer, rate, "reddi");
  run.descend(101 * 200, false);
  return run.parameters[0].item();
}

TEST(Reddi, MisleadsAdamAndRmspropAtEveryRate) {
  for (const double rate : {1e-4, 1e-3, 1e-2, 1e-1}) {
    EXPECT_GT(end_on_reddi("adam", rate), 0) << rate;
    EXPECT_GT(end_on_reddi("rmsprop", rate), 0) << rate;
  }
}

TEST(Reddi, DoesNotMisleadAdagradAmsgradAndDescent) {
  EXPECT_LT(end_on_reddi("adagrad", 0.1), 0);
  EXPECT_LT(end_on_reddi("adagrad_full", 0.1), 0);
  EXPECT_LT(end_on_reddi("adagrad_norm", 0.1), 0);
  EXPECT_LT(end_on_reddi("amsgrad", 0.01), 0);
  EXPECT_LT(end_on_reddi("sgd", 1e-4), 0);
}

}  // namespace
}  // namespace descent
