#include "tests/autograd/operations.h"

#include "descent/autograd/ops.h"

namespace descent::test {
namespace {

double anywhere(Rng& rng) { return rng.uniform(-2, 2); }
double positive(Rng& rng) { return rng.uniform(0.3, 2.5); }
double off_zero(Rng& rng) { return (rng.below(2) ? 1 : -1) * rng.uniform(0.3, 2); }
double gentle(Rng& rng) { return rng.uniform(-1, 1); }  // far from the poles of tan

// Scalar, one element, odd sizes, axes of one, empty.
const std::vector<Shapes> kOne = {{{}}, {{1}}, {{7}}, {{2, 3}}, {{3, 1, 5}}, {{1, 1}}, {{0}}, {{2, 0, 3}}};
// Every pattern of broadcasting.
const std::vector<Shapes> kTwo = {
    {{}, {}},                   // scalars
    {{1}, {1}},                 // one element
    {{2, 3}, {2, 3}},           // equal shapes
    {{}, {2, 3}},               // a scalar on the left
    {{2, 3}, {}},               // a scalar on the right
    {{2, 3}, {1}},              // one element and a lower rank
    {{2, 3}, {3}},              // a row
    {{3}, {2, 3}},              // a row on the left
    {{2, 3}, {1, 3}},           // a row with its axis
    {{2, 3}, {2, 1}},           // a column
    {{2, 1}, {2, 3}},           // a column on the left
    {{2, 3, 4}, {2, 1, 4}},     // a middle axis
    {{2, 1, 4}, {2, 3, 4}},     // a middle axis on the left
    {{2, 3, 4}, {3, 1}},        // all but the middle axis
    {{2, 1}, {1, 3}},           // both sides
    {{2, 1, 3, 1}, {5, 1, 2}},  // both sides, ranks that differ
    {{1, 1}, {1, 1, 1}},        // axes of one, ranks that differ
    {{0}, {}},                  // empty and a scalar
    {{2, 0, 3}, {1, 3}},        // empty and a row
    {{0, 3}, {0, 3}},           // empty
};
const std::vector<Shapes> kThree = {
    {{}, {}, {}},          {{2, 3}, {2, 3}, {2, 3}},       {{}, {2, 3}, {2, 3}},     {{2, 3}, {}, {2, 3}},          {{2, 3}, {2, 3}, {}},
    {{2, 1}, {3}, {2, 3}}, {{2, 3, 4}, {2, 1, 4}, {3, 1}}, {{2, 1, 1}, {3, 1}, {4}}, {{5, 1, 2}, {2, 1, 3, 1}, {}}, {{0, 3}, {3}, {1}}};
// Batches that broadcast, single axes, empty axes.
const std::vector<Shapes> kProducts = {{{2, 3}, {3, 4}},       {{3, 3}, {3, 3}},
                                       {{1, 1}, {1, 1}},       {{1, 5}, {5, 1}},
                                       {{5, 1}, {1, 5}},       {{3}, {3}},
                                       {{3}, {3, 2}},          {{2, 3}, {3}},
                                       {{4, 2, 3}, {3}},       {{3}, {4, 3, 2}},
                                       {{2, 2, 3}, {2, 3, 2}}, {{2, 2, 3}, {3, 2}},
                                       {{2, 3}, {2, 3, 2}},    {{2, 1, 2, 3}, {3, 3, 2}},
                                       {{1, 2, 3}, {2, 3, 2}}, {{2, 3, 2, 2}, {3, 2, 1}},
                                       {{0, 3}, {3, 2}},       {{2, 0}, {0, 3}},
                                       {{0, 2, 3}, {3, 2}},    {{5, 17}, {17, 18}}};
const std::vector<Shapes> kLinear = {{{4, 3}, {2, 3}, {2}}, {{3}, {2, 3}, {2}},    {{2, 3, 4}, {5, 4}, {5}}, {{1, 1}, {1, 1}, {1}},
                                     {{0, 3}, {2, 3}, {2}}, {{4, 0}, {2, 0}, {2}}, {{4, 3}, {0, 3}, {0}},    {{9, 7}, {17, 7}, {17}}};
const std::vector<Shapes> kReduced = {{{1, 1, 1}}, {{2, 3, 4}}, {{3, 1, 5}}, {{1, 7, 1}}};
const std::vector<Shapes> kRows = {{{1}}, {{7}}, {{2, 3}}, {{3, 1}}, {{2, 3, 4}}, {{2, 18}}, {{0, 3}}, {{3, 0}}};
const std::vector<Shapes> kPairs = {{{}, {}}, {{1}, {1}}, {{7}, {7}}, {{2, 3}, {2, 3}}, {{3, 1, 5}, {3, 1, 5}}};

Shapes one(std::int64_t n) { return {{n}}; }
Shapes two(std::int64_t n) { return {{3, n}, {n}}; }
Shapes pair(std::int64_t n) { return {{n}, {n}}; }
Shapes three(std::int64_t n) { return {{n}, {3, 1}, {3, n}}; }
Shapes box(std::int64_t n) { return {{2, n, 3}}; }
Shapes row(std::int64_t n) { return {{3, n}}; }
Shapes product(std::int64_t n) { return {{2, 3, n}, {n, 2}}; }

using Unary = Tensor (*)(const Tensor&);
using Binary = Tensor (*)(const Tensor&, const Tensor&);
using Reduction = Tensor (*)(const Tensor&, const Axes&, bool);

Operation unary(const char* name, Unary f, double (*domain)(Rng&) = anywhere) {
  return {name, [f](const Operands& x) { return f(x[0]); }, kOne, one, domain};
}
Operation binary(const char* name, Binary f, double (*domain)(Rng&) = off_zero) {
  return {name, [f](const Operands& x) { return f(x[0], x[1]); }, kTwo, two, domain};
}
// Over all axes, over some, and over axes that are kept.
std::vector<Operation> reductions(const char* name, Reduction f) {
  return {{name, [f](const Operands& x) { return f(x[0], {}, false); }, {{{1}}, {{7}}, {{2, 3}}, {{5, 1}}}, row, anywhere},
          {name, [f](const Operands& x) { return f(x[0], {1}, false); }, kReduced, box, anywhere},
          {name,
           [f](const Operands& x) {
             return f(x[0], {-1, 0}, false);
           },
           kReduced, box, anywhere},
          {name, [f](const Operands& x) { return f(x[0], {0}, true); }, kReduced, box, anywhere}};
}
Tensor biased_var(const Tensor& x, const Axes& axes, bool keepdim) { return var(x, axes, keepdim, false); }
Tensor unbiased_var(const Tensor& x, const Axes& axes, bool keepdim) { return var(x, axes, keepdim, true); }
Tensor cyclic_labels(std::int64_t n, std::int64_t classes) {
  std::vector<std::int64_t> values;
  for (std::int64_t i = 0; i < n; ++i) values.push_back(i * 2 % classes);
  return labels(values);
}
Tensor reversed(const Tensor& x) {
  std::vector<std::int64_t> axes;
  for (int i = x.rank() - 1; i >= 0; --i) axes.push_back(i);
  return permute(x, axes);
}
// The first, the last and again the first of each row.
Tensor ends(const Tensor& x) {
  const std::int64_t n = x.size(1);
  Tensor index = empty({x.size(0), 3}, DType::int64);
  for (std::int64_t i = 0; i < index.size(); ++i) index.data<std::int64_t>()[i] = i % 3 == 1 ? n - 1 : 0;
  return gather(x, 1, index);
}

std::vector<Operation> elementwise_operations() {
  return {
      binary("add", add),
      binary("sub", sub),
      binary("mul", mul),
      binary("div", div),
      binary("pow", pow, positive),
      binary("maximum", maximum),
      binary("minimum", minimum),
      unary("neg", neg),
      unary("pow", [](const Tensor& x) { return pow(x, 3); }),
      unary("pow", [](const Tensor& x) { return pow(x, 2); }),
      unary(
          "pow", [](const Tensor& x) { return pow(x, -1.5); }, positive),
      unary("exp", exp),
      unary("log", log, positive),
      unary("log1p", log1p, positive),
      unary("sqrt", sqrt, positive),
      unary("square", square),
      unary("abs", abs, off_zero),
      unary("sign", sign, off_zero),
      unary("sin", sin),
      unary("cos", cos),
      unary("tan", tan, gentle),
      unary("tanh", tanh),
      unary("sigmoid", sigmoid),
      unary("relu", relu, off_zero),
      unary(
          "leaky_relu", [](const Tensor& x) { return leaky_relu(x, 0.2); }, off_zero),
      unary(
          "elu", [](const Tensor& x) { return elu(x, 1.3); }, off_zero),
      unary("silu", silu),
      unary("gelu", gelu),
      unary("softplus", softplus),
      unary(
          "clamp", [](const Tensor& x) { return clamp(x, -0.1, 0.2); }, off_zero),
      {"where", [](const Operands& x) { return where(sign(relu(x[0])), x[1], x[2]); }, kThree, three, off_zero},
  };
}

std::vector<Operation> structural_operations() {
  return {
      {"matmul", [](const Operands& x) { return matmul(x[0], x[1]); }, kProducts, product, anywhere},
      {"linear", [](const Operands& x) { return linear(x[0], x[1], x[2]); }, kLinear,
       [](std::int64_t n) {
         return Shapes{{3, n}, {2, n}, {2}};
       },
       anywhere},
      {"linear",
       [](const Operands& x) { return linear(x[0], x[1]); },
       {{{4, 3}, {2, 3}}, {{3, 3}, {3, 3}}, {{3}, {1, 3}}},
       [](std::int64_t n) {
         return Shapes{{n, 2}, {3, 2}};
       },
       anywhere},
      {"reshape",
       [](const Operands& x) {
         return reshape(x[0], {1, -1});
       },
       kOne, box, anywhere},
      {"permute", [](const Operands& x) { return reversed(x[0]); }, kOne, box, anywhere},
      {"transpose", [](const Operands& x) { return transpose(x[0]); }, kReduced, box, anywhere},
      {"transpose", [](const Operands& x) { return transpose(x[0], 0, 1); }, kReduced, box, anywhere},
      {"concat",
       [](const Operands& x) { return concat(x, -1); },
       {{{2, 3}, {2, 1}, {2, 0}, {2, 2}, {2, 3}}, {{3}, {3}}, {{5}}},
       pair,
       anywhere},
      {"concat", [](const Operands& x) { return concat(x); }, {{{1, 2, 2}, {3, 2, 2}}, {{2, 3}, {2, 3}}, {{0, 3}, {0, 3}}}, pair, anywhere},
      {"stack", [](const Operands& x) { return stack(x, 1); }, {{{2, 3}, {2, 3}, {2, 3}, {2, 3}}, {{3}, {3}}, {{2, 0}}}, pair, anywhere},
      {"slice", [](const Operands& x) { return slice(x[0], 1, 1, -1, 2); }, kReduced, box, anywhere},
      {"slice", [](const Operands& x) { return slice(x[0], 0, -2, 9); }, {{{1}}, {{7}}, {{2, 3}}, {{0, 3}}}, one, anywhere},
      {"gather", [](const Operands& x) { return ends(x[0]); }, {{{1, 1}}, {{2, 3}}, {{4, 1}}, {{0, 2}}}, row, anywhere},
  };
}

std::vector<Operation> rowwise_operations() {
  return {
      {"softmax", [](const Operands& x) { return softmax(x[0]); }, kRows, row, anywhere},
      {"softmax", [](const Operands& x) { return softmax(x[0], 1); }, kReduced, box, anywhere},
      {"log_softmax", [](const Operands& x) { return log_softmax(x[0]); }, kRows, row, anywhere},
      {"log_softmax", [](const Operands& x) { return log_softmax(x[0], 0); }, kReduced, box, anywhere},
      {"mse", [](const Operands& x) { return mse(x[0], x[1]); }, kPairs, pair, anywhere},
      {"bce_with_logits", [](const Operands& x) { return bce_with_logits(x[0], x[1], 1.7); }, kPairs, pair, anywhere},
      {"cross_entropy",
       [](const Operands& x) { return cross_entropy(x[0], cyclic_labels(x[0].size(0), x[0].size(1))); },
       {{{1, 1}}, {{4, 3}}, {{2, 18}}},
       row,
       anywhere},
      {"cross_entropy",
       [](const Operands& x) {
         const std::int64_t classes = x[0].size(1);
         return cross_entropy(x[0], cyclic_labels(x[0].size(0), classes), arange(classes, x[0].dtype()) + 1, 0.1);
       },
       {{{1, 2}}, {{4, 3}}, {{5, 7}}},
       row,
       anywhere},
  };
}

}  // namespace

const std::vector<Operation>& operations() {
  static const std::vector<Operation> all = [] {
    std::vector<Operation> list = elementwise_operations();
    const auto append = [&](const std::vector<Operation>& more) { list.insert(list.end(), more.begin(), more.end()); };
    append(structural_operations());
    for (const auto& [name, f] : std::initializer_list<std::pair<const char*, Reduction>>{
             {"sum", sum}, {"mean", mean}, {"var", biased_var}, {"max", max}, {"min", min}, {"logsumexp", logsumexp}}) {
      append(reductions(name, f));
    }
    list.push_back(
        {"var", [](const Operands& x) { return unbiased_var(x[0], {-1}, false); }, {{{2}}, {{2, 3}}, {{3, 1, 5}}}, row, anywhere});
    append(rowwise_operations());
    return list;
  }();
  return all;
}

Operands operands_of(const Operation& operation, const Shapes& shapes, DType dtype) {
  Rng rng(7);
  Operands operands;
  for (const Shape& shape : shapes) {
    std::vector<double> values(static_cast<std::size_t>(shape.size()));
    for (double& v : values) v = operation.domain(rng);
    operands.push_back(tensor(shape, values, dtype).set_requires_grad());
  }
  return operands;
}

}  // namespace descent::test
