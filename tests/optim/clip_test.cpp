#include "descent/optim/clip.h"

#include <gtest/gtest.h>

#include "tests/optim/golden.h"

namespace descent {
namespace {

using optim::ClipStyle;
using test::Numbers;

// A parameter with this gradient.
Tensor with_gradient(const Numbers& gradient) {
  const Shape shape{static_cast<std::int64_t>(gradient.size())};
  Tensor w = zeros(shape, DType::float64);
  w.set_requires_grad();
  w.backward(tensor(shape, gradient, DType::float64));
  return w;
}

TEST(TorchClipping, ByNormIsFollowed) {
  const Tensor w = with_gradient({3, 4, 12});
  const auto file = test::golden("torch.json");
  const auto& expected = file["clip_grad_norm_([3,4,12],1)"];
  EXPECT_EQ(optim::clip_grad_norm({w}, 1), expected["total_norm"].get<double>());
  for (int i = 0; i < 3; ++i) EXPECT_NEAR(w.grad().at(i), expected["grad"][static_cast<std::size_t>(i)].get<double>(), 1e-15);
}

TEST(Clipping, ByNormLeavesASmallGradientAsItIs) {
  for (const ClipStyle style : {ClipStyle::pytorch, ClipStyle::exact}) {
    const Tensor w = with_gradient({0.6, 0.8}), zero = with_gradient({0, 0});
    EXPECT_DOUBLE_EQ(optim::clip_grad_norm({w}, 2, style), 1);
    EXPECT_EQ(w.grad().to_vector(), (Numbers{0.6, 0.8}));
    EXPECT_EQ(optim::clip_grad_norm({zero}, 2, style), 0);
    EXPECT_EQ(zero.grad().to_vector(), (Numbers{0, 0}));
  }
}

TEST(Clipping, ByNormReachesTheLimitExactlyWhenAsked) {
  const Tensor w = with_gradient({3}), v = with_gradient({0, 4});
  EXPECT_EQ(optim::clip_grad_norm({w, v}, 2.5, ClipStyle::exact), 5);
  EXPECT_EQ(w.grad().to_vector(), (Numbers{1.5}));
  EXPECT_EQ(v.grad().to_vector(), (Numbers{0, 2}));
}

TEST(Clipping, ByTheNormOfEachTensorLeavesTheOthersAsTheyAre) {
  const Tensor w = with_gradient({3, 4}), v = with_gradient({0, 1});
  optim::clip_grad_tensor_norm({w, v}, 2.5, ClipStyle::exact);
  EXPECT_EQ(w.grad().to_vector(), (Numbers{1.5, 2}));
  EXPECT_EQ(v.grad().to_vector(), (Numbers{0, 1}));
}

TEST(Clipping, ByTheNormOfEachTensorIsPyTorchsByDefault) {
  const Tensor w = with_gradient({3, 4});
  optim::clip_grad_tensor_norm({w}, 2.5);
  EXPECT_DOUBLE_EQ(w.grad().at(0), 3 * (2.5 / (5 + 1e-6)));
}

TEST(Clipping, ByValueClampsEachElement) {
  const Tensor w = with_gradient({2, -4, 0.2});
  optim::clip_grad_value({w}, 1);
  EXPECT_EQ(w.grad().to_vector(), (Numbers{1, -1, 0.2}));
}

}  // namespace
}  // namespace descent
