#include "descent/experiment/experiment.h"

#include <gmock/gmock.h>

#include "descent/experiment/yaml.h"
#include "tests/experiment/experiment_test.h"

namespace descent::test {
namespace {

const char* const kWholeNet =
    "data: {type: moons, samples: 40, split: {validation: 10}}\nmodel: {type: mlp, hidden: [4], dropout: 0.1}\n"
    "loss: cross_entropy\nmetrics: [accuracy]\noptimizer: {type: adam, groups: [{match: \".*bias\", lr: 0.1}]}\n"
    "schedule: {type: step, step_size: 2}\ntrain: {epochs: 3, batch_size: 8, early_stop: {metric: validation/loss, patience: 2}}\n"
    "checkpoint: {best: validation/loss}\n";

const char* const kPlain = "train: {epochs: 1}\ndata: {type: xor}\nmodel: logistic_regression\nloss: bce_with_logits\noptimizer: sgd\n";

TEST_F(ExperimentTest, HasTheNameOfItsFileByDefault) {
  const auto name = [&](const std::string& file) { return Experiment::load(write(kParabola, file), {}).name; };
  EXPECT_EQ(name("bowl-2.b.yaml"), "bowl-2.b");
  EXPECT_EQ(name("my bowl (2).yaml"), "my_bowl__2_");
  EXPECT_EQ(name("-x.yaml"), "_-x");
  EXPECT_EQ(name(std::string(200, 'n') + ".yaml"), std::string(64, 'n'));
  EXPECT_EQ(load("name: other\n" + std::string(kParabola)).name, "other");
}

TEST_F(ExperimentTest, HasTheDefaultsOfTheContract) {
  const Experiment experiment = load(kParabola);
  EXPECT_EQ(experiment.seed, 0u);
  EXPECT_EQ(experiment.threads, 1);
  EXPECT_EQ(experiment.dtype, DType::float64);
  const Experiment net = load(kWholeNet);
  EXPECT_EQ(net.dtype, DType::float32);
  EXPECT_TRUE(net.train.shuffle);
  EXPECT_FALSE(net.train.drop_last);
  EXPECT_EQ(load(kPlain).train.rows_per_batch(), 32);
}

TEST_F(ExperimentTest, MayBeginWithAByteOrderMarkAndEndItsLinesAsOnWindows) {
  EXPECT_EQ(load("\xef\xbb\xbfseed: 7\r\n" + std::string(kParabola)).seed, 7u);
}

TEST_F(ExperimentTest, TakesTheLargestSeed) { EXPECT_EQ(load("seed: 18446744073709551615\n" + std::string(kParabola)).seed, ~0ULL); }

TEST_F(ExperimentTest, TakesIntegralFloatsForIntegers) { EXPECT_EQ(load("seed: 1e3\n" + std::string(kParabola)).seed, 1000u); }

TEST_F(ExperimentTest, ResolvesToAFileThatResolvesToItself) {
  for (const std::string& text :
       {std::string(kParabola), std::string(kWholeNet), std::string(kPlain), "gradcheck: true\n" + std::string(kParabola)}) {
    const Experiment first = load(text);
    spill(folder_ / "resolved.yaml", write_yaml(first.resolved()));
    EXPECT_EQ(write_yaml(Experiment::load(folder_ / "resolved.yaml", {}).resolved()), write_yaml(first.resolved())) << text;
  }
}

TEST_F(ExperimentTest, ResolvesEveryExperimentOfTheRepository) {
  for (const auto& entry : std::filesystem::directory_iterator(DESCENT_SOURCE_DIR "/experiments")) {
    if (entry.path().extension() != ".yaml") continue;
    const Value resolved = Experiment::load(entry.path().string(), {}).resolved();
    spill(folder_ / "resolved.yaml", write_yaml(resolved));
    EXPECT_EQ(write_yaml(Experiment::load(folder_ / "resolved.yaml", {}).resolved()), write_yaml(resolved)) << entry.path();
  }
}

TEST_F(ExperimentTest, ResolvesPathsToAbsoluteOnes) {
  const Value resolved = load(
                             "data: {type: csv, path: a/../t.csv, target: y, test: {path: u.csv}}\nmodel: linear_regression\nloss: mse\n"
                             "optimizer: sgd\ntrain: {epochs: 1}\n")
                             .resolved();
  EXPECT_EQ(resolved.find("data")->find("path")->text, folder_ / "t.csv");
  EXPECT_EQ(resolved.find("data")->find("test")->find("path")->text, folder_ / "u.csv");
}

TEST_F(ExperimentTest, ResolvesToTheSameRun) {
  const Experiment first = load(kWholeNet);
  const std::string resolved = write_yaml(first.resolved());
  const Training a(first), b(load(resolved));
  EXPECT_EQ(a.losses(), b.losses());
  EXPECT_EQ(a.losses("validation"), b.losses("validation"));
}

TEST_F(ExperimentTest, ResolvesWhatWasSetFromOutside) {
  const Value resolved =
      Experiment::load(write(kParabola), {"optimizer.lr=0.5", "train.target.metric=loss", "train.target.value=1"}).resolved();
  EXPECT_EQ(resolved.find("optimizer")->find("lr")->text, "0.5");
  EXPECT_EQ(resolved.find("train")->find("target")->find("metric")->text, "loss");
  EXPECT_EQ(resolved.find("train")->find("early_stop"), nullptr);
}

TEST_F(ExperimentTest, TakesOnlyWhatDiffersForHeldOutData) {
  spill(folder_ / "a.csv", "x,y\n1,2\n2,4\n");
  spill(folder_ / "b.csv", "x,y\n3,6\n");
  const auto problem = make_problem(load(
      "data: {type: csv, path: a.csv, target: y, validation: {path: b.csv}}\nmodel: {type: linear_regression, init: zeros}\nloss: mse\n"
      "optimizer: sgd\ntrain: {epochs: 1}\n"));
  EXPECT_EQ(problem->evaluate().at(0).loss, 36);
}

}  // namespace
}  // namespace descent::test
