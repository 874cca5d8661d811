#include "descent/autograd/ops.h"
#include "descent/nn/activations.h"
#include "descent/nn/layers.h"
#include "testing.h"

namespace descent::nn {
namespace {

TEST(Sequential, AppliesItsModulesInOrder) {
  auto negate_then_clip = Sequential(Function<neg>(), Relu());
  EXPECT_EQ(negate_then_clip(tensor({-2, 3})).to_vector(), (std::vector<double>{2, 0}));
}

TEST(Sequential, WithoutModulesIsTheIdentity) { EXPECT_EQ(Sequential()(tensor({1, 2})).to_vector(), (std::vector<double>{1, 2})); }

TEST(Sequential, IsMadeFromAListOfLayers) {
  const auto model = make<Module>("sequential", {{"layers", {Value::map({{"type", "linear"}, {"out", 4}}), "tanh", "linear"}}});
  EXPECT_EQ(build(*model, {3}, 2), Shape{2});
  EXPECT_EQ(names_of(model->named_parameters()), (std::vector<std::string>{"0.weight", "0.bias", "2.weight", "2.bias"}));
  EXPECT_EQ((*model)(zeros({5, 3}, DType::float64)).shape(), (Shape{5, 2}));
}

TEST(Sequential, OfBuiltModulesMayBeBuiltAgainAndKeepsThem) {
  auto model = Sequential(Linear(2, 3, true, DType::float64), BatchNorm1d(3, 1e-5, 0.1, DType::float64));
  const auto before = model.parameters();
  EXPECT_EQ(build(model, {2}), Shape{3});
  EXPECT_EQ(model.parameters()[0].node(), before[0].node());
}

TEST(Residual, AddsItsInput) {
  auto model = Residual(Function<square>(), Function<neg>());
  EXPECT_EQ(model(tensor({3, -2})).to_vector(), (std::vector<double>{3 - 9, -2 - 4}));
}

TEST(Residual, RefusesLayersThatChangeTheShape) {
  Residual model(Linear(LinearOptions{3, true, {}}));
  EXPECT_EQ(error_of([&] { build(model, {2}); }), "residual: the layers turn samples of shape (2,) into (3,)");
  auto broadcasting = Residual(Linear(2, 1));
  EXPECT_EQ(error_of([&] { broadcasting(zeros({4, 2})); }), "residual: the layers turn (4, 2) into (4, 1)");
}

TEST(Residual, IsMadeFromAListOfLayers) {
  const auto model = make<Module>("residual", {{"layers", {"relu"}}});
  build(*model, {2});
  EXPECT_EQ((*model)(tensor({-1, 2})).to_vector(), (std::vector<double>{-1, 4}));
}

TEST(FlatSequential, TakesSamplesOfAnyShapeAsVectors) {
  FlatSequential model{Linear()};
  EXPECT_EQ(build(model, {2, 3}, 5), Shape{5});
  EXPECT_EQ(model(zeros({4, 2, 3}, DType::float64)).shape(), (Shape{4, 5}));
  EXPECT_EQ(model(zeros({4, 6}, DType::float64)).shape(), (Shape{4, 5}));
}

TEST(Sequential, HoldsAnotherThatIsAdded) {
  Sequential outer;
  outer.add(Sequential{Linear(2, 1)});
  EXPECT_EQ(names_of(outer.named_parameters()), (std::vector<std::string>{"0.0.weight", "0.0.bias"}));
}

}  // namespace
}  // namespace descent::nn
