#include "descent/experiment/step_table.h"

#include <gtest/gtest.h>

#include "descent/autograd/ops.h"

namespace descent {
namespace {

TEST(StepTable, ShowsValueGradientRateUpdateLossAndState) {
  const Tensor w = tensor({4}, DType::float64).set_requires_grad();
  const auto optimizer = optim::make("adagrad", {{"w", w}}, {{"lr", 1}, {"eps", 0}});
  StepTable table(*optimizer);
  sum(square(w)).backward();
  table.before_update();
  optimizer->step();
  EXPECT_EQ(table.header(), "  step       name          value       gradient         lr_eff         update           loss  state");
  EXPECT_EQ(table.lines(1, 9), "     1          w              3              8          0.125              1              9  sum=64");
}

TEST(StepTable, HasALineForEachOfTheFirstFourNumbers) {
  const Tensor a = zeros({2}, DType::float64).set_requires_grad(), b = zeros({3}, DType::float64).set_requires_grad();
  const auto optimizer = optim::make("sgd", {{"a", a}, {"b", b}});
  StepTable table(*optimizer);
  table.before_update();
  std::istringstream lines(table.lines(7, 0.5));
  std::vector<std::string> names;
  for (std::string line; std::getline(lines, line);) names.push_back(line.substr(7, 10));
  EXPECT_EQ(names, (std::vector<std::string>{"      a[0]", "      a[1]", "      b[0]", "      b[1]"}));
}

TEST(StepTable, ShowsNoEffectiveRateWithoutAGradient) {
  const Tensor w = tensor({4}, DType::float64).set_requires_grad();
  const auto optimizer = optim::make("sgd", {{"w", w}});
  StepTable table(*optimizer);
  table.before_update();
  EXPECT_EQ(table.lines(1, 9), "     1          w              4              0              0              0              9 ");
}

}  // namespace
}  // namespace descent
