#include "descent/nn/module.h"

#include "descent/autograd/ops.h"
#include "descent/nn/activations.h"
#include "descent/nn/layers.h"
#include "testing.h"

namespace descent::nn {
namespace {

using Names = std::vector<std::string>;

TEST(Module, NamesParametersAsPyTorchDoesInSequentialOrder) {
  const auto model = Sequential(Linear(2, 3), Tanh(), Linear(3, 1));
  EXPECT_EQ(names_of(model.named_parameters()), (Names{"0.weight", "0.bias", "2.weight", "2.bias"}));
}

TEST(Module, NamesNestedModulesByTheirPath) {
  const auto model = Sequential(Sequential(Linear(2, 2), BatchNorm1d(2)), Residual(Linear(2, 2, false)));
  EXPECT_EQ(names_of(model.named_parameters()), (Names{"0.0.weight", "0.0.bias", "0.1.weight", "0.1.bias", "1.0.weight"}));
  EXPECT_EQ(names_of(model.named_buffers()), (Names{"0.1.running_mean", "0.1.running_var"}));
}

TEST(Module, CountsTheNumbersInItsParametersButNotInItsBuffers) {
  EXPECT_EQ(Sequential(Linear(3, 4), BatchNorm1d(4), Linear(4, 2, false)).parameter_count(), 3 * 4 + 4 + 4 + 4 + 4 * 2);
}

TEST(Module, ParametersRequireGradientsAndBuffersDoNot) {
  const auto norm = BatchNorm1d(2);
  for (const Tensor& parameter : norm.parameters()) EXPECT_TRUE(parameter.requires_grad());
  for (const auto& entry : norm.named_buffers()) EXPECT_FALSE(entry.second.requires_grad());
}

TEST(Module, TrainAndEvalReachModulesInside) {
  auto inner = std::make_shared<Dropout>(0.5);
  auto model = Sequential(Sequential(inner));
  EXPECT_TRUE(inner->training());
  model.eval();
  EXPECT_FALSE(inner->training());
  model.train();
  EXPECT_TRUE(inner->training());
}

TEST(Module, ZeroGradReachesModulesInside) {
  auto model = Sequential(Linear(2, 2), Sequential(Linear(2, 1)));
  sum(model(ones({1, 2}))).backward();
  for (const Tensor& parameter : model.parameters()) ASSERT_TRUE(parameter.grad().defined());
  model.zero_grad();
  for (const Tensor& parameter : model.parameters()) EXPECT_FALSE(parameter.grad().defined());
}

TEST(Module, CopiesShareParameters) {
  auto linear = Linear(1, 1);
  const auto model = Sequential(linear);
  linear.weight().data<float>()[0] = 42;
  EXPECT_EQ(model.parameters()[0].item(), 42);
}

// y = A·x + exp(A·x), with one layer used twice.
class Twice : public Module {
 public:
  Tensor forward(const Tensor& x) override { return (*inner_)(x) + exp((*inner_)(x)) + offset_; }

 private:
  Tensor offset_ = register_parameter("offset", ones({1}));
  std::shared_ptr<Linear> inner_ = register_module("inner", Linear(2, 1, false));
};

TEST(Module, OfAUserListsItsOwnParametersBeforeThoseInside) {
  EXPECT_EQ(names_of(Twice().named_parameters()), (Names{"offset", "inner.weight"}));
}

TEST(Module, OfAUserWorksInsideASequential) {
  auto model = Sequential(Twice(), Linear(1, 1));
  EXPECT_EQ(model(zeros({5, 2})).shape(), (Shape{5, 1}));
  EXPECT_EQ(names_of(model.named_parameters()).front(), "0.offset");
}

Tensor cube(const Tensor& x) { return pow(x, 3.0); }
const Register<Module, Function<cube>> cube_layer("test_cube", "x^3");

TEST(Function, MakesAnOwnOperationALayerByName) {
  const auto layer = make<Module>("test_cube");
  EXPECT_EQ(build(*layer, {7}), Shape{7});
  EXPECT_EQ((*layer)(tensor({2, -1})).to_vector(), (std::vector<double>{8, -1}));
}

TEST(ManualSeed, MakesTheNextModulesTheSame) {
  manual_seed(5);
  const auto first = Linear(3, 3).weight().to_vector();
  const auto second = Linear(3, 3).weight().to_vector();
  manual_seed(5);
  EXPECT_EQ(Linear(3, 3).weight().to_vector(), first);
  EXPECT_NE(second, first);
}

TEST(ManualSeed, GivesTheParametersOfAnExperimentWithThatSeed) {
  manual_seed(9);
  const auto direct = Sequential{Linear(2, 3, true, DType::float64), Tanh(), Linear(3, 1, true, DType::float64)};
  Sequential built(Linear(LinearOptions{3, true, {}}), Tanh(), Linear());
  build(built, {2}, 1, 9);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(built.parameters()[i].to_vector(), direct.parameters()[i].to_vector());
}

}  // namespace
}  // namespace descent::nn
