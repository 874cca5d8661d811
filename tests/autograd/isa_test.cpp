#include "tests/autograd/operations.h"
#include "tests/autograd/testing.h"
#include "tests/core/isas.h"

namespace descent {
namespace {

// The values and all gradients, from a fixed seed gradient.
std::string forward_and_backward(const test::Operation& operation, const test::Shapes& shapes, DType dtype) {
  const test::Operands x = test::operands_of(operation, shapes, dtype);
  const Tensor y = operation.call(x);
  y.backward(test::uniform(y.shape(), 0.5, 1.5, 3, dtype));
  std::string bytes = test::bits(y);
  for (const Tensor& operand : x) bytes += test::bits(operand.grad());
  return bytes;
}

class InstructionSets : public testing::TestWithParam<DType> {};

TEST_P(InstructionSets, GiveTheSameBitsForwardAndBackwardInEveryOperation) {
  for (const test::Operation& operation : test::operations()) {
    for (const std::int64_t n : {1, 7, 16, 37, 1000}) {
      std::string expected;
      test::with_every_isa([&](Isa isa) {
        const std::string bytes = forward_and_backward(operation, operation.sized(n), GetParam());
        if (expected.empty()) expected = bytes;
        EXPECT_TRUE(bytes == expected) << operation.name << " of " << n << " elements, instruction set " << static_cast<int>(isa);
      });
    }
  }
}

INSTANTIATE_TEST_SUITE_P(BothTypes, InstructionSets, testing::Values(DType::float32, DType::float64),
                         [](const auto& instance) { return std::string(name(instance.param)); });

}  // namespace
}  // namespace descent
