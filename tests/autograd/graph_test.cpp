#include <pthread.h>

#include <new>

#include "descent/autograd/node.h"
#include "tests/autograd/testing.h"

namespace descent {
namespace {

using test::bits;
using test::expect_values;
using test::f64;
using test::leaf;

// Runs f on a thread whose stack of 1 MB a recursion over many nodes would overflow.
void on_small_stack(void (*f)()) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 1 << 20);
  pthread_t thread;
  const auto run = [](void* function) -> void* {
    reinterpret_cast<void (*)()>(function)();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, reinterpret_cast<void*>(f)), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

Tensor chain(const Tensor& x, int length) {
  Tensor y = x;
  for (int i = 0; i < length; ++i) y = neg(y);
  return y;
}

TEST(Graph, OfAMillionOperationsIsWalkedAndDroppedWithoutRecursion) {
  on_small_stack([] {
    const Tensor x = leaf(scalar(3, DType::float64));
    chain(x, 1'000'000).backward();
    EXPECT_EQ(x.grad().item(), 1);
  });
}

TEST(Graph, OfAMillionOperationsIsDroppedWithoutBackward) {
  on_small_stack([] { EXPECT_EQ(chain(leaf(scalar(3)), 1'000'001).item(), -3); });
}

TEST(Graph, AccumulatesTheGradientsOfSeveralBackwards) {
  const Tensor x = leaf(f64({1, 2}));
  sum(square(x)).backward();
  expect_values(x.grad(), {2}, {2, 4});
  sum(x * 10.0).backward();
  expect_values(x.grad(), {2}, {12, 14});
}

TEST(Graph, MayBeWalkedTwiceAndAddsTheSameGradientAgain) {
  const Tensor x = leaf(f64({1, 2}));
  const Tensor y = exp(x), loss = sum(y * y);
  loss.backward();
  const std::vector<double> once = x.grad().to_vector();
  loss.backward();
  expect_values(x.grad(), {2}, {2 * once[0], 2 * once[1]});
}

TEST(Graph, GivesTheSameBytesInEveryRun) {
  const auto run = [] {
    const Tensor x = leaf(test::uniform({37, 11}, -1, 1, 1, DType::float32)), w = leaf(test::uniform({5, 11}, -1, 1, 2, DType::float32));
    mean(softmax(linear(tanh(x), w) + sum(x, {1}, true))).backward();
    return bits(x.grad()) + bits(w.grad());
  };
  const std::string first = run();
  EXPECT_TRUE(first == run());
}

TEST(Graph, AddsTheBranchesOfADiamond) {
  const Tensor x = leaf(f64(3));
  const Tensor y = square(x);
  (y * 2.0 + exp(y - 9.0)).backward();  // d/dy = 2 + 1 at y = 9
  EXPECT_EQ(x.grad().item(), 3 * 6);
}

// A long and a short way from the same node: its backward must wait for both.
TEST(Graph, WaitsForEveryConsumerOfASharedExpression) {
  const Tensor x = leaf(f64(2));
  const Tensor shared = x * 3.0;
  (chain(shared, 100) + shared * shared + chain(shared, 7) * shared).backward();  // s + s² − s²
  EXPECT_EQ(x.grad().item(), 3);
}

TEST(Graph, OfNestedDiamondsTakesLinearTime) {
  const Tensor x = leaf(f64(1));
  Tensor y = x;
  for (int i = 0; i < 60; ++i) y = (y + y) * 0.5;
  y.backward();
  EXPECT_EQ(x.grad().item(), 1);
}

TEST(Graph, ReachesALeafThatIsAlsoTheRoot) {
  const Tensor x = leaf(f64(5));
  x.backward();
  x.backward();
  EXPECT_EQ(x.grad().item(), 2);
}

TEST(Graph, WeighsTheGradientByTheSeed) {
  const Tensor x = leaf(f64({1, 2, 3}));
  square(x).backward(f64({1, 10, 100}));
  expect_values(x.grad(), {3}, {2, 40, 600});
}

TEST(Graph, JoinsMoreInputsThanANodeHoldsInline) {
  std::vector<Tensor> parts;
  std::vector<double> expected;
  for (int i = 0; i < 9; ++i) {
    parts.push_back(leaf(f64({double(i)})));
    expected.push_back(i);
  }
  const Tensor joined = concat(parts);
  expect_values(joined, {9}, expected);
  sum(joined * arange(9, DType::float64)).backward();
  for (int i = 0; i < 9; ++i) EXPECT_EQ(parts[static_cast<std::size_t>(i)].grad().item(), i);
}

TEST(Graph, OutlivesTheHandlesOfItsInputs) {
  Tensor x = leaf(f64({1, 2}));
  Tensor loss = sum(square(exp(x) + 1.0));
  const Tensor kept = x;
  x = Tensor();
  loss.backward();
  loss = Tensor();
  EXPECT_TRUE(kept.grad().defined());
}

TEST(Graph, FreesTheGradientsOfInnerResults) {
  const Tensor x = leaf(f64({1, 2})), y = exp(x);
  sum(y).backward();
  EXPECT_FALSE(y.grad().defined());
  EXPECT_FALSE(y.node()->grad);
}

TEST(NoGradTest, RecordsNothingWhileItLives) {
  const Tensor x = leaf(f64({1, 2}));
  {
    const NoGrad outer;
    { const NoGrad inner; }
    EXPECT_FALSE(grad_enabled());
    const Tensor y = exp(x);
    EXPECT_FALSE(y.requires_grad());
    EXPECT_EQ(y.node()->input_count, 0U);
  }
  EXPECT_TRUE(grad_enabled());
  EXPECT_TRUE(exp(x).requires_grad());
}

TEST(Graph, HoldsNoInputsWhenNoneRequiresAGradient) {
  const Tensor y = exp(f64({1, 2})), z = concat({y, y, y, y});
  EXPECT_EQ(y.node()->op, nullptr);
  EXPECT_EQ(z.node()->input_count, 0U);
}

TEST(Gradient, IsNotComputedWhereNobodyNeedsIt) {
  const Tensor x = leaf(f64({1, 2})), constant = f64({3, 4});
  sum(x * constant).backward();
  expect_values(x.grad(), {2}, {3, 4});
  EXPECT_FALSE(constant.grad().defined());
  EXPECT_FALSE(constant.node()->grad);
}

TEST(Gradient, DoesNotFlowThroughDetach) {
  const Tensor x = leaf(f64({1, 2}));
  sum(x * square(x).detach()).backward();
  expect_values(x.grad(), {2}, {1, 4});
}

TEST(Gradient, IsUndefinedUntilThereIsOneAndAfterZeroGrad) {
  const Tensor x = leaf(f64({1, 2}));
  EXPECT_FALSE(x.grad().defined());
  sum(x).backward();
  EXPECT_TRUE(x.grad().defined());
  x.zero_grad();
  EXPECT_FALSE(x.grad().defined());
  sum(x * 7.0).backward();
  expect_values(x.grad(), {2}, {7, 7});
}

TEST(Gradient, SharesItsMemory) {
  const Tensor x = leaf(f64({1, 2}));
  sum(x).backward();
  const Tensor first = x.grad();
  first.data<double>()[0] = 5;
  EXPECT_EQ(x.grad().at(0), 5);
  EXPECT_EQ(first.data<double>(), x.grad().data<double>());
}

TEST(Gradient, OfAConditionIsNone) {
  const Tensor x = leaf(f64({-1, 2}));
  sum(where(x, x.detach(), x.detach())).backward();
  EXPECT_FALSE(x.grad().defined());
}

TEST(TensorTest, SharesValuesWithDetachAndReshapeButNotWithCloneAndTo) {
  const Tensor x = leaf(f64({1, 2}));
  const double* values = x.data<double>();
  EXPECT_EQ(x.detach().data<double>(), values);
  EXPECT_EQ(reshape(x, {2, 1}).data<double>(), values);
  EXPECT_NE(x.clone().data<double>(), values);
  EXPECT_FALSE(x.detach().requires_grad());
  EXPECT_FALSE(x.to(DType::float64).requires_grad());
  expect_values(x.to(DType::float32), {2}, {1, 2});
}

TEST(TensorTest, IsMadeOfNestedBraces) {
  expect_values(tensor(3), {}, {3});
  expect_values(tensor({{1, 2}, {3, 4}, {5, 6}}), {3, 2}, {1, 2, 3, 4, 5, 6});
  expect_values(tensor({{{1}, {2}}}), {1, 2, 1}, {1, 2});
}

TEST(TensorTest, LeaksNothingWhenTheMemoryCannotBeHad) {
  EXPECT_THROW(zeros({std::int64_t{1} << 45}, DType::float64), std::bad_alloc);
  EXPECT_EQ(zeros({2}).size(), 2);
}

}  // namespace
}  // namespace descent
