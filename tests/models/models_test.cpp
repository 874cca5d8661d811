#include <gtest/gtest.h>

#include "descent/autograd/ops.h"
#include "descent/nn/layers.h"

namespace descent::nn {
namespace {

using Names = std::vector<std::string>;

struct Built {
  std::unique_ptr<Model> model;
  Shape output;
  Names names() const {
    Names names;
    for (const auto& entry : model->named_parameters()) names.push_back(entry.first);
    return names;
  }
};

Built built(const char* type, OptionList options, const Shape& input, std::int64_t outputs, std::uint64_t seed = 0) {
  Rng rng(seed, Stream::init);
  Build with{DType::float64, rng, outputs, seed};
  Built result{make<Model>(type, options), {}};
  result.output = result.model->build(input, with);
  return result;
}

TEST(LinearRegression, IsOneLinearLayerUnderPyTorchsSequentialNames) {
  const auto [model, output] = built("linear_regression", {}, {3}, 2);
  EXPECT_EQ(output, Shape{2});
  EXPECT_EQ(model->parameter_count(), 8);
  EXPECT_EQ(built("linear_regression", {}, {3}, 2).names(), (Names{"0.weight", "0.bias"}));
}

TEST(LinearRegression, StartsFromZeroWhenAsked) {
  const auto [model, output] = built("linear_regression", {{"init", "zeros"}}, {1}, 1);
  for (const Tensor& parameter : model->parameters()) EXPECT_EQ(parameter.item(), 0);
}

TEST(LinearRegression, GoesThroughTheOriginWithoutBias) {
  EXPECT_EQ(built("linear_regression", {{"bias", false}}, {3}, 1).names(), (Names{"0.weight"}));
}

TEST(LogisticRegression, HasOneLogitWhateverTheNumberOfClasses) { EXPECT_EQ(built("logistic_regression", {}, {3}, 2).output, Shape{1}); }

TEST(SoftmaxRegression, ScoresEveryClassOfAnImage) {
  const auto [model, output] = built("softmax_regression", {}, {28, 28}, 10);
  EXPECT_EQ(output, Shape{10});
  EXPECT_EQ(model->parameters()[0].shape(), (Shape{10, 784}));
  EXPECT_EQ((*model)(zeros({5, 28, 28}, DType::float64)).shape(), (Shape{5, 10}));
}

TEST(Mlp, PutsActivationsBetweenItsLinearLayers) {
  const Built mlp = built("mlp", {{"hidden", {4, 5}}}, {3}, 2);
  EXPECT_EQ(mlp.names(), (Names{"0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias"}));
  EXPECT_EQ(mlp.output, Shape{2});
  EXPECT_EQ(mlp.model->parameters()[2].shape(), (Shape{5, 4}));
}

TEST(Mlp, WithoutHiddenLayersIsLinear) {
  EXPECT_EQ(built("mlp", {{"hidden", Value(std::vector<std::int64_t>{})}}, {3}, 2).names(), (Names{"0.weight", "0.bias"}));
}

TEST(Mlp, ComputesWhatTheSameSequentialComputes) {
  const auto mlp =
      built("mlp", {{"hidden", {4}}, {"activation", Value::map({{"type", "leaky_relu"}, {"negative_slope", 0.5}})}}, {2}, 1).model;
  const auto p = mlp->parameters();
  const Tensor x = tensor({{1, -2}, {0.5, 3}}, DType::float64);
  const Tensor expected = linear(leaky_relu(linear(x, p[0], p[1]), 0.5), p[2], p[3]);
  EXPECT_EQ((*mlp)(x).to_vector(), expected.to_vector());
}

TEST(Mlp, DropoutFollowsEachActivationAndCountsInTheNames) {
  const Built mlp = built("mlp", {{"hidden", {4, 4}}, {"dropout", 0.5}}, {3}, 1);
  EXPECT_EQ(mlp.names(), (Names{"0.weight", "0.bias", "3.weight", "3.bias", "6.weight", "6.bias"}));
  EXPECT_EQ(mlp.model->generators().size(), 2U);
}

TEST(Mlp, TakesAnOwnOutputSizeAndInit) {
  const Built mlp = built("mlp", {{"hidden", {2}}, {"out", 3}, {"init", Value::map({{"type", "constant"}, {"value", 2}})}}, {1}, 7);
  EXPECT_EQ(mlp.output, Shape{3});
  EXPECT_EQ((*mlp.model)(tensor({{1}}, DType::float64)).to_vector(), (std::vector<double>{8, 8, 8}));
}

TEST(Mlp, StartsFromTheSameBitsForTheSameSeedOnly) {
  const auto first = [](std::uint64_t seed) { return built("mlp", {{"hidden", {4}}}, {3}, 1, seed).model->parameters()[0].to_vector(); };
  EXPECT_EQ(first(1), first(1));
  EXPECT_NE(first(1), first(2));
}

TEST(SequentialModel, IsAModelOfListedLayers) {
  const Built model =
      built("sequential", {{"layers", {"flatten", Value::map({{"type", "linear"}, {"out", 4}}), "tanh", "linear"}}}, {2, 3}, 2);
  EXPECT_EQ(model.names(), (Names{"1.weight", "1.bias", "3.weight", "3.bias"}));
  EXPECT_EQ(model.output, Shape{2});
}

}  // namespace
}  // namespace descent::nn
