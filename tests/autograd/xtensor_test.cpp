#include "descent/autograd/xtensor.h"

#include <xtensor/xarray.hpp>
#include <xtensor/xmath.hpp>

#include "descent/autograd/gradcheck.h"
#include "tests/autograd/testing.h"

namespace descent {
namespace {

// A user's operation, forward and backward as expressions: y = a²·sin(b).
struct Wave {
  static constexpr const char* name = "wave";
  template <class T>
  static void forward(Node& y) {
    out<T>(y) = in<T>(y, 0) * in<T>(y, 0) * xt::sin(in<T>(y, 1));
  }
  template <class T>
  static void backward(Node& y) {
    add_grad<T>(y, 0, 2 * in<T>(y, 0) * xt::sin(in<T>(y, 1)) * out_grad<T>(y));
    add_grad<T>(y, 1, in<T>(y, 0) * in<T>(y, 0) * xt::cos(in<T>(y, 1)) * out_grad<T>(y));
  }
};
Tensor wave(const Tensor& a, const Tensor& b) {
  check_operands("wave", {&a, &b});
  return apply<Wave>(a.shape(), {a, b});
}

TEST(XtensorOperation, ComputesItsExpressionInBothTypes) {
  for (const DType dtype : {DType::float32, DType::float64}) {
    const double tolerance = dtype == DType::float32 ? 1e-6 : 1e-15;
    const Tensor a = test::leaf(tensor({{1, 2}, {3, 4}}, dtype)), b = test::leaf(full({2, 2}, 0.5, dtype));
    const Tensor y = wave(a, b);
    const double s = std::sin(0.5), c = std::cos(0.5);
    test::expect_values(y, {2, 2}, {s, 4 * s, 9 * s, 16 * s}, tolerance);
    sum(y).backward();
    test::expect_values(a.grad(), {2, 2}, {2 * s, 4 * s, 6 * s, 8 * s}, tolerance);
    test::expect_values(b.grad(), {2, 2}, {c, 4 * c, 9 * c, 16 * c}, tolerance);
  }
}

TEST(XtensorOperation, PassesTheGradientCheckAloneTwiceAndScalar) {
  const auto f = [](const std::vector<Tensor>& x) { return wave(x[0], x.back()); };
  EXPECT_LE(gradcheck(f, {test::leaf(test::uniform({2, 3}, -1, 1)), test::leaf(test::uniform({2, 3}, -1, 1, 2))}), 1e-8);
  EXPECT_LE(gradcheck(f, {test::leaf(test::uniform({2, 3}, -1, 1))}), 1e-8);
  EXPECT_LE(gradcheck(f, {test::leaf(test::uniform({}, -1, 1)), test::leaf(test::uniform({}, -1, 1, 2))}), 1e-8);
}

TEST(XtensorOperation, ComputesNoGradientThatNobodyNeeds) {
  const Tensor a = test::leaf(ones({2})), b = ones({2});
  sum(wave(a, b)).backward();
  EXPECT_TRUE(a.grad().defined());
  EXPECT_FALSE(b.grad().defined());
}

TEST(Xtensor, ViewsAreMutableAndShareMemory) {
  const Tensor x = tensor({{1, 2, 3}, {4, 5, 6}});
  x.view<float>()(1, 0) = 40;
  x.view<float, 2>()(0, 2) += 10;
  test::expect_values(x, {2, 3}, {1, 2, 13, 40, 5, 6});
}

TEST(Xtensor, RefusesAViewOfAnotherRankOrType) {
  EXPECT_EQ(test::invalid_error([] { zeros({2, 3}).view<float, 1>(); }), "view: expected 1 axes, got (2, 3)");
  EXPECT_EQ(test::invalid_error([] { zeros({2}).view<double>(); }), "data: expected a tensor of float64, got float32");
}

TEST(Xtensor, MakesTensorsOfExpressions) {
  const xt::xarray<double> a = {{1, 2, 3}, {4, 5, 6}};
  const Tensor x = from_xtensor(xt::transpose(a) * 2);
  EXPECT_EQ(x.dtype(), DType::float64);
  test::expect_values(x, {3, 2}, {2, 8, 4, 10, 6, 12});
  test::expect_values(from_xtensor(xt::xarray<float>(5.F)), {}, {5});
  EXPECT_EQ(from_xtensor(xt::xarray<std::int64_t>{1, 2}).dtype(), DType::int64);
}

// Expressions of a shape that is not the result's, in one direction and in the other.
struct Misshapen {
  static constexpr const char* name = "misshapen";
  template <class T>
  static void forward(Node& y) {
    if (y.size == 1) out<T>(y) = xt::ones<T>({1}) * in<T>(y, 0);
    if (y.size != 1) out<T>(y) = in<T>(y, 0) + xt::ones<T>({7});
  }
  template <class T>
  static void backward(Node& y) {
    add_grad<T>(y, 0, xt::ones<T>({5, 7}));
  }
};

TEST(XtensorOperation, IsNamedWhereItsShapesDoNotFit) {
  const Tensor x = test::leaf(ones({1}));
  const Tensor y = apply<Misshapen>({1}, {x});
  EXPECT_EQ(test::invalid_error([&] { y.backward(); }).substr(0, 11), "misshapen: ");
  EXPECT_FALSE(x.grad().defined() && std::isnan(x.grad().item()));
  EXPECT_EQ(test::invalid_error([&] { apply<Misshapen>({3}, {test::leaf(ones({3}))}); }).substr(0, 11), "misshapen: ");
}

}  // namespace
}  // namespace descent
