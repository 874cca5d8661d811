#include "descent/nn/init.h"

#include <cmath>

#include "descent/autograd/ops.h"
#include "testing.h"

namespace descent::nn {
namespace {

Tensor initial(const std::string& type, OptionList options, const Shape& shape = {200, 300}, std::uint64_t seed = 1) {
  const Tensor tensor = zeros(shape, DType::float64);
  Rng rng(seed, Stream::init);
  (*make<Init>(type, options))(tensor, rng);
  return tensor;
}

void expect_spread(const Tensor& tensor, double mean_, double std_) {
  EXPECT_NEAR(mean(tensor).item(), mean_, 0.02 * std_);
  EXPECT_NEAR(std::sqrt(var(tensor).item()), std_, 0.01 * std_);
}

TEST(Init, ConstantsFillTheTensor) {
  const std::vector<double> expected{2.5, 2.5};
  EXPECT_EQ(initial("constant", {{"value", 2.5}}, {2}).to_vector(), expected);
  EXPECT_EQ(initial("zeros", {}, {2}).to_vector(), (std::vector<double>{0, 0}));
  EXPECT_EQ(initial("ones", {}, {2}).to_vector(), (std::vector<double>{1, 1}));
}

TEST(Init, UniformKeepsItsBounds) {
  const Tensor tensor = initial("uniform", {{"a", -1}, {"b", 3}});
  expect_spread(tensor, 1, 4 / std::sqrt(12.0));
  EXPECT_GE(min(tensor).item(), -1);
  EXPECT_LE(max(tensor).item(), 3);
}

TEST(Init, NormalHasItsMeanAndDeviation) { expect_spread(initial("normal", {{"mean", 5}, {"std", 0.5}}), 5, 0.5); }

TEST(Init, XavierScalesByBothFans) {
  const double std = 2 * std::sqrt(2.0 / 500);
  expect_spread(initial("xavier_normal", {{"gain", 2}}), 0, std);
  expect_spread(initial("xavier_uniform", {{"gain", 2}}), 0, std);
  EXPECT_LE(max(initial("xavier_uniform", {})).item(), std::sqrt(6.0 / 500));
}

TEST(Init, KaimingScalesByTheChosenFanAndNonlinearity) {
  expect_spread(initial("kaiming_normal", {{"nonlinearity", "relu"}}), 0, std::sqrt(2.0 / 300));
  expect_spread(initial("kaiming_normal", {{"mode", "fan_out"}, {"nonlinearity", "tanh"}}), 0, 5.0 / 3 / std::sqrt(200.0));
  expect_spread(initial("kaiming_uniform", {{"a", std::sqrt(5.0)}}), 0, 1 / std::sqrt(3 * 300.0));
  EXPECT_LE(max(initial("kaiming_uniform", {{"a", std::sqrt(5.0)}})).item(), 1 / std::sqrt(300.0));
}

TEST(Init, DrawsDifferAsTheirNamesSay) {
  const Tensor uniform = initial("kaiming_uniform", {}), normal = initial("kaiming_normal", {});
  const double bound = std::sqrt(6.0 / 300);
  EXPECT_LE(max(uniform).item(), bound);
  EXPECT_GT(max(normal).item(), bound);
}

TEST(Init, OrthogonalRowsAreOrthonormalWhenThereAreFewer) {
  for (const Shape& shape : {Shape{3, 5}, Shape{5, 3}, Shape{4, 4}, Shape{3, 2, 3}}) {
    const Tensor tensor = reshape(initial("orthogonal", {{"gain", 2}}, shape), {shape[0], -1});
    const Tensor gram = tensor.size(0) <= tensor.size(1) ? matmul(tensor, transpose(tensor)) : matmul(transpose(tensor), tensor);
    for (std::int64_t i = 0; i < gram.size(); ++i) EXPECT_NEAR(gram.at(i), i % (gram.size(0) + 1) == 0 ? 4 : 0, 1e-14);
  }
}

TEST(Init, OrthogonalSignsAreNotFixed) {
  double sum_of_corners = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) sum_of_corners += initial("orthogonal", {}, {2, 2}, seed).at(0);
  EXPECT_LT(std::fabs(sum_of_corners), 30);
}

TEST(Init, FansCountAWindow) {
  EXPECT_EQ(fans({8, 4, 3, 3}).in, 36);
  EXPECT_EQ(fans({8, 4, 3, 3}).out, 72);
}

TEST(Init, RefusesVectorsWhereAFanIsNeeded) {
  EXPECT_EQ(error_of([] { initial("xavier_normal", {}, {3}); }), "init: a fan needs a tensor of at least two axes, got (3,)");
  EXPECT_EQ(error_of([] { initial("orthogonal", {}, {3}); }), "orthogonal: expected at least two axes, got (3,)");
}

}  // namespace
}  // namespace descent::nn
