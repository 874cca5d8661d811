#include "descent/experiment/landscape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/experiment/experiment_test.h"

namespace descent::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Lt;
using testing::SizeIs;

class LandscapeTest : public ExperimentTest {
 protected:
  Landscape::Path path_of(const std::string& text) const { return Landscape::path_of(load(text), 0); }
  Json json_of(const std::string& text) const { return Landscape::json_of(load(text), {path_of(text)}); }
};

const char* const kBowl =
    "objective: {type: expression, expression: \"w^2 + 10*b^2\", start: {w: 4, b: 1}}\noptimizer: {type: sgd, lr: 0.05}\ntrain: {steps: "
    "3}\n";

TEST_F(LandscapeTest, HasEveryPointOfAShortPath) {
  const Landscape::Path path = path_of(kBowl);
  EXPECT_THAT(path.steps, ElementsAre(0, 1, 2, 3));
  ASSERT_THAT(path.points, SizeIs(4));
  EXPECT_THAT(path.points[0], ElementsAre(4, 1));
  EXPECT_DOUBLE_EQ(path.points[1][0], 3.6);
  EXPECT_DOUBLE_EQ(path.points[1][1], 0);
}

TEST_F(LandscapeTest, HasTheFunctionOnAGridAroundThePathAndTheMinimum) {
  const Json json = json_of(kBowl);
  EXPECT_THAT(json["names"], ElementsAre("w", "b"));
  const Json& grid = json["grid"];
  ASSERT_THAT(grid["f"], SizeIs(grid["y"].size()));
  for (std::size_t row = 0; row < grid["y"].size(); ++row) {
    ASSERT_THAT(grid["f"][row], SizeIs(grid["x"].size()));
    for (std::size_t column = 0; column < grid["x"].size(); ++column) {
      const double w = grid["x"][column], b = grid["y"][row];
      EXPECT_DOUBLE_EQ(grid["f"][row][column].get<double>(), w * w + 10 * b * b);
    }
  }
  EXPECT_LT(grid["x"].front().get<double>(), 0);  // whose minimum is searched, since the file does not tell it
  EXPECT_GT(grid["x"].back().get<double>(), 4);
}

TEST_F(LandscapeTest, IsALineForAFunctionOfOneNumber) {
  const Json grid = json_of(kParabola)["grid"];
  EXPECT_FALSE(grid.contains("y"));
  ASSERT_THAT(grid["f"], SizeIs(grid["x"].size()));
  const double x = grid["x"][7];
  EXPECT_DOUBLE_EQ(grid["f"][7].get<double>(), x * x);
}

TEST_F(LandscapeTest, LeavesAPathThatFliesOffWhereItWas) {
  const std::string text =
      "objective: {type: sphere}\noptimizer: {type: sgd, lr: 3}\ntrain: {steps: 40}\n";  // the factor of each step is −5
  const Landscape::Path path = path_of(text);
  EXPECT_THAT(path.points.size(), testing::AllOf(testing::Gt(3), Lt(15)));
  for (const auto& point : path.points) EXPECT_LT(std::abs(point[0]), 1e6);
  EXPECT_LT(Landscape::json_of(load(text), {path})["grid"]["x"].back().get<double>(), 100);
}

TEST_F(LandscapeTest, IsEmptyForMoreThanTwoNumbersAndForModels) {
  EXPECT_THAT(path_of("objective: {type: wood}\noptimizer: sgd\ntrain: {steps: 1}\n").points, IsEmpty());
  const std::string model = "data: xor\nmodel: logistic_regression\nloss: bce_with_logits\noptimizer: sgd\ntrain: {epochs: 1}\n";
  EXPECT_THAT(path_of(model).points, IsEmpty());
  EXPECT_TRUE(json_of(model).is_null());
}

}  // namespace
}  // namespace descent::test
