#include "descent/autograd/gradcheck.h"
#include "tests/autograd/testing.h"

namespace descent {
namespace {

struct WrongCall {
  const char* message;
  std::function<void()> call;
};

void expect_messages(const std::vector<WrongCall>& calls) {
  for (const auto& [message, call] : calls) {
    SCOPED_TRACE(message);
    EXPECT_EQ(test::invalid_error(call), message);
  }
}

const Tensor kX = zeros({4, 3}), kDouble = zeros({4, 3}, DType::float64), kLabels = labels({0, 1, 2, 0}), kNone;

TEST(Errors, OfElementwiseOperationsNameTheOperationAndBothShapes) {
  expect_messages({
      {"add: cannot broadcast (4, 3) with (2,)", [] { kX + zeros({2}); }},
      {"where: cannot broadcast (4, 3) with (2, 3)",
       [] {
         where(kX, kX, zeros({2, 3}));
       }},
      {"mul: cannot mix float32 and float64", [] { kX* kDouble; }},
      {"maximum: expected floating tensors, got int64", [] { maximum(kLabels, kLabels); }},
      {"add: cannot mix float64 and float32", [] { add(kDouble, scalar(1)); }},
      {"exp: an operand is undefined", [] { exp(kNone); }},
      {"sub: an operand is undefined", [] { sub(kX, kNone); }},
      {"add: an operand is undefined", [] { add(kNone, kX); }},
      {"relu: expected floating tensors, got int64", [] { relu(kLabels); }},
  });
}

TEST(Errors, OfProductsShowTheShapesThatDoNotFit) {
  expect_messages({
      {"matmul: cannot multiply (4, 3) by (2, 5)",
       [] {
         matmul(kX, zeros({2, 5}));
       }},
      {"matmul: cannot multiply (4, 3) by (2,)", [] { matmul(kX, zeros({2})); }},
      {"matmul: cannot multiply (2,) by (4, 3)", [] { matmul(zeros({2}), kX); }},
      {"matmul: cannot multiply (3,) by (4,)", [] { matmul(zeros({3}), zeros({4})); }},
      {"matmul: cannot multiply () by (4, 3)", [] { matmul(scalar(1), kX); }},
      {"matmul: cannot broadcast (2,) with (3,)",
       [] {
         matmul(zeros({2, 1, 4}), zeros({3, 4, 1}));
       }},
      {"matmul: cannot mix float32 and float64", [] { matmul(kX, kDouble); }},
      {"linear: cannot apply a weight (2, 5) to (4, 3)",
       [] {
         linear(kX, zeros({2, 5}));
       }},
      {"linear: cannot apply a weight (2, 3) and a bias (3,) to (4, 3)",
       [] {
         linear(kX, zeros({2, 3}), zeros({3}));
       }},
      {"linear: cannot apply a weight (3,) to (4, 3)", [] { linear(kX, zeros({3})); }},
      {"linear: cannot apply a weight (2, 1) to ()",
       [] {
         linear(scalar(1), zeros({2, 1}));
       }},
  });
}

TEST(Errors, OfShapingOperationsSayWhatWasExpected) {
  expect_messages({
      {"reshape: cannot turn (4, 3) into (5, -1)",
       [] {
         reshape(kX, {5, -1});
       }},
      {"reshape: cannot turn (4, 3) into (4, 4)",
       [] {
         reshape(kX, {4, 4});
       }},
      {"reshape: cannot turn (4, 3) into (-1, -1)",
       [] {
         reshape(kX, {-1, -1});
       }},
      {"reshape: cannot turn (4, 3) into (-2, 6)",
       [] {
         reshape(kX, {-2, 6});
       }},
      {"reshape: cannot turn (0,) into (0, -1)",
       [] {
         reshape(zeros({0}), {0, -1});
       }},
      {"reshape: the tensor is undefined", [] { reshape(kNone, {1}); }},
      {"permute: expected each of the 2 axes of (4, 3) once",
       [] {
         permute(kX, {0, 0});
       }},
      {"permute: expected each of the 2 axes of (4, 3) once", [] { permute(kX, {1}); }},
      {"permute: axis 2 is out of range for (4, 3)",
       [] {
         permute(kX, {0, 2});
       }},
      {"transpose: axis -2 is out of range for (3,)", [] { transpose(zeros({3})); }},
      {"slice: expected a step >= 1, got 0", [] { slice(kX, 0, 0, 1, 0); }},
      {"slice: axis 2 is out of range for (4, 3)", [] { slice(kX, 2, 0, 1); }},
      {"concat: expected at least one tensor", [] { concat({}); }},
      {"concat: cannot join (4, 3) and (4, 2) along axis 0",
       [] {
         concat({kX, zeros({4, 2})});
       }},
      {"concat: cannot join (4, 3) and (3,) along axis 1",
       [] {
         concat({kX, zeros({3})}, -1);
       }},
      {"concat: cannot mix float32 and float64",
       [] {
         concat({kX, kDouble});
       }},
      {"stack: expected at least one tensor", [] { stack({}); }},
      {"stack: cannot stack (4, 3) and (3, 4)",
       [] {
         stack({kX, zeros({3, 4})});
       }},
      {"stack: axis 3 is out of range for (4, 3)",
       [] {
         stack({kX, kX}, 3);
       }},
      {"stack: axis -4 is out of range for (4, 3)",
       [] {
         stack({kX, kX}, -4);
       }},
      {"gather: expected an index of int64, got float32", [] { gather(kX, 0, kX); }},
      {"gather: the index is undefined", [] { gather(kX, 0, kNone); }},
      {"gather: an index (4,) does not fit (4, 3)", [] { gather(kX, 0, kLabels); }},
      {"gather: index 4 is out of range for (3,)", [] { gather(zeros({3}), 0, labels({4})); }},
      {"gather: index -1 is out of range for (3,)", [] { gather(zeros({3}), 0, labels({-1})); }},
  });
}

TEST(Errors, OfReductionsNameTheReductionThatWasCalled) {
  expect_messages({
      {"sum: axis 2 is out of range for (4, 3)", [] { sum(kX, {2}); }},
      {"sum: axis -1 is given twice",
       [] {
         sum(kX, {1, -1});
       }},
      {"mean: axis -3 is out of range for (4, 3)", [] { mean(kX, {-3}); }},
      {"mean: an operand is undefined", [] { mean(kNone); }},
      {"var: expected floating tensors, got int64", [] { var(kLabels); }},
      {"max: (4, 0) has no elements to compare",
       [] {
         max(zeros({4, 0}), {1});
       }},
      {"min: (0,) has no elements to compare", [] { min(zeros({0})); }},
      {"min: axis 1 is out of range for (3,)", [] { min(zeros({3}), {1}); }},
      {"logsumexp: (0,) has no elements to compare", [] { logsumexp(zeros({0})); }},
      {"logsumexp: an operand is undefined", [] { logsumexp(kNone); }},
      {"softmax: axis 2 is out of range for (4, 3)", [] { softmax(kX, 2); }},
      {"softmax: expected at least one axis, got ()", [] { softmax(scalar(1)); }},
      {"log_softmax: expected floating tensors, got int64", [] { log_softmax(kLabels); }},
  });
}

TEST(Errors, OfLossesSayWhichShapesAndLabelsFit) {
  expect_messages({
      {"mse: expected equal shapes, got (4, 3) and (4,)", [] { mse(kX, zeros({4})); }},
      {"mse: (0, 3) has no elements",
       [] {
         mse(zeros({0, 3}), zeros({0, 3}));
       }},
      {"bce_with_logits: expected equal shapes, got (4, 3) and (3, 4)",
       [] {
         bce_with_logits(kX, zeros({3, 4}));
       }},
      {"cross_entropy: expected labels of int64", [] { cross_entropy(kX, kX); }},
      {"cross_entropy: expected labels of int64", [] { cross_entropy(kX, kNone); }},
      {"cross_entropy: expected logits (n, classes) and labels (n,), got (4, 3) and (2,)",
       [] {
         cross_entropy(kX, labels({0, 1}));
       }},
      {"cross_entropy: expected logits (n, classes) and labels (n,), got (3,) and (4,)", [] { cross_entropy(zeros({3}), kLabels); }},
      {"cross_entropy: label 3 is none of 3 classes",
       [] {
         cross_entropy(kX, labels({0, 1, 3, 0}));
       }},
      {"cross_entropy: label -1 is none of 3 classes",
       [] {
         cross_entropy(kX, labels({0, 1, -1, 0}));
       }},
      {"cross_entropy: expected 3 class weights, got (2,)", [] { cross_entropy(kX, kLabels, zeros({2})); }},
      {"cross_entropy: cannot mix float32 and float64", [] { cross_entropy(kX, kLabels, zeros({3}, DType::float64)); }},
  });
}

TEST(Errors, OfTensorsNameTheFunction) {
  expect_messages({
      {"data: expected a tensor of float64, got float32", [] { kX.data<double>(); }},
      {"item: expected one element, got (4, 3)", [] { kX.item(); }},
      {"at: 12 is out of range for (4, 3)", [] { kX.at(12); }},
      {"size: axis 2 is out of range for (4, 3)", [] { kX.size(2); }},
      {"shape: the tensor is undefined", [] { kNone.shape(); }},
      {"tensor: 2 values do not fill (3,)",
       [] {
         tensor({3}, {1, 2});
       }},
      {"tensor: the rows have different lengths",
       [] {
         tensor({{1, 2}, {3}});
       }},
      {"tensor: the rows have different lengths",
       [] {
         tensor({{1, 2}, 3});
       }},
      {"set_requires_grad: expected a floating tensor, got int64", [] { labels({1}).set_requires_grad(); }},
      {"set_requires_grad: only a leaf can be changed; use detach()", [] { exp(zeros({2}).set_requires_grad()).set_requires_grad(false); }},
      {"backward: the tensor is undefined", [] { kNone.backward(); }},
      {"backward: expected one element or a seed, got (4, 3)", [] { kX.backward(); }},
      {"backward: the tensor does not depend on any that requires a gradient", [] { sum(kX).backward(); }},
      {"backward: expected a seed (4, 3) of float32, got (3,) of float32", [] { exp(test::leaf(kX)).backward(zeros({3})); }},
      {"backward: expected a seed (4, 3) of float32, got (4, 3) of float64", [] { exp(test::leaf(kX)).backward(kDouble); }},
      {"gradcheck: expected a loss of float64, got float32", [] { gradcheck_graph(sum(test::leaf(kX))); }},
  });
}

}  // namespace
}  // namespace descent
