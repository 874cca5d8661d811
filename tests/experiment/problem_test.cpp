#include "descent/experiment/problem.h"

#include <gmock/gmock.h>

#include "descent/autograd/ops.h"
#include "descent/data/dataset.h"
#include "descent/experiment/checkpoint.h"
#include "tests/experiment/experiment_test.h"

namespace descent::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ProblemTest : public ExperimentTest {
 protected:
  std::unique_ptr<Problem> problem(const std::string& text) const {
    return make_problem(load(text + "optimizer: sgd\ntrain: {epochs: 1, batch_size: 2, shuffle: false}\n"));
  }
  // The held-out loss on 600 rows, more than are evaluated at once, of a model without parameters.
  double held_out(const std::string& loss, const std::string& rows, const std::string& targets) const {
    return problem("data: {type: inline, x: [[1, 0], [0, 1]], y: [0, 1], validation: {x: [" + rows + "], y: [" + targets +
                   "]}}\nmodel: {type: sequential, layers: [relu]}\nloss: " + loss + "\ndtype: float64\n")
        ->evaluate()
        .at(0)
        .loss;
  }
  static std::string repeated(const std::string& first, std::size_t a, const std::string& second, std::size_t b) {
    std::string text = first;
    for (std::size_t i = 1; i < a; ++i) text += ", " + first;
    for (std::size_t i = 0; i < b; ++i) text += ", " + second;
    return text;
  }
};

const double kRight = std::log1p(std::exp(-1.0)), kWrong = std::log1p(std::exp(1.0));  // cross-entropy of logits (1, 0)

TEST_F(ProblemTest, EvaluatesTheMeanOverAllRows) {
  EXPECT_NEAR(held_out("cross_entropy", repeated("[1, 0]", 600, "", 0), repeated("0", 400, "1", 200)), (2 * kRight + kWrong) / 3, 1e-12);
}

TEST_F(ProblemTest, EvaluatesASumOverAllRows) {
  EXPECT_NEAR(held_out("{type: cross_entropy, reduction: sum}", repeated("[1, 0]", 600, "", 0), repeated("0", 400, "1", 200)),
              400 * kRight + 200 * kWrong, 1e-9);
}

TEST_F(ProblemTest, DividesByTheWeightsOfAllRows) {
  EXPECT_NEAR(held_out("{type: cross_entropy, weight: [1, 3]}", repeated("[1, 0]", 600, "", 0), repeated("0", 400, "1", 200)),
              (400 * kRight + 600 * kWrong) / 1000, 1e-12);
}

TEST_F(ProblemTest, StandsStillWhileItEvaluates) {
  const auto net = problem(
      "data: {type: moons, samples: 20, split: {validation: 6}}\nloss: cross_entropy\n"
      "model: {type: sequential, layers: [{type: linear, out: 3}, batch_norm1d, dropout, {type: linear, out: 2}]}\n");
  const double first = net->evaluate().at(0).loss;
  EXPECT_EQ(net->evaluate().at(0).loss, first);
  const NamedTensors buffers = net->buffers();
  EXPECT_EQ(buffers.at(0).first, "1.running_mean");
  EXPECT_EQ(buffers.at(0).second.to_vector(), (std::vector<double>{0, 0, 0}));
  net->loss(1);
  EXPECT_NE(buffers.at(0).second.to_vector(), (std::vector<double>{0, 0, 0}));
  EXPECT_EQ(net->generators().size(), 1u);
}

TEST_F(ProblemTest, NamesAllThatItMeasures) {
  const std::string rest = "model: linear_regression\nloss: mse\nmetrics: [mae, r2]\n";
  EXPECT_THAT(problem("data: {type: inline, x: [1, 2, 3], y: [1, 2, 3], split: {validation: 1}}\n" + rest)->measured(),
              ElementsAre("loss", "validation/loss", "validation/mae", "validation/r2"));
  EXPECT_THAT(problem("data: {type: inline, x: [1, 2, 3], y: [1, 2, 3]}\nmodel: linear_regression\nloss: mse\n")->measured(),
              ElementsAre("loss"));
}

TEST_F(ProblemTest, KnowsWhichMetricsShouldRise) {
  const auto net = problem(
      "data: {type: inline, x: [1, 2, 3], y: [1, 2, 3], split: {test: 1}}\nmodel: linear_regression\nloss: mse\nmetrics: [mae, r2]\n");
  EXPECT_TRUE(net->higher_is_better("r2"));
  EXPECT_FALSE(net->higher_is_better("mae"));
  EXPECT_FALSE(net->higher_is_better("loss"));
}

TEST_F(ProblemTest, ComputesInSinglePrecisionWithAModelAndInDoubleWithAnObjective) {
  const std::string model = "data: {type: inline, x: [1, 2], y: [1, 2]}\nmodel: linear_regression\nloss: mse\n";
  EXPECT_EQ(problem(model)->parameters()[0].second.dtype(), DType::float32);
  EXPECT_EQ(problem(model + "dtype: float64\n")->parameters()[0].second.dtype(), DType::float64);
  EXPECT_EQ(make_problem(load(kParabola))->parameters()[0].second.dtype(), DType::float64);
  EXPECT_EQ(make_problem(load(std::string(kParabola) + "dtype: float32\n"))->parameters()[0].second.dtype(), DType::float32);
}

TEST_F(ProblemTest, DrawsInitialValuesFromTheSeed) {
  const std::string text = "data: {type: inline, x: [1, 2], y: [1, 2]}\nmodel: linear_regression\nloss: mse\n";
  const auto weight = [&](const std::string& seed) { return problem(text + seed)->parameters()[0].second.item(); };
  EXPECT_EQ(weight(""), weight("seed: 0\n"));
  EXPECT_NE(weight(""), weight("seed: 1\n"));
}

TEST_F(ProblemTest, StartsFromAWeightFileBesideTheExperiment) {
  save_safetensors(folder_ / "w.safetensors", {{"0.weight", tensor({{5}}, DType::float64)}, {"0.bias", tensor({7})}});
  const auto net =
      problem("data: {type: inline, x: [1, 2], y: [1, 2]}\nmodel: {type: linear_regression, init_from: w.safetensors}\nloss: mse\n");
  EXPECT_EQ(net->parameters()[0].second.item(), 5);
  EXPECT_EQ(net->parameters()[1].second.item(), 7);
  EXPECT_EQ(net->parameters()[0].second.dtype(), DType::float32);
}

TEST_F(ProblemTest, RefusesAnOutputThatIsNoRowForARow) {
  const std::string text =
      "data: {type: inline, x: [1, 2, 3], y: [1, 2, 3]}\nmodel: {type: sequential, layers: [{type: flatten, start_dim: 0}]}\n";
  EXPECT_THAT(error_of(ErrorKind::invalid, [&] { problem(text + "loss: mse\n"); }), HasSubstr("model: "));
}

TEST_F(ProblemTest, IsTriedOutWithoutATrace) {
  const auto net = problem(
      "data: {type: moons, samples: 20}\nloss: cross_entropy\n"
      "model: {type: sequential, layers: [{type: linear, out: 3}, batch_norm1d, dropout, {type: linear, out: 2}]}\n");
  EXPECT_EQ(net->buffers().at(0).second.to_vector(), (std::vector<double>{0, 0, 0}));
  EXPECT_EQ(net->buffers().at(1).second.to_vector(), (std::vector<double>{1, 1, 1}));
  EXPECT_EQ(net->generators().at(0)->bits(), Rng(0, Stream::dropout, 0).bits());
}

TEST_F(ProblemTest, MayHaveARowThatCannotBeTrainedOnAloneIfItNeverIs) {
  const std::string text =
      "data: {type: inline, x: [1, 2, 3], y: [1, 2, 3]}\nmodel: {type: sequential, layers: [batch_norm1d, linear]}\nloss: mse\n"
      "optimizer: sgd\n";
  EXPECT_EQ(make_problem(load(text + "train: {epochs: 1, batch_size: 2, drop_last: true}\n"))->steps_per_epoch(), 1);
  EXPECT_EQ(make_problem(load(text + "train: {steps: 1, batch_size: 2}\n"))->steps_per_epoch(), 2);
}

// A single output of 0.3, whatever the row.
TEST_F(ProblemTest, TellsTheClassesApartWhereTheLossDoes) {
  save_safetensors(folder_ / "w.safetensors", {{"0.weight", tensor({{0}})}, {"0.bias", tensor({0.3})}});
  const auto share_of_ones = [&](const std::string& loss, const std::string& metric) {
    return problem("data: {type: inline, x: [1, 2, 3, 4], y: [1, 1, 1, 0], validation: {x: [1, 2, 3, 4], y: [1, 1, 1, 0]}}\nloss: " + loss +
                   "\nmodel: {type: linear_regression, init_from: w.safetensors}\nmetrics: [" + metric + "]\n")
        ->evaluate()
        .at(0)
        .metrics.at(0)
        .second;
  };
  for (const char* loss : {"bce_with_logits", "hinge"}) EXPECT_EQ(share_of_ones(loss, "accuracy"), 0.75) << loss;
  for (const char* loss : {"bce", "mse"}) EXPECT_EQ(share_of_ones(loss, "accuracy"), 0.25) << loss;
  EXPECT_EQ(share_of_ones("bce", "{type: accuracy, threshold: 0.2}"), 0.75);
  EXPECT_EQ(share_of_ones("bce_with_logits", "{type: accuracy, threshold: 0.5}"), 0.25);
}

TEST_F(ProblemTest, TellsHowItsFeaturesWereStandardized) {
  const std::string rest = "model: linear_regression\nloss: mse\n";
  const auto net = problem("data: {type: inline, x: [[1, 5], [3, 5]], y: [1, 2], standardize: true}\n" + rest);
  ASSERT_NE(net->standardization(), nullptr);
  EXPECT_THAT(net->standardization()->mean, ElementsAre(2, 5));
  EXPECT_THAT(net->standardization()->deviation, ElementsAre(1, 1));
  EXPECT_EQ(problem("data: {type: inline, x: [1, 2], y: [1, 2]}\n" + rest)->standardization(), nullptr);
}

}  // namespace
}  // namespace descent::test
