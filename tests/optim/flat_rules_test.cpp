#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "descent/autograd/ops.h"
#include "descent/optim/optimizer.h"
#include "tests/optim/golden.h"

// Rules that see all parameters as one vector: AdaGrad with the full matrix and with one norm, and Polyak's step.
namespace descent {
namespace {

using test::Numbers;
using test::parameter;
using testing::DoubleNear;
using testing::HasSubstr;

double descend(optim::Optimizer& optimizer, const std::function<Tensor()>& loss) {
  return optimizer.step([&] {
    const Tensor now = loss();
    optimizer.zero_grad();
    now.backward();
    return now.item();
  });
}

// ½·1000·a² + ½·b² with a and b turned by 45 degrees.
Tensor rotated_bowl(const Tensor& w) {
  const Tensor x = slice(w, 0, 0, 1), y = slice(w, 0, 1, 2);
  return sum(square(x + y) * 250.0 + square(x - y) * 0.25);
}
double after_100_steps(const std::string& type) {
  const Tensor w = parameter({1, -2});
  const auto optimizer = optim::make(type, {w}, {{"lr", 1}});
  for (int i = 0; i < 100; ++i) descend(*optimizer, [&] { return rotated_bowl(w); });
  return rotated_bowl(w).item();
}

TEST(AdagradFull, SolvesARotatedBowlOnWhichTheDiagonalCrawls) {
  EXPECT_LT(after_100_steps("adagrad_full"), 1e-27);
  EXPECT_GT(after_100_steps("adagrad"), 1);
}

TEST(AdagradFull, IsDiagonalAdagradOnOneNumber) {
  const Tensor v = parameter({4}), w = parameter({4});
  const auto full = optim::make("adagrad_full", {v}, {{"lr", 1}}), diagonal = optim::make("adagrad", {w}, {{"lr", 1}});
  for (int i = 0; i < 20; ++i) {
    descend(*full, [&] { return sum(square(v)); });
    descend(*diagonal, [&] { return sum(square(w)); });
    ASSERT_NEAR(v.at(0), w.at(0), 1e-14);
  }
}

// G = g·gᵀ has the root g·gᵀ/‖g‖, whose pseudo-inverse times g is g/‖g‖.
TEST(AdagradFull, StepsAlongTheGradientFirst) {
  const Tensor a = parameter({3}), b = parameter({4});
  const auto full = optim::make("adagrad_full", {a, b}, {{"lr", 1}, {"eps", 0}});
  descend(*full, [&] { return sum(square(a)) + sum(square(b)); });
  EXPECT_NEAR(a.at(0), 3 - 0.6, 1e-14);
  EXPECT_NEAR(b.at(0), 4 - 0.8, 1e-14);
}

TEST(AdagradFull, RefusesMoreParametersThanAMatrixCanHold) {
  const Tensor w = zeros({5000}, DType::float64).set_requires_grad();
  const auto full = optim::make("adagrad_full", {w});
  EXPECT_THAT(test::error_of(ErrorKind::invalid, [&] { descend(*full, [&] { return sum(square(w)); }); }),
              HasSubstr("adagrad_full: 5000 parameters need a matrix of as many rows, of at most 4096"));
}

// G = 100, then 100 + 64.
TEST(AdagradNorm, DividesByTheNormOfAllParametersTogether) {
  const Tensor a = parameter({3}), b = parameter({4});
  const auto norm = optim::make("adagrad_norm", {a, b}, {{"lr", 1}, {"eps", 0}});
  const auto loss = [&] { return sum(square(a)) + sum(square(b)); };
  descend(*norm, loss);
  EXPECT_NEAR(a.at(0), 3 - 0.6, 1e-15);
  EXPECT_NEAR(b.at(0), 4 - 0.8, 1e-15);
  descend(*norm, loss);
  EXPECT_NEAR(b.at(0), 3.2 - 6.4 / std::sqrt(164), 1e-15);
}

// On ‖w‖² the step is ‖w‖²/4‖w‖²·2w = w/2; with the minimum −5 from 5 it is min(10/100, lr).
TEST(Polyak, HalvesTheDistanceOnASphere) {
  const Tensor w = parameter({3, -4});
  const auto polyak = optim::make("polyak", {w});
  polyak->set_minimum(0);
  EXPECT_EQ(descend(*polyak, [&] { return sum(square(w)); }), 25);
  EXPECT_EQ(w.to_vector(), (Numbers{1.5, -2}));
}

TEST(Polyak, TakesNoLongerStepThanItsRate) {
  const Tensor w = parameter({3, -4});
  const auto polyak = optim::make("polyak", {w}, {{"lr", 0.125}});
  polyak->set_minimum(0);
  descend(*polyak, [&] { return sum(square(w)); });
  EXPECT_EQ(w.to_vector(), (Numbers{2.25, -3}));
}

TEST(Polyak, StaysWhereTheLossIsBelowTheMinimumThatIsGiven) {
  const Tensor w = parameter({3, -4});
  const auto polyak = optim::make("polyak", {w});
  polyak->set_minimum(30);
  descend(*polyak, [&] { return sum(square(w)); });
  EXPECT_EQ(w.to_vector(), (Numbers{3, -4}));
}

TEST(Polyak, AsksForTheMinimumAndForAClosure) {
  const Tensor w = parameter({3, -4});
  const auto polyak = optim::make("polyak", {w});
  EXPECT_THAT(test::error_of(ErrorKind::invalid, [&] { descend(*polyak, [&] { return sum(square(w)); }); }), HasSubstr("give `minimum`"));
  polyak->set_minimum(0);
  EXPECT_THAT(test::error_of(ErrorKind::invalid, [&] { polyak->step(); }), HasSubstr("call step(closure)"));
}

}  // namespace
}  // namespace descent
