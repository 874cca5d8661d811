#include <algorithm>
#include <cmath>

#include "descent/autograd/ops.h"
#include "descent/nn/layers.h"
#include "testing.h"

namespace descent::nn {
namespace {

void assign(const Tensor& to, const std::vector<double>& values) {
  std::size_t i = 0;
  fill(to, [&] { return values[i++]; });
}

TEST(Linear, MultipliesByTheTransposedWeightAndAddsTheBias) {
  auto linear = Linear(2, 3);
  assign(linear.weight(), {1, 2, 3, 4, 5, 6});
  assign(linear.bias(), {10, 20, 30});
  EXPECT_EQ(linear(tensor({{1, 1}, {2, -1}})).to_vector(), (std::vector<double>{13, 27, 41, 10, 22, 34}));
}

TEST(Linear, WithoutBiasHasOnlyAWeight) {
  auto linear = Linear(2, 1, false);
  assign(linear.weight(), {2, -1});
  EXPECT_FALSE(linear.bias().defined());
  EXPECT_EQ(names_of(linear.named_parameters()), (std::vector<std::string>{"weight"}));
  EXPECT_EQ(linear(tensor({{3, 4}})).item(), 2);
}

TEST(Linear, StartsUniformlyWithinOneOverTheRootOfItsInputs) {
  Rng rng(1);
  const auto linear = Linear(100, 400, true, DType::float64, rng);
  for (const Tensor& parameter : linear.parameters()) {
    const auto values = parameter.to_vector();
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    EXPECT_GE(*low, -0.1);
    EXPECT_LT(*low, -0.098);
    EXPECT_LE(*high, 0.1);
    EXPECT_GT(*high, 0.098);
    EXPECT_NEAR(var(parameter).item(), 0.01 / 3, 4e-4);
  }
}

TEST(Linear, DrawsFromTheGivenGeneratorOnly) {
  Rng first(3), second(3);
  const auto a = Linear(4, 4, true, DType::float32, first);
  default_generator().bits();
  EXPECT_EQ(Linear(4, 4, true, DType::float32, second).weight().to_vector(), a.weight().to_vector());
}

TEST(Linear, BuildTakesInputSizeDtypeAndMissingOutputSizeFromTheRun) {
  const auto layer = make<Module>("linear");
  EXPECT_EQ(build(*layer, {7}, 3), Shape{3});
  EXPECT_EQ(layer->parameters()[0].shape(), (Shape{3, 7}));
  EXPECT_EQ(layer->parameters()[0].dtype(), DType::float64);
}

TEST(Linear, BuildActsOnTheLastAxisOfSamples) {
  const auto layer = make<Module>("linear", {{"out", 2}});
  EXPECT_EQ(build(*layer, {5, 7}), (Shape{5, 2}));
}

TEST(Linear, InitAppliesToTheWeightAndLeavesTheBiasZero) {
  const auto layer = make<Module>("linear", {{"out", 2}, {"init", "ones"}});
  build(*layer, {2});
  EXPECT_EQ(layer->parameters()[0].to_vector(), (std::vector<double>{1, 1, 1, 1}));
  EXPECT_EQ(layer->parameters()[1].to_vector(), (std::vector<double>{0, 0}));
}

TEST(Linear, RefusesSamplesOfAnotherSizeThanItWasMadeFor) {
  auto linear = Linear(2, 1, true, DType::float64);
  EXPECT_EQ(error_of([&] { build(linear, {3}); }), "linear: expected 2 features, got samples of shape (3,)");
  EXPECT_EQ(error_of([&] { build(linear, {}); }), "linear: expected samples of at least one axis, got numbers");
}

TEST(Linear, RefusesSizesBelowOne) {
  EXPECT_EQ(error_of([] { Linear(0, 3); }), "linear: sizes must be at least 1, got 0 and 3");
}

}  // namespace
}  // namespace descent::nn
