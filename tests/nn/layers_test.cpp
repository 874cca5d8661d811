#include <algorithm>
#include <cmath>

#include "descent/autograd/gradcheck.h"
#include "descent/autograd/ops.h"
#include "descent/nn/activations.h"
#include "descent/nn/layers.h"
#include "golden.h"
#include "testing.h"

namespace descent::nn {
namespace {

std::unique_ptr<Module> make_layer(const std::string& type, const Value& options) {
  return std::unique_ptr<Module>(static_cast<Module*>(Module::kind().make(type, options).release()));
}

TEST(Layers, GiveTheOutputsAndGradientsOfPyTorch) {
  for (const GoldenLayer& golden : kGoldenLayers) {
    SCOPED_TRACE(golden.type);
    const auto layer = make_layer(golden.type, golden.options);
    const bool across_samples = golden.options.find("dim");  // in C++ alone
    if (!across_samples) { ASSERT_EQ(build(*layer, {3}), Shape{3}); }
    Tensor x = grid_x();
    x.set_requires_grad();
    const Tensor output = (*layer)(x);
    expect_close(output.to_vector(), golden.output);
    sum(output * grid_y()).backward();
    expect_close(x.grad().to_vector(), golden.gradient);
  }
}

// A small instance of every layer that has a required option or would hide something at its defaults.
std::unique_ptr<Module> sample_layer(const std::string& type) {
  if (type == "linear") return make<Module>("linear", {{"out", 2}});
  if (type == "sequential") return make<Module>("sequential", {{"layers", {"linear", "tanh"}}});
  if (type == "residual") return make<Module>("residual", {{"layers", {Value::map({{"type", "linear"}, {"out", 3}}), "tanh"}}});
  return make<Module>(type);
}

TEST(Layers, PassTheGradientCheckForInputAndParameters) {
  for (const std::string& type : Module::kind().names()) {
    SCOPED_TRACE(type);
    const auto layer = sample_layer(type);
    build(*layer, {3}, 2);
    Tensor x = (grid_x() + 0.0625).detach();  // at no kink
    std::vector<Tensor> inputs = layer->parameters();
    inputs.push_back(x.set_requires_grad());
    const auto generators = layer->generators();
    const auto forward = [&](const std::vector<Tensor>& in) {
      for (Rng* generator : generators) *generator = Rng(1);  // the same mask every time
      return (*layer)(in.back());
    };
    EXPECT_LT(gradcheck(forward, inputs), 1e-8);
  }
}

TEST(Layers, PassTheGradientCheckInEvaluation) {
  const auto layer = make<Module>("batch_norm1d");
  build(*layer, {3});
  (*layer)(grid_y());
  layer->eval();
  Tensor x = grid_x();
  EXPECT_LT(gradcheck([&](const std::vector<Tensor>& in) { return (*layer)(in[0]); }, {x.set_requires_grad()}), 1e-8);
}

TEST(Gelu, TakesOnlyTheKnownApproximations) {
  EXPECT_NE(error_of([] { make<Module>("gelu", {{"approximate", "tan"}}); }).find("tanh"), std::string::npos);
}

TEST(Flatten, MergesAllAxesButThatOfTheSamples) {
  auto layer = Flatten();
  EXPECT_EQ(layer(zeros({4, 2, 3})).shape(), (Shape{4, 6}));
  EXPECT_EQ(layer(zeros({0, 2, 3})).shape(), (Shape{0, 6}));
  EXPECT_EQ(build(layer, {2, 3}), Shape{6});
}

TEST(Flatten, MergesAxesFromStartToEnd) {
  auto layer = Flatten(1, 2);
  EXPECT_EQ(layer(zeros({4, 2, 3, 5})).shape(), (Shape{4, 6, 5}));
  EXPECT_EQ(build(layer, {2, 3, 5}), (Shape{6, 5}));
}

TEST(Flatten, RefusesAxesThatAreNotThereOrInTheWrongOrder) {
  EXPECT_EQ(error_of([] { Flatten(2, 1)(zeros({4, 2, 3})); }), "flatten: axis 2 comes after axis 1 of (4, 2, 3)");
  EXPECT_EQ(error_of([] { Flatten()(zeros({4})); }), "flatten: axis 1 is out of range for (4,)");
  auto layer = Flatten(0);
  EXPECT_EQ(error_of([&] { build(layer, {2, 3}); }), "flatten: start_dim 0 would merge the samples of (1, 2, 3)");
}

TEST(Dropout, KeepsAShareAndScalesIt) {
  auto layer = Dropout(0.25);
  build(layer, {1000});
  const auto y = layer(ones({100, 1000}, DType::float64)).to_vector();
  const auto dropped = std::count(y.begin(), y.end(), 0);
  EXPECT_NEAR(static_cast<double>(dropped) / 1e5, 0.25, 0.006);
  EXPECT_EQ(std::count(y.begin(), y.end(), 1 / 0.75), 100000 - dropped);
}

TEST(Dropout, IsTheIdentityInEvaluationAndWithoutProbability) {
  auto layer = Dropout(0.9);
  layer.eval();
  EXPECT_EQ(layer(tensor({1, 2, 3, 4})).to_vector(), (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(Dropout(0)(tensor({1, 2, 3, 4})).to_vector(), (std::vector<double>{1, 2, 3, 4}));
}

TEST(Dropout, OfProbabilityOneDropsAll) { EXPECT_EQ(Dropout(1)(tensor({1, 2, 3})).to_vector(), (std::vector<double>{0, 0, 0})); }

TEST(Dropout, PassesGradientsWhereItPassedValues) {
  auto layer = Dropout(0.5);
  Tensor x = ones({50}, DType::float64);
  x.set_requires_grad();
  const Tensor y = layer(x);
  sum(y).backward();
  EXPECT_EQ(x.grad().to_vector(), y.to_vector());
}

TEST(Dropout, LayersOfAModelDrawFromStreamsOfTheirOwnThatFollowTheSeed) {
  const auto masks = [](std::uint64_t seed) {
    auto first = std::make_shared<Dropout>(), second = std::make_shared<Dropout>();
    auto model = Sequential(first, second);
    build(model, {64}, 1, seed);
    return std::pair((*first)(ones({64})).to_vector(), (*second)(ones({64})).to_vector());
  };
  EXPECT_EQ(masks(1), masks(1));
  EXPECT_NE(masks(1), masks(2));
  EXPECT_NE(masks(1).first, masks(1).second);
}

TEST(Dropout, RepeatsItsMasksFromARestoredState) {
  auto model = Sequential(Dropout(0.5), Relu(), Dropout(0.5));
  build(model, {64});
  ASSERT_EQ(model.generators().size(), 2U);
  const auto state = model.generators()[1]->state();
  const auto first = model.generators()[0]->state();
  const auto y = model(ones({3, 64})).to_vector();
  EXPECT_NE(model(ones({3, 64})).to_vector(), y);
  model.generators()[0]->set_state(first);
  model.generators()[1]->set_state(state);
  EXPECT_EQ(model(ones({3, 64})).to_vector(), y);
}

TEST(Dropout, RefusesAProbabilityOutsideZeroToOne) {
  EXPECT_EQ(error_of([] { Dropout(1.5); }), "dropout: p must be in [0, 1], got 1.5");
  EXPECT_NE(error_of([] { make<Module>("dropout", {{"p", -0.1}}); }).find("[0, 1]"), std::string::npos);
}

TEST(LayerNorm, NormalisesOverTheGivenLastAxes) {
  auto layer = LayerNorm({2, 3}, 0, DType::float64);
  EXPECT_EQ(layer.parameters()[0].shape(), (Shape{2, 3}));
  const Tensor y = layer(grid({4, 2, 3}, 7, 13));
  expect_close(mean(y, {1, 2}).to_vector(), {0, 0, 0, 0});
  expect_close(mean(square(y), {1, 2}).to_vector(), {1, 1, 1, 1});
}

TEST(LayerNorm, RefusesOtherShapesThanItWasMadeFor) {
  auto layer = LayerNorm({3});
  EXPECT_EQ(error_of([&] { layer(zeros({4, 1})); }), "layer_norm: (4, 1) does not end in (3,)");
}

TEST(LayerNorm, WithoutAffineHasNoParameters) {
  const auto layer = make<Module>("layer_norm", {{"elementwise_affine", false}});
  build(*layer, {3});
  EXPECT_TRUE(layer->parameters().empty());
  expect_close(mean((*layer)(grid_x()), {1}).to_vector(), {0, 0, 0, 0});
}

TEST(BatchNorm1d, KeepsRunningAveragesAndUsesThemInEvaluation) {
  const auto layer = make<Module>("batch_norm1d", {{"momentum", 0.3}});
  build(*layer, {3});
  (*layer)(grid_x());
  (*layer)(grid_x() + grid_y());
  layer->eval();
  expect_close((*layer)(grid_y()).to_vector(), kRunningOutput);
  expect_close(layer->named_buffers()[0].second.to_vector(), kRunningMean);
  expect_close(layer->named_buffers()[1].second.to_vector(), kRunningVar);
}

TEST(BatchNorm1d, NormalisesEachChannelOverSamplesAndLength) {
  auto layer = BatchNorm1d(3, 0, 0.1, DType::float64);
  const Tensor y = layer(grid({4, 3, 5}, 7, 13));
  expect_close(mean(y, {0, 2}).to_vector(), {0, 0, 0});
  expect_close(mean(square(y), {0, 2}).to_vector(), {1, 1, 1});
}

TEST(BatchNorm1d, WithoutTrackingUsesTheBatchInEvaluationToo) {
  const auto layer = make<Module>("batch_norm1d", {{"track_running_stats", false}, {"affine", false}});
  build(*layer, {3});
  EXPECT_TRUE(layer->named_buffers().empty());
  const auto training = (*layer)(grid_x()).to_vector();
  layer->eval();
  EXPECT_EQ((*layer)(grid_x()).to_vector(), training);
}

TEST(BatchNorm1d, RefusesASingleSampleWhileTraining) {
  auto layer = BatchNorm1d(3);
  EXPECT_EQ(error_of([&] { layer(zeros({1, 3})); }), "batch_norm1d: training needs more than one value per channel, got (1, 3)");
  layer.eval();
  EXPECT_EQ(layer(zeros({1, 3})).shape(), (Shape{1, 3}));
}

TEST(BatchNorm1d, RefusesAnotherNumberOfChannels) {
  auto layer = BatchNorm1d(3);
  EXPECT_EQ(error_of([&] { layer(zeros({4, 1})); }), "batch_norm1d: expected (n, 3) or (n, 3, length), got (4, 1)");
  EXPECT_EQ(error_of([&] { build(layer, {2}); }), "batch_norm1d: expected 3 channels, got samples of shape (2,)");
}

}  // namespace
}  // namespace descent::nn
