#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "descent/optim/clip.h"
#include "descent/optim/optimizer.h"
#include "descent/optim/schedule.h"

// Trajectories of torch.optim 1.13: four numbers, twenty steps, gradients that span four orders of magnitude.
namespace descent {
namespace {

using Json = nlohmann::json;

const Json& golden() {
  static const Json file = Json::parse(std::ifstream(DESCENT_SOURCE_DIR "/tests/optim/golden/torch.json"));
  return file;
}

Value to_value(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_array()) return json.get<std::vector<double>>();
  return json.get<double>();
}

double gradient(int t, int i) { return std::sin(1.7 * t + 0.9 * i) * std::pow(10, (t + i) % 5 - 3); }

// The largest distance from the trajectory of a case, relative to each number, or to the point's largest in float32, whose numbers near 0
// have no more digits than that.
double distance(const std::string& type, const Json& expected, DType dtype) {
  Tensor w = tensor({4}, golden()["p0"].get<std::vector<double>>(), dtype);
  w.set_requires_grad();
  Value options = Value::map();
  for (const auto& [name, value] : expected["kw"].items()) options.set(name, to_value(value));
  options.set("type", type);
  Diagnostics diagnostics;
  const Spec spec = optim::Optimizer::kind().read(options, {diagnostics, "optimizer"});
  diagnostics.check();
  const auto optimizer = make<optim::Optimizer>(spec);
  optimizer->add_parameters({{"w", w}});
  double worst = 0;
  int t = 0;
  for (const Json& point : expected["trajectory"]) {
    ++t;
    std::vector<double> g;
    for (int i = 0; i < 4; ++i) g.push_back(gradient(t, i));
    w.zero_grad();
    w.backward(tensor({4}, g, dtype));
    optimizer->step();
    const auto want = point.get<std::vector<double>>();
    const double largest =
        std::abs(*std::max_element(want.begin(), want.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }));
    for (std::size_t i = 0; i < 4; ++i) {
      const double scale = dtype == DType::float32 ? largest : std::abs(want[i]);
      worst = std::max(worst, std::abs(w.at(static_cast<std::int64_t>(i)) - want[i]) / scale);
    }
  }
  EXPECT_EQ(t, 20);
  return worst;
}

struct Case {
  const char* type;
  const char* name;
};

class TorchTrajectory : public testing::TestWithParam<Case> {};

TEST_P(TorchTrajectory, IsFollowedInFloat64) {
  EXPECT_LE(distance(GetParam().type, golden()["cases"][GetParam().name], DType::float64), 1e-12);
}
TEST_P(TorchTrajectory, IsFollowedInFloat32) {
  const double bound = std::string(GetParam().type) == "rmsprop" ? 2e-4 : 5e-6;
  EXPECT_LE(distance(GetParam().type, golden()["cases"][GetParam().name], DType::float32), bound);
}

INSTANTIATE_TEST_SUITE_P(All, TorchTrajectory,
                         testing::Values(Case{"sgd", "sgd"}, Case{"sgd", "sgd_wd"}, Case{"sgd", "sgd_mom"}, Case{"momentum", "sgd_mom"},
                                         Case{"sgd", "sgd_mom_damp"}, Case{"sgd", "sgd_nesterov"}, Case{"nesterov", "sgd_nesterov"},
                                         Case{"sgd", "sgd_nesterov_wd_max"}, Case{"adagrad", "adagrad"}, Case{"adagrad", "adagrad_lr1"},
                                         Case{"adagrad", "adagrad_decay"}, Case{"adagrad", "adagrad_acc"}, Case{"adagrad", "adagrad_wd"},
                                         Case{"rmsprop", "rmsprop"}, Case{"rmsprop", "rmsprop_centered"}, Case{"rmsprop", "rmsprop_mom"},
                                         Case{"rmsprop", "rmsprop_all"}, Case{"adam", "adam"}, Case{"adam", "adam_wd"},
                                         Case{"adam", "adam_amsgrad"}, Case{"adam", "adam_eps"}),
                         [](const auto& each) { return std::string(each.param.type) + "_" + each.param.name; });

TEST(TorchSchedule, StepIsFollowed) {
  const auto schedule = make<optim::Schedule>("step", {{"step_size", 3}, {"gamma", 0.5}});
  const auto expected = golden()["schedules_lr1"]["step(3,0.5)"].get<std::vector<double>>();
  for (std::size_t t = 0; t < expected.size(); ++t) EXPECT_DOUBLE_EQ(schedule->factor(static_cast<std::int64_t>(t)), expected[t]);
}

TEST(TorchSchedule, ConstantIsFollowed) {
  const auto schedule = make<optim::Schedule>("constant", {{"factor", 1.0 / 3}, {"total_iters", 5}});
  const auto expected = golden()["schedules_lr1"]["constant(1/3,5)"].get<std::vector<double>>();
  for (std::size_t t = 0; t < expected.size(); ++t) EXPECT_DOUBLE_EQ(schedule->factor(static_cast<std::int64_t>(t)), expected[t]);
}

TEST(TorchClipping, ByNormIsFollowed) {
  Tensor w = zeros({3}, DType::float64);
  w.set_requires_grad();
  w.backward(tensor({3, 4, 12}, DType::float64));
  const Json& expected = golden()["clip_grad_norm_([3,4,12],1)"];
  EXPECT_EQ(optim::clip_grad_norm({w}, 1), expected["total_norm"].get<double>());
  for (int i = 0; i < 3; ++i) EXPECT_NEAR(w.grad().at(i), expected["grad"][static_cast<std::size_t>(i)].get<double>(), 1e-15);
}

}  // namespace
}  // namespace descent
