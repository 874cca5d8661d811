#include "descent/nn/losses.h"

#include <cmath>
#include <map>

#include "descent/autograd/gradcheck.h"
#include "descent/autograd/ops.h"
#include "golden.h"
#include "testing.h"

namespace descent::nn {
namespace {

std::unique_ptr<Loss> make_loss(const std::string& type, const Value& options) {
  return std::unique_ptr<Loss>(static_cast<Loss*>(Loss::kind().make(type, options).release()));
}

std::map<std::string, Tensor> golden_tensors() {
  std::vector<double> bits, counts;
  for (const double y : grid_y().to_vector()) {
    bits.push_back(y > 0 ? 1 : 0);
    counts.push_back(static_cast<double>(counts.size() % 5));
  }
  return {{"x", grid_x()},
          {"y", grid_y()},
          {"unit", (grid_x() + 1.75) / 3.5},
          {"bits", tensor({4, 3}, bits, DType::float64)},
          {"counts", tensor({4, 3}, counts, DType::float64)},
          {"labels", labels({2, 0, 1, 2})}};
}

TEST(Losses, GiveTheValuesAndGradientsOfPyTorch) {
  const auto tensors = golden_tensors();
  for (const GoldenLoss& golden : kGoldenLosses) {
    SCOPED_TRACE(golden.type);
    const auto loss = make_loss(golden.type, golden.options);
    Tensor x = tensors.at(golden.output).clone();
    x.set_requires_grad();
    const Tensor value = (*loss)(x, tensors.at(golden.target));
    EXPECT_EQ(value.size(), 1);
    EXPECT_NEAR(value.item(), golden.loss, 1e-13 * std::max(1.0, std::fabs(golden.loss)));
    value.backward();
    expect_close(x.grad().to_vector(), golden.gradient);
  }
}

TEST(Losses, PassTheGradientCheckForOutputsAndTargets) {
  for (const std::string& type : Loss::kind().names()) {
    SCOPED_TRACE(type);
    const auto loss = make<Loss>(type);
    Tensor x = ((grid_x() + 1.75) / 3.5).detach(), y = ((grid_y() + 1.8) / 3.5).detach();  // in (0, 1), at no kink
    std::vector<Tensor> inputs{x.set_requires_grad()};
    if (type != "hinge" && !loss->wants_classes()) inputs.push_back(y.set_requires_grad());
    const Tensor target = loss->wants_classes() ? labels({2, 0, 1, 2}) : y;
    EXPECT_LT(gradcheck([&](const std::vector<Tensor>& in) { return (*loss)(in[0], target); }, inputs), 1e-8);
  }
}

TEST(Losses, DefaultToTheMean) {
  for (const std::string& type : Loss::kind().names()) {
    SCOPED_TRACE(type);
    const auto loss = make<Loss>(type), mean_loss = make<Loss>(type, {{"reduction", "mean"}});
    const Tensor target = loss->wants_classes() ? labels({2, 0, 1, 2}) : golden_tensors().at("bits"), x = golden_tensors().at("unit");
    EXPECT_EQ((*loss)(x, target).item(), (*mean_loss)(x, target).item());
  }
}

TEST(Losses, RefuseTargetsOfAnotherShapeRatherThanBroadcast) {
  for (const std::string& type : Loss::kind().names()) {
    SCOPED_TRACE(type);
    const auto loss = make<Loss>(type);
    if (loss->wants_classes()) {
      EXPECT_NE(error_of([&] { (*loss)(ones({4, 3}), ones({4, 1})); }), "no error");
      EXPECT_NE(error_of([&] { (*loss)(ones({4, 3}), labels({0, 1, 2})); }).find("(3,)"), std::string::npos);
    } else {
      EXPECT_EQ(error_of([&] { (*loss)(ones({4, 1}), ones({4})); }), type + ": expected equal shapes, got (4, 1) and (4,)");
    }
  }
}

TEST(Losses, RefuseLabelsThatAreNoClass) {
  for (const char* type : {"cross_entropy", "nll"}) {
    for (const std::int64_t label : {-1, 3}) EXPECT_NE(error_of([&] { (*make<Loss>(type))(ones({1, 3}), labels({label})); }), "no error");
  }
}

TEST(Losses, RefuseClassWeightsThatAreNotOnePerClass) {
  for (const char* type : {"cross_entropy", "nll"}) {
    const auto loss = make<Loss>(type, {{"weight", std::vector<double>{1, 2}}});
    EXPECT_EQ(error_of([&] { (*loss)(ones({1, 3}), labels({0})); }), std::string(type) + ": expected 3 class weights, got (2,)");
  }
}

TEST(Losses, DoubtOutputsThatAreNoneOfTheirs) {
  const auto doubt = [](const char* type, const std::vector<double>& row, OptionList options = {}) {
    return make<Loss>(type, options)->doubt(tensor({1, 2}, row, DType::float64));
  };
  EXPECT_EQ(doubt("nll", {-1, 0.5}), "nll expects log-probabilities <= 0, and the model gives 0.5");
  EXPECT_EQ(doubt("kl_div", {0.25, -1}), "kl_div expects log-probabilities <= 0, and the model gives 0.25");
  EXPECT_EQ(doubt("bce", {0.5, -3}), "bce expects probabilities in [0, 1], and the model gives -3");
  EXPECT_EQ(doubt("poisson_nll", {1, -2}, {{"log_input", false}}), "poisson_nll expects rates >= 0, and the model gives -2");
  EXPECT_EQ(doubt("poisson_nll", {1, -2}), "");
  EXPECT_NE(doubt("cross_entropy", {0.3, 0.7}), "");
  EXPECT_EQ(doubt("cross_entropy", {0.3, 0.72}), "");
  EXPECT_EQ(doubt("cross_entropy", {3, -2}), "");
  EXPECT_EQ(doubt("nll", {-1, std::nan("")}), "");
}

TEST(Losses, TellWhetherTheyWantClasses) {
  EXPECT_TRUE(make<Loss>("cross_entropy")->wants_classes());
  EXPECT_FALSE(make<Loss>("mse")->wants_classes());
}

TEST(BceLoss, StaysFiniteAtCertainty) {
  Tensor x = tensor({0, 1, 0, 1}, DType::float64);
  x.set_requires_grad();
  const Tensor loss = bce_loss(x, tensor({1, 0, 0, 1}, DType::float64), Reduction::sum);
  EXPECT_EQ(loss.item(), 200);
  loss.backward();
  EXPECT_EQ(x.grad().to_vector(), (std::vector<double>{-1e12, 1e12, 0, 0}));
}

TEST(HingeLoss, TakesTargetsAsSignsOrAsBits) {
  const Tensor x = tensor({2, 0.5, -0.25, -3});
  const double expected = (0 + 0.5 + 0.75 + 4) / 4;
  EXPECT_EQ(hinge_loss(x, tensor({1, 1, -1, 1})).item(), expected);
  EXPECT_EQ(hinge_loss(x, tensor({1, 1, 0, 1})).item(), expected);
}

TEST(KlDivLoss, CountsATargetOfZeroAsNothing) {
  Tensor x = tensor({{-1, -2}}, DType::float64);
  x.set_requires_grad();
  const Tensor loss = kl_div_loss(x, tensor({{0, 1}}, DType::float64), false, Reduction::sum);
  EXPECT_EQ(loss.item(), 2);
  loss.backward();
  EXPECT_EQ(x.grad().to_vector(), (std::vector<double>{0, -1}));
}

TEST(SmoothL1Loss, WithoutBendIsL1) { EXPECT_EQ(smooth_l1_loss(grid_x(), grid_y(), 0).item(), l1_loss(grid_x(), grid_y()).item()); }

TEST(NllLoss, IsNotDisturbedByImpossibleClasses) {
  const Tensor x = tensor({{-0.5, -INFINITY}});
  EXPECT_EQ(nll_loss(x, labels({0})).item(), 0.5);
}

Tensor quartic_loss(const Tensor& output, const Tensor& target, Reduction reduction) {
  check_same_shape("test_quartic", output, target);
  return reduce(square(square(output - target)), reduction);
}
const Register<Loss, LossFunction<quartic_loss>> quartic("test_quartic", "d^4");

TEST(LossFunction, MakesAnOwnFunctionALossByName) {
  const auto loss = make<Loss>("test_quartic", {{"reduction", "sum"}});
  EXPECT_EQ((*loss)(tensor({1, 2}), tensor({0, 0})).item(), 17);
}

TEST(Losses, RefuseTargetsThatTheyDoNotUnderstand) {
  const auto refusal = [](const char* type, double target, OptionList options = {}) {
    return error_of([&] { make<Loss>(type, options)->check_targets(tensor({{0}, {target}})); });
  };
  EXPECT_EQ(refusal("poisson_nll", -1), "poisson_nll: expected targets >= 0, got -1");
  EXPECT_EQ(refusal("kl_div", 1.5), "kl_div: expected targets in [0, 1], got 1.5");
  EXPECT_EQ(refusal("kl_div", 0.5, {{"log_target", true}}), "kl_div: expected targets <= 0, got 0.5");
  make<Loss>("poisson_nll")->check_targets(tensor({0, 1e6}));
  make<Loss>("kl_div")->check_targets(tensor({0, 1}));
  make<Loss>("kl_div", {{"log_target", true}})->check_targets(tensor({-INFINITY, 0}));
}

}  // namespace
}  // namespace descent::nn
