#include <cmath>

#include "descent/autograd/ops.h"
#include "descent/objective/function.h"

// The customary test functions of optimization: Molga, Smutnicki 2005; Moré, Garbow, Hillstrom 1981; Jamil, Yang 2013.
namespace descent {
namespace {

constexpr double kPi = 3.14159265358979323846, kE = 2.71828182845904523536;

Tensor rosenbrock(const Tensor& x) {
  const Tensor a = slice(x, 0, 0, -1), b = slice(x, 0, 1, x.size());
  return sum(square(1.0 - a) + 100.0 * square(b - square(a)));
}

Tensor ackley(const Tensor& x) { return -20.0 * exp(-0.2 * sqrt(mean(square(x)))) - exp(mean(cos(2 * kPi * x))) + (20 + kE); }

Tensor griewank(const Tensor& x) {
  const Tensor waves = cos(x / sqrt(arange(x.size(), x.dtype()) + 1.0));
  Tensor product = slice(waves, 0, 0, 1);
  for (std::int64_t i = 1; i < x.size(); ++i) product = product * slice(waves, 0, i, i + 1);
  return sum(square(x)) / 4000.0 + 1.0 - product;
}

const RegisterFunction scalable[] = {
    {{"sphere", "sum x_i^2", {3, -2}, 0, {{0}}, 1, [](const Tensor& x) { return sum(square(x)); }}},
    {{"rosenbrock", "sum (1 - x_i)^2 + 100 (x_(i+1) - x_i^2)^2", {-1.2, 1}, 0, {{1}}, 2, rosenbrock}},
    {{"rastrigin",
      "sum x_i^2 - 10 cos(2 pi x_i) + 10",
      {-2, 3.5},
      0,
      {{0}},
      1,
      [](const Tensor& x) { return sum(square(x) - 10.0 * cos(2 * kPi * x) + 10.0); }}},
    {{"ackley",
      "-20 exp(-0.2 sqrt(mean x_i^2)) - exp(mean cos(2 pi x_i)) + 20 + e, not differentiable at its minimum",
      {2, 2},
      0,
      {{0}},
      1,
      ackley}},
    {{"styblinski_tang",
      "sum (x_i^4 - 16 x_i^2 + 5 x_i) / 2",
      {0, 0},
      -39.16616570377142,
      {{-2.903534027771177}},
      1,
      [](const Tensor& x) { return sum(pow(x, 4.0) - 16.0 * square(x) + 5.0 * x) * 0.5; }}},
    {{"griewank", "1 + sum x_i^2 / 4000 - prod cos(x_i / sqrt(i))", {10, 8}, 0, {{0}}, 1, griewank, {}, 10'000}},
};

const RegisterFunction planar[] = {
    {{"quadratic", "a*x^2 + b*y^2", {1, 1}, 0, {{0, 0}}, 0, nullptr, {{"a", 1}, {"b", 10}}}},
    {{"booth", "(x + 2*y - 7)^2 + (2*x + y - 5)^2", {-9, -9}, 0, {{1, 3}}}},
    {{"matyas", "0.26*(x^2 + y^2) - 0.48*x*y", {-3, 3}, 0, {{0, 0}}}},
    {{"beale", "(1.5 - x + x*y)^2 + (2.25 - x + x*y^2)^2 + (2.625 - x + x*y^3)^2", {1, 1}, 0, {{3, 0.5}}}},
    {{"himmelblau",
      "(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
      {0, 0},
      0,
      {{3, 2},
       {-2.805118086952745, 3.131312518250573},
       {-3.779310253377747, -3.283185991286170},
       {3.584428340330492, -1.848126526964404}}}},
    {{"three_hump_camel", "2*x^2 - 1.05*x^4 + x^6/6 + x*y + y^2", {1, 1}, 0, {{0, 0}}}},
    {{"six_hump_camel",
      "(4 - 2.1*x^2 + x^4/3)*x^2 + x*y + (4*y^2 - 4)*y^2",
      {1, 1},
      -1.031628453489877,
      {{0.08984201310031806, -0.7126564030207396}, {-0.08984201310031806, 0.7126564030207396}}}},
    {{"goldstein_price",
      "(1 + (x + y + 1)^2 * (19 - 14*x + 3*x^2 - 14*y + 6*x*y + 3*y^2))"
      " * (30 + (2*x - 3*y)^2 * (18 - 32*x + 12*x^2 + 48*y - 36*x*y + 27*y^2))",
      {0.2, -0.5},
      3,
      {{0, -1}}}},
    {{"mccormick",
      "sin(x + y) + (x - y)^2 - 1.5*x + 2.5*y + 1",
      {-1, 2},
      -std::sqrt(3.0) / 2 - kPi / 3,
      {{0.5 - kPi / 3, -0.5 - kPi / 3}}}},
    {{"easom", "-cos(x) * cos(y) * exp(-(x - pi)^2 - (y - pi)^2)", {2.9, 2.9}, -1, {{kPi, kPi}}}},
    {{"levy13", "sin(3*pi*x)^2 + (x - 1)^2 * (1 + sin(3*pi*y)^2) + (y - 1)^2 * (1 + sin(2*pi*y)^2)", {0.5, 1.5}, 0, {{1, 1}}}},
    {{"branin",
      "(y - 5.1/(4*pi^2)*x^2 + 5/pi*x - 6)^2 + 10*(1 - 1/(8*pi))*cos(x) + 10",
      {2.5, 12.5},
      10 / (8 * kPi),
      {{-kPi, 12.275}, {kPi, 2.275}, {3 * kPi, 2.475}}}},
    {{"saddle", "x^2 - y^2", {0.01, 0.01}}},
    {{"monkey_saddle",
      "x^3 - 3*x*y^2 + 0.1*(x^4 + y^4)",
      {0.01, 0.01},
      -527.34375,
      {{7.5, 10.606601717798213}, {7.5, -10.606601717798213}}}},
};

const RegisterFunction four_dimensional[] = {
    {{"wood",
      "100*(x2 - x1^2)^2 + (1 - x1)^2 + 90*(x4 - x3^2)^2 + (1 - x3)^2"
      " + 10.1*((x2 - 1)^2 + (x4 - 1)^2) + 19.8*(x2 - 1)*(x4 - 1)",
      {-3, -1, -3, -1},
      0,
      {{1, 1, 1, 1}}}},
    {{"powell_singular", "(x1 + 10*x2)^2 + 5*(x3 - x4)^2 + (x2 - 2*x3)^4 + 10*(x1 - x4)^4", {3, -1, 0, 1}, 0, {{0, 0, 0, 0}}}},
};

}  // namespace
}  // namespace descent
