#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <new>

#include "descent/autograd/ops.h"
#include "descent/core/buffer.h"
#include "descent/optim/optimizer.h"

namespace {

std::size_t news = 0;

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t bytes) {
  ++news;
  if (void* block = std::malloc(bytes == 0 ? 1 : bytes)) return block;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* block) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, std::size_t) noexcept { std::free(block); }

namespace descent {
namespace {

// Without free blocks whatever a call takes from the pool must be new, and is found among the free ones when it was given back.
class EmptyPool {
 public:
  EmptyPool() { std::swap(before_, pool::small_blocks); }
  ~EmptyPool() { std::swap(before_, pool::small_blocks); }
  bool was_used() const {
    return std::any_of(std::begin(pool::small_blocks), std::end(pool::small_blocks), [](const auto* block) { return block != nullptr; });
  }

 private:
  std::remove_reference_t<decltype(pool::small_blocks)> before_{};
};

class ElementwiseOptimizer : public testing::TestWithParam<const char*> {};

TEST_P(ElementwiseOptimizer, AllocatesNothingAfterItsFirstStep) {
  const Tensor w = ones({8}, DType::float64).set_requires_grad(), v = ones({3}, DType::float32).set_requires_grad();
  const auto optimizer = optim::make(GetParam(), {w, v});
  sum(square(w)).backward();
  sum(square(v)).backward();
  optimizer->step();
  const EmptyPool empty;
  const std::size_t before = news;
  for (int t = 0; t < 10; ++t) optimizer->step();
  EXPECT_EQ(news, before);
  EXPECT_FALSE(empty.was_used());
}

INSTANTIATE_TEST_SUITE_P(All, ElementwiseOptimizer,
                         testing::Values("adabelief", "adadelta", "adagrad", "adagrad_da", "adagrad_proximal", "adam", "adamax", "adamw",
                                         "amsgrad", "asgd", "ftrl", "lion", "momentum", "nadam", "nesterov", "radam", "rmsprop", "rprop",
                                         "schedule_free_adamw", "schedule_free_sgd", "sgd", "signsgd", "signum", "yogi"),
                         [](const auto& each) { return std::string(each.param); });

}  // namespace
}  // namespace descent
