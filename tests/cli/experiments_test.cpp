// The repository's experiment files, and the tutorial's figures.
#include <gmock/gmock.h>

#include "descent/experiment/json.h"

#include "tests/cli/program.h"

namespace descent::test {
namespace {

using testing::DoubleNear;

const std::string kExperiments = DESCENT_SOURCE_DIR "/experiments/";

class Experiments : public Cli {
 protected:
  Json summary_of(const std::string& name, const Arguments& more = {}) const {
    EXPECT_EQ(run("r", kExperiments + name + ".yaml", more).code, 0);
    return json("r/summary.json");
  }
  double x(std::size_t step) const { return records("r").at(step)["params"]["x"]; }
};

std::vector<std::string> experiment_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kExperiments)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem());
  }
  return names;
}

struct EachExperiment : Experiments, testing::WithParamInterface<std::string> {
  void SetUp() override {
    text_ = slurp(kExperiments + GetParam() + ".yaml");
    const bool is_fashion = GetParam().find("fashion") == 0;
    if (is_fashion && !std::filesystem::exists("/usr/share/datasets/fashion-mnist"))
      GTEST_SKIP() << "dataset-fashion-mnist is not installed";
  }
  std::string text_;
};

TEST_P(EachExperiment, IsValid) { EXPECT_EQ(descent({"check", kExperiments + GetParam() + ".yaml"}).code, 0); }

TEST_P(EachExperiment, RunsShortened) {
  const bool has_steps = text_.find("steps:") != std::string::npos, is_study = text_.find("\ncompare:") != std::string::npos;
  if (text_.find("problems:") != std::string::npos) {
    EXPECT_EQ(summary_of(GetParam(), {"--set", "compare.seeds=[1]", "--set", "compare.tune.lr=[0.1]"})["status"], "done");
  } else {
    EXPECT_EQ(summary_of(GetParam(), {"--set", has_steps ? "train.steps=3" : "train.epochs=1"})["status"], "done");
  }
  EXPECT_FALSE(file(is_study ? "r/records.jsonl" : "r/metrics.jsonl").empty());
}

TEST_P(EachExperiment, SaysFirstWhatToLookFor) { EXPECT_EQ(text_.find("# "), 0u); }

INSTANTIATE_TEST_SUITE_P(All, EachExperiment, testing::ValuesIn(experiment_names()), [](const auto& name) { return name.param; });

TEST_F(Experiments, AdagradByHandWithEpsInsideTheRoot) {
  summary_of("adagrad_by_hand");
  EXPECT_THAT(x(1), DoubleNear(3.000000000078125, 1e-12));
  EXPECT_THAT(x(2), DoubleNear(2.400000000098125, 1e-12));
  EXPECT_THAT(x(3), DoubleNear(1.9672689325198565, 1e-12));
}

TEST_F(Experiments, AdagradByHandWithEpsOutsideTheRoot) {
  summary_of("adagrad_by_hand", {"--set", "optimizer.eps_placement=outside"});
  EXPECT_THAT(x(1), DoubleNear(3.00000000125, 1e-11));
  EXPECT_THAT(x(2), DoubleNear(2.40000000169, 1e-11));
  EXPECT_THAT(x(3), DoubleNear(1.9672689343004457, 1e-12));
}

TEST_F(Experiments, AdagradByHandPrintsItsTable) {
  const std::string out = run("r", kExperiments + "adagrad_by_hand.yaml").out;
  EXPECT_THAT(out, testing::ContainsRegex("step +name +value +gradient +lr_eff +update +loss +state\n"));
  EXPECT_THAT(out, testing::ContainsRegex("\n +3 +x +1.967268933 +4.8 +0.0901523[0-9]+ +0.4327310676 +3.870147053 +sum=123.04\n"));
}

TEST_F(Experiments, AdagradParabolaEndsWhereTheTutorialDoes) {
  const auto summary = summary_of("adagrad_parabola");
  EXPECT_EQ(summary["steps"], 50);
  EXPECT_THAT(double(summary["parameters"]["x"]), DoubleNear(3.7908236520, 5e-11));
}

TEST_F(Experiments, LinearRegressionGivesTheTutorialsFigures) {
  const auto summary = summary_of("linear_regression");
  EXPECT_THAT(double(records("r").at(99)["loss"]), DoubleNear(0.9546701070269216, 1e-14));
  EXPECT_EQ(records("r").at(99)["step"], 100);
  EXPECT_EQ(summary["parameters"]["0.weight"], Json::array({1.2874746859832888}));
  EXPECT_EQ(summary["parameters"]["0.bias"], Json::array({1.2326070843557089}));
}

TEST_F(Experiments, LinearRegressionShowsTheTutorialsEpochs) {
  const std::string err = run("r", kExperiments + "linear_regression.yaml").err;
  for (const char* line : {"\nstep      1  train       loss 30\n", "\nstep     11  train       loss 14.290863\n",
                           "\nstep     51  train       loss 3.306339849\n", "\nstep     91  train       loss 1.15546716\n"}) {
    EXPECT_THAT(err, testing::HasSubstr(line));
  }
  EXPECT_EQ(std::count(err.begin(), err.end(), '\n'), 11);
}

}  // namespace
}  // namespace descent::test
