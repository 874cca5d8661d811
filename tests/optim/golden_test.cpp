#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "descent/optim/optimizer.h"
#include "tests/optim/golden.h"

// Trajectories of other implementations, and the tutorial's figures.
namespace descent {
namespace {

using test::Numbers;
using test::parameter;

// torch.optim 1.13: four numbers, twenty steps, gradients that span four orders of magnitude.
const Json& torch_file() {
  static const Json file = test::golden("torch.json");
  return file;
}

Value to_options(const Json& json) {
  Value options = Value::map();
  for (const auto& [name, value] : json.items()) {
    if (name != "foreach") options.set(name, test::to_value(value));  // how PyTorch computes it, not what
  }
  return options;
}

double largest(const Numbers& values) {
  double size = 0;
  for (const double x : values) size = std::max(size, std::abs(x));
  return size;
}

// The largest distance from PyTorch's trajectory, relative to each number, or to the point's largest in float32, whose numbers near 0 have
// no more digits than that.
double distance(const std::string& type, const Value& options, const Json& trajectory, DType dtype) {
  const Tensor w = parameter(torch_file()["p0"].get<Numbers>(), dtype);
  const auto optimizer = test::make_optimizer(type, options, w);
  double worst = 0;
  int t = 0;
  for (const Json& point : trajectory) {
    ++t;
    test::step(*optimizer, w,
               {test::golden_gradient(t, 0), test::golden_gradient(t, 1), test::golden_gradient(t, 2), test::golden_gradient(t, 3)});
    const auto want = point.get<Numbers>();
    for (std::size_t i = 0; i < 4; ++i) {
      const double scale = dtype == DType::float32 ? largest(want) : std::abs(want[i]);
      const double error = std::abs(w.at(static_cast<std::int64_t>(i)) - want[i]) / scale;
      if (!(error <= worst)) worst = error;
    }
  }
  EXPECT_EQ(t, 20);
  return worst;
}

std::string type_of(const Json& torch_case) {
  std::string type = torch_case["class"].get<std::string>();
  for (char& c : type) c = static_cast<char>(std::tolower(c));
  return type;
}

class TorchTrajectory : public testing::TestWithParam<std::string> {
 protected:
  double distance(DType dtype) const { return descent::distance(type_of(case_), to_options(case_["kw"]), case_["trajectory"], dtype); }
  const Json& case_ = torch_file()["cases"][GetParam()];
};

TEST_P(TorchTrajectory, IsFollowedInFloat64) { EXPECT_LE(distance(DType::float64), 1e-12); }
TEST_P(TorchTrajectory, IsFollowedInFloat32) { EXPECT_LE(distance(DType::float32), type_of(case_) == "rmsprop" ? 2e-4 : 5e-6); }

std::vector<std::string> torch_cases() {
  std::vector<std::string> names;
  for (const auto& [name, ignored] : torch_file()["cases"].items()) names.push_back(name);
  return names;
}
INSTANTIATE_TEST_SUITE_P(All, TorchTrajectory, testing::ValuesIn(torch_cases()), [](const auto& each) { return each.param; });

TEST(Presets, FollowTheTrajectoryOfTheOptionsThatTheyStandFor) {
  const auto distance_of = [](const char* preset, const char* name) {
    return distance(preset, Value::map({{"lr", 0.1}}), torch_file()["cases"][name]["trajectory"], DType::float64);
  };
  EXPECT_LE(distance_of("momentum", "sgd_mom"), 1e-12);
  EXPECT_LE(distance_of("nesterov", "sgd_nesterov"), 1e-12);
  EXPECT_LE(distance_of("amsgrad", "adam_amsgrad"), 1e-12);
}

// Keras 3's own tests: ten numbers from 1, printed with four decimals; Adam's, which lie close together, as one.
class KerasTrajectory : public testing::TestWithParam<Json> {};

TEST_P(KerasTrajectory, IsFollowedInItsDialect) {
  const Tensor w = parameter(Numbers(10, 1));
  Value options = to_options(GetParam()["options"]);
  options.set("dialect", "keras");
  const auto optimizer = test::make_optimizer(GetParam()["optimizer"], options, w);
  const double precision = GetParam()["optimizer"] == "adam" ? 1.4e-4 : 5.1e-5;
  Numbers gradient(10, 0.01);
  for (const Json& row : GetParam()["parameters_before_steps_2_to_6"]) {
    test::step(*optimizer, w, gradient);
    EXPECT_THAT(w.to_vector(), testing::Pointwise(testing::DoubleNear(precision), row.get<Numbers>()));
    for (std::size_t i = 0; i < 10; ++i) gradient[i] = static_cast<double>(i + 1) / 10;
  }
}

std::vector<Json> keras_cases() { return test::golden("keras.json")["cases"].get<std::vector<Json>>(); }
INSTANTIATE_TEST_SUITE_P(All, KerasTrajectory, testing::ValuesIn(keras_cases()),
                         [](const auto& each) { return each.param["optimizer"].template get<std::string>(); });

// AdaGrad on x².
Numbers parabola(const char* dialect, double from, double lr, int steps) {
  const Tensor x = parameter({from});
  const auto adagrad = test::make_optimizer("adagrad", Value::map({{"dialect", dialect}, {"lr", lr}}), x);
  Numbers path;
  for (int t = 0; t < steps; ++t) {
    test::step(*adagrad, x, {2 * x.at(0)});
    path.push_back(x.at(0));
  }
  return path;
}

TEST(Tutorial, IsCalculatedByHandInItsDialect) {
  EXPECT_THAT(parabola("tutorial", 4, 1, 3),
              testing::Pointwise(testing::DoubleNear(1e-14), {3.000000000078125, 2.400000000098125, 1.9672689325198565}));
}

TEST(Tutorial, HasAProgramThatSpeaksThePapersDialect) { EXPECT_NEAR(parabola("paper", 5, 0.1, 50).back(), 3.7908236520, 5e-11); }

}  // namespace
}  // namespace descent
