#include "descent/objective/program.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

#include "descent/autograd/node.h"

namespace descent {
namespace {

const std::vector<std::string> kNames = {"x", "y", "z"};
constexpr double kX = 1.25, kY = -0.75, kZ = 3;

double evaluate(const std::string& text, DType dtype = DType::float64) {
  Program program(text, kNames);
  program.prepare(dtype);
  const Tensor parameters[] = {scalar(kX, dtype), scalar(kY, dtype), scalar(kZ, dtype)};
  return program(parameters).item();
}

TEST(Program, BindsAsPythonDoes) {
  const std::pair<const char*, double> table[] = {
      {"x - y - z", (kX - kY) - kZ},
      {"x - (y - z)", kX - (kY - kZ)},
      {"x / y / z", (kX / kY) / kZ},
      {"x / y * z", (kX / kY) * kZ},
      {"x + y * z", kX + kY * kZ},
      {"(x + y) * z", (kX + kY) * kZ},
      {"x--y", kX + kY},
      {"x---y", kX - kY},
      {"x*-y", kX * -kY},
      {"-x*y", -kX * kY},
      {"-x - y", -kX - kY},
      {"-x + y", -kX + kY},
      {"-x^2", -(kX * kX)},
      {"(-x)^2", kX * kX},
      {"-2^2", -4},
      {"2^-1", 0.5},
      {"2^-1*3", 1.5},
      {"2^-x^2", std::pow(2, -kX * kX)},
      {"2^3^2", 512},
      {"(2^3)^2", 64},
      {"z^2^3", 6561},
      {"2*z^2", 18},
      {"-z^-2", -1.0 / 9},
      {"2^z*2", 16},
      {"1 - 2 - 3 * 2 ^ 2 / 4", -4},
  };
  for (const auto& [text, value] : table) EXPECT_NEAR(evaluate(text), value, 1e-15 * std::fabs(value)) << text;
}

TEST(Program, ReadsDecimalNumbersAndTheTwoConstants) {
  EXPECT_EQ(evaluate("1e-3"), 1e-3);
  EXPECT_EQ(evaluate("2.5E+2"), 250);
  EXPECT_EQ(evaluate("1e3-1"), 999);
  EXPECT_EQ(evaluate("0.1"), 0.1);
  EXPECT_EQ(evaluate("pi"), 3.14159265358979323846);
  EXPECT_EQ(evaluate("e"), 2.71828182845904523536);
  EXPECT_EQ(evaluate("e-3"), 2.71828182845904523536 - 3);
}

TEST(Program, KnowsTheFunctions) {
  const std::pair<const char*, double> table[] = {
      {"exp(x)", std::exp(kX)},
      {"log(x)", std::log(kX)},
      {"sqrt(x)", std::sqrt(kX)},
      {"abs(y)", 0.75},
      {"sin(x)", std::sin(kX)},
      {"cos(x)", std::cos(kX)},
      {"tan(x)", std::tan(kX)},
      {"tanh(y)", std::tanh(kY)},
      {"sigmoid(y)", 1 / (1 + std::exp(-kY))},
      {"softplus(y)", std::log(1 + std::exp(kY))},
      {"relu(y)", 0},
      {"relu(x)", kX},
      {"min(x, y)", kY},
      {"max(x, y)", kX},
      {"pow(z, y)", std::pow(kZ, kY)},
      {"pow(y, 3)", kY * kY * kY},
      {"max ( min(x, z) , y * 2 )", kX},
      {"exp(-(x + y)^2)", std::exp(-0.25)},
  };
  for (const auto& [text, value] : table) EXPECT_NEAR(evaluate(text), value, 4e-16 * std::max(1.0, std::fabs(value))) << text;
}

TEST(Program, TakesAnySpaceBetweenTokens) { EXPECT_EQ(evaluate(" x\n +\t2 *( y\r\n) "), kX + 2 * kY); }

TEST(Program, SquaresExactly) {
  Program program("x^2", {"x"});
  program.prepare(DType::float64);
  for (double x = -10; x < 10; x += 0.01) {
    const Tensor parameter = scalar(x, DType::float64);
    ASSERT_EQ(program(&parameter).item(), x * x) << x;
  }
}

TEST(Program, KeepsAConstantExponentOutOfTheGraph) {
  Program program("x^(1 + 1)", {"x"});
  program.prepare(DType::float64);
  const Tensor x = scalar(3, DType::float64).set_requires_grad();
  EXPECT_EQ(program(&x).node()->input_count, 1U);
}

TEST(Program, ComputesConstantPartsInDoublePrecision) {
  EXPECT_EQ(evaluate("x * (1/3 + 2^-30 - 1/3)", DType::float32),
            static_cast<double>(1.25F * static_cast<float>(1.0 / 3 + 0x1p-30 - 1.0 / 3)));
}

TEST(Program, DifferentiatesThroughEveryUseOfAParameter) {
  Program program("x^2*y + x*exp(y) - x", kNames);
  program.prepare(DType::float64);
  std::vector<Tensor> parameters = {scalar(kX, DType::float64), scalar(kY, DType::float64), scalar(kZ, DType::float64)};
  for (Tensor& p : parameters) p.set_requires_grad();
  program(parameters.data()).backward();
  EXPECT_NEAR(parameters[0].grad().item(), 2 * kX * kY + std::exp(kY) - 1, 1e-15);
  EXPECT_NEAR(parameters[1].grad().item(), kX * kX + kX * std::exp(kY), 1e-15);
}

TEST(Program, KnowsWhichParametersItUses) {
  const Program program("x + 0*z", kNames);
  EXPECT_TRUE(program.uses(0));
  EXPECT_FALSE(program.uses(1));
  EXPECT_TRUE(program.uses(2));
}

TEST(Program, CanBeEvaluatedAgainAfterAnError) {
  Program program("x + y", kNames);
  const Tensor wrong[] = {scalar(1, DType::float64), scalar(1, DType::float32)}, right[] = {scalar(1), scalar(2)};
  EXPECT_THROW(program(wrong), Error);
  EXPECT_EQ(program(right).item(), 3);
}

std::string repeat(const std::string& text, std::size_t n) {
  std::string result;
  for (std::size_t i = 0; i < n; ++i) result += text;
  return result;
}

std::string error_of(const std::string& text) {
  try {
    Program(text, kNames);
  } catch (const SyntaxError& error) { return std::to_string(error.offset) + ": " + error.message; }
  return "";
}

TEST(Program, TakesNestingUpToItsLimitAndNoDeeper) {
  EXPECT_EQ(evaluate(repeat("(", 199) + "x" + repeat(")", 199)), kX);
  EXPECT_EQ(error_of(repeat("(", 200) + "x" + repeat(")", 200)), "200: nested deeper than 200");
  EXPECT_EQ(error_of(repeat("(", 16000)), "200: nested deeper than 200");
  EXPECT_EQ(error_of(repeat("-", 16000) + "x"), "200: nested deeper than 200");
  EXPECT_EQ(error_of(repeat("x^", 8000) + "x"), "400: nested deeper than 200");
  EXPECT_EQ(error_of(repeat("exp(", 4000)), "800: nested deeper than 200");
}

TEST(Program, TakesLongSumsButNoTextBeyondItsLimit) {
  EXPECT_EQ(evaluate(repeat("z+", 8000) + "z"), 8001 * kZ);
  EXPECT_EQ(error_of(repeat("x", 16385)), "0: longer than 16384 bytes");
}

// A random tree: its value by plain recursion, how far rounding may have taken that from the exact one, and its text with parentheses only
// where the grammar needs them.
struct Tree {
  double value, error;
  std::string text;
  int precedence;  // 5: an atom
};

std::string inside(const Tree& tree, int precedence) { return tree.precedence < precedence ? "(" + tree.text + ")" : tree.text; }

constexpr double kUnknown = std::numeric_limits<double>::infinity();
constexpr double kRounding = 0x1p-53, kFunctionRounding = 4 * kRounding;  // of arithmetic; of sin and pow, 2 units in the last place

Tree sum(const Tree& a, const Tree& b, double value, std::string text) {
  return {value, a.error + b.error + kRounding * std::fabs(value), std::move(text), 1};
}

Tree product(const Tree& a, const Tree& b) {
  const double value = a.value * b.value;
  const double error = std::fabs(a.value) * b.error + std::fabs(b.value) * a.error + a.error * b.error;
  return {value, error + kRounding * std::fabs(value), inside(a, 2) + "*" + inside(b, 3), 2};
}

Tree quotient(const Tree& a, const Tree& b) {
  const double value = a.value / b.value, least = std::fabs(b.value) - b.error;
  const double error = least > 0 ? (a.error + std::fabs(value) * b.error) / least + kRounding * std::fabs(value) : kUnknown;
  return {value, error, inside(a, 2) + " /" + inside(b, 3), 2};
}

// |a|^b = exp(b·log|a|).
Tree power(const Tree& a, const Tree& b) {
  const double base = std::fabs(a.value), value = std::pow(base, b.value);
  const double of_log = a.error < base ? -std::log1p(-a.error / base) : kUnknown;
  const double of_exponent = (std::fabs(b.value) + b.error) * of_log + std::fabs(std::log(base)) * b.error;
  const double error = value * (std::expm1(of_exponent) + kFunctionRounding);
  return {value, error, "abs(" + a.text + ")^" + inside(b, 3), 4};
}

// NaN if either is, which std::max forgets.
Tree maximum(const Tree& a, const Tree& b) {
  const double value = std::isnan(a.value) || std::isnan(b.value) ? a.value + b.value : std::max(a.value, b.value);
  return {value, std::max(a.error, b.error), "max(" + a.text + "," + b.text + ")", 5};
}

Tree random_tree(const std::vector<int>& genes, std::size_t& at, int depth) {
  const int gene = at < genes.size() ? genes[at++] : 0;
  if (depth == 0 || gene % 3 == 0) {
    const Tree atoms[] = {{kX, 0, "x", 5}, {kY, 0, "y", 5}, {kZ, 0, "z", 5}, {0.5, 0, "0.5", 5}, {2, 0, "2e0", 5}};
    return atoms[gene / 3 % 5];
  }
  const Tree a = random_tree(genes, at, depth - 1);
  switch (gene / 3 % 9) {
    case 0:
      return {-a.value, a.error, "-" + inside(a, 3), 3};
    case 1:
      return {std::fabs(a.value), a.error, "abs(" + a.text + ")", 5};
    case 2:
      return {std::sin(a.value), a.error + kFunctionRounding, "sin( " + a.text + " )", 5};
    default:
      break;
  }
  const Tree b = random_tree(genes, at, depth - 1);
  switch (gene / 3 % 9) {
    case 3:
      return sum(a, b, a.value + b.value, inside(a, 1) + "+" + inside(b, 2));
    case 4:
      return sum(a, b, a.value - b.value, inside(a, 1) + " - " + inside(b, 2));
    case 5:
      return product(a, b);
    case 6:
      return quotient(a, b);
    case 7:
      return maximum(a, b);
    default:
      return power(a, b);
  }
}

// Both values may be off, in opposite directions. The factor 2 covers products of errors.
RC_GTEST_PROP(Program, AgreesWithARecursiveEvaluatorOnRandomExpressions, ()) {
  const auto genes = *rc::gen::container<std::vector<int>>(24, rc::gen::inRange(0, 135));
  std::size_t at = 0;
  const Tree tree = random_tree(genes, at, 4);
  RC_PRE(std::isfinite(tree.value) && tree.error <= 1e-3 * std::max(1.0, std::fabs(tree.value)));
  RC_LOG() << tree.text;
  RC_ASSERT(std::fabs(evaluate(tree.text) - tree.value) <= 2 * tree.error);
}

TEST(Program, TakesNoNumberForNotANumber) {
  for (const char* text : {"max(x, (x - x) / (x - x))", "max((x - x) / (x - x), x)", "min(x, (x - x) / (x - x))"}) {
    EXPECT_TRUE(std::isnan(evaluate(text))) << text;
  }
}

RC_GTEST_PROP(Program, RefusesOrTakesAnyTextWithoutHarm, ()) {
  const auto tokens = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "x", "y", "1", "2.", "(", ")", ",", "-", "+", "*", "/", "^", "max", "exp", " ", "\xCF\x89", "\xFF", "e", "1e"));
  std::string text;
  for (const std::string& token : tokens) text += token;
  const std::string error = error_of(text);
  if (error.empty()) evaluate(text);
}

}  // namespace
}  // namespace descent
