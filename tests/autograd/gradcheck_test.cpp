#include "descent/autograd/gradcheck.h"

#include <cmath>
#include <limits>

#include "descent/autograd/node.h"
#include "tests/autograd/testing.h"

namespace descent {
namespace {

using test::leaf;
using test::uniform;

// y = x³ whose slope is wrong at `kWrong`: by a little for one element, everywhere, or not a number.
enum class Wrong { nowhere, one_element, everywhere, nan };
template <Wrong kWrong>
struct Cube {
  static constexpr const char* name = "cube";
  template <class T>
  static void forward(Node& y) {
    for (std::int64_t i = 0; i < y.size; ++i) y.out<T>()[i] = y.in<T>(0)[i] * y.in<T>(0)[i] * y.in<T>(0)[i];
  }
  template <class T>
  static void backward(Node& y) {
    const auto dx = y.in_grad<T>(0);
    for (std::int64_t i = 0; i < y.size; ++i) {
      T slope = 3 * y.in<T>(0)[i] * y.in<T>(0)[i];
      if (kWrong == Wrong::everywhere) slope = -slope;
      if (kWrong == Wrong::one_element && i == 4) slope *= T(1.001);
      if (kWrong == Wrong::nan && i == 4) slope = std::numeric_limits<T>::quiet_NaN();
      dx.put(i, slope * y.out_grad<T>()[i]);
    }
  }
};
template <Wrong kWrong>
Tensor cube(const Tensor& x) {
  return apply<Cube<kWrong>>(x.shape(), x);
}
template <Wrong kWrong>
double error_of_cube() {
  return gradcheck([](const std::vector<Tensor>& x) { return cube<kWrong>(x[0]); }, {leaf(uniform({7}, 1, 2))});
}

TEST(Gradcheck, PassesARightGradient) { EXPECT_LE(error_of_cube<Wrong::nowhere>(), 1e-9); }
TEST(Gradcheck, FindsAWrongGradient) { EXPECT_NEAR(error_of_cube<Wrong::everywhere>(), 2, 1e-6); }
TEST(Gradcheck, FindsASmallErrorInOneElement) { EXPECT_GT(error_of_cube<Wrong::one_element>(), 1e-5); }
TEST(Gradcheck, ReturnsNaNForAGradientThatIsNaN) { EXPECT_TRUE(std::isnan(error_of_cube<Wrong::nan>())); }

TEST(Gradcheck, ReturnsNaNEvenWhenALaterInputIsRight) {
  const auto f = [](const std::vector<Tensor>& x) { return cube<Wrong::nan>(x[0]) + x[1]; };
  EXPECT_TRUE(std::isnan(gradcheck(f, {leaf(uniform({7}, 1, 2)), leaf(uniform({7}, 1, 2))})));
}

TEST(Gradcheck, FindsAGradientThatIsMissing) {
  const auto f = [](const std::vector<Tensor>& x) { return x[0] * x[1].detach(); };
  EXPECT_NEAR(gradcheck(f, {leaf(uniform({3}, 1, 2)), leaf(uniform({3}, 1, 2, 2))}), 1, 1e-6);
}

TEST(Gradcheck, RestoresTheInputs) {
  const Tensor x = leaf(uniform({5}, 1, 2));
  const std::string before = test::bits(x);
  gradcheck([](const std::vector<Tensor>& inputs) { return exp(inputs[0]); }, {x});
  EXPECT_EQ(test::bits(x), before);
}

// A small network with a diamond, a kink, views and an operand used twice.
template <Wrong kWrong>
Tensor network(const Tensor& x, const Tensor& w) {
  const Tensor hidden = relu(linear(x, w)), gate = sigmoid(hidden);
  return mean(reshape(cube<kWrong>(hidden * gate + hidden * hidden), {-1}));
}

TEST(GradcheckGraph, FindsNothingInARightGraph) {
  EXPECT_EQ(gradcheck_graph(network<Wrong::nowhere>(leaf(uniform({4, 3}, -1, 1)), leaf(uniform({5, 3}, -1, 1, 2)))), "");
}

TEST(GradcheckGraph, NamesTheOperationThatIsWrong) {
  const Tensor x = leaf(uniform({4, 3}, -1, 1)), w = leaf(uniform({5, 3}, -1, 1, 2));
  const std::string report = gradcheck_graph(network<Wrong::everywhere>(x, w));
  EXPECT_EQ(report.rfind("cube: the gradient of input 0 is off by ", 0), 0U) << report;
  EXPECT_NE(report.find("result (4, 5)"), std::string::npos) << report;
}

TEST(GradcheckGraph, NamesAnOperationWhoseGradientIsNaN) {
  const std::string report = gradcheck_graph(network<Wrong::nan>(leaf(uniform({4, 3}, 0.1, 1)), leaf(uniform({5, 3}, 0.1, 1, 2))));
  EXPECT_EQ(report.rfind("cube: the gradient of input 0 is off by nan", 0), 0U) << report;
}

TEST(GradcheckGraph, PassesOverKinks) {
  EXPECT_EQ(gradcheck_graph(sum(relu(leaf(test::f64({-1, 0, 1}))) + abs(leaf(test::f64({0, 0, 2}))))), "");
}

TEST(GradcheckGraph, LeavesValuesAndLaterGradientsUntouched) {
  const auto run = [](bool check) {
    const Tensor x = leaf(uniform({4, 3}, -1, 1)), w = leaf(uniform({5, 3}, -1, 1, 2));
    const Tensor inner = linear(x, w), loss = sum(w * w) + sum(exp(w) * sum(x) * sum(inner) + network<Wrong::nowhere>(x, w));
    const std::string report = check ? gradcheck_graph(loss) : "";
    EXPECT_EQ(report, "");
    loss.backward();
    return test::bits(x) + test::bits(w) + test::bits(loss) + test::bits(x.grad()) + test::bits(w.grad());
  };
  EXPECT_TRUE(run(true) == run(false));
}

}  // namespace
}  // namespace descent
