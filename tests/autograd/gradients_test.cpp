#include <fstream>
#include <map>

#include "descent/autograd/gradcheck.h"
#include "tests/autograd/operations.h"
#include "tests/autograd/testing.h"

namespace descent {
namespace {

using test::Operands;
using test::Operation;
using test::Shapes;

constexpr double kTolerance = 1e-8;

std::string described(const Operation& operation, const Shapes& shapes) {
  std::string text = operation.name + " of";
  for (const Shape& shape : shapes) text += " " + to_string(shape);
  return text;
}

TEST(Gradients, OfEveryOperationAgreeWithDifferences) {
  for (const Operation& operation : test::operations()) {
    for (const Shapes& shapes : operation.cases) {
      EXPECT_LE(gradcheck(operation.call, test::operands_of(operation, shapes, DType::float64)), kTolerance)
          << described(operation, shapes);
    }
  }
}

TEST(Gradients, OfAnOperandUsedTwiceAreAdded) {
  int checked = 0;
  for (const Operation& operation : test::operations()) {
    for (const Shapes& shapes : operation.cases) {
      if (shapes.size() < 2 || shapes != Shapes(shapes.size(), shapes[0])) continue;
      const auto twice = [&](const Operands& x) { return operation.call(Operands(shapes.size(), x[0])); };
      EXPECT_LE(gradcheck(twice, test::operands_of(operation, {shapes[0]}, DType::float64)), kTolerance) << described(operation, shapes);
      ++checked;
    }
  }
  EXPECT_GT(checked, 40);
}

// Each operand alone: the others' gradients are not computed, and must not be missed.
TEST(Gradients, OfOneOperandDoNotDependOnTheOthersBeingNeeded) {
  for (const Operation& operation : test::operations()) {
    for (const Shapes& shapes : operation.cases) {
      const Operands all = test::operands_of(operation, shapes, DType::float64);
      sum(operation.call(all)).backward();
      for (std::size_t k = 0; k < all.size(); ++k) {
        Operands only;
        for (const Tensor& x : all) only.push_back(x.clone());
        only[k].set_requires_grad();
        sum(operation.call(only)).backward();
        for (std::size_t i = 0; i < all.size(); ++i) {
          const std::string expected = i == k ? test::bits(all[k].grad()) : "undefined";
          EXPECT_EQ(test::bits(only[i].grad()), expected) << described(operation, shapes) << ", operand " << i << " of " << k;
        }
      }
    }
  }
}

// Declarations in ops.h begin with `Tensor NAME(`; overloads need a row each.
TEST(Gradients, AreCheckedForEveryDeclaredOperation) {
  std::ifstream header(DESCENT_SOURCE_DIR "/framework/autograd/ops.h");
  std::map<std::string, int> declared, rows;
  for (std::string line; std::getline(header, line);) {
    if (line.rfind("Tensor ", 0) == 0) ++declared[line.substr(7, line.find('(') - 7)];
  }
  for (const Operation& operation : test::operations()) ++rows[operation.name];
  EXPECT_GT(declared.size(), 45U);
  for (const auto& [name, count] : declared) EXPECT_GE(rows[name], count) << name << " has too few rows in operations.cpp";
}

}  // namespace
}  // namespace descent
