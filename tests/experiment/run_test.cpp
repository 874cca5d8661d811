#include "descent/experiment/run.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "descent/autograd/elementwise.h"
#include "descent/experiment/json.h"
#include "descent/nn/layers.h"
#include "descent/nn/losses.h"
#include "tests/experiment/experiment_test.h"

namespace descent {
namespace {

// A layer whose gradient is wrong.
constexpr auto kCrookedSquare = elementwise(
    "crooked_square", [](auto x) { return x * x; }, [](auto x, auto) { return 3 * x; });
Tensor crooked_square(const Tensor& x) { return run<kCrookedSquare>({x}); }
const Register<nn::Module, nn::Function<crooked_square>> crooked_square_layer("crooked_square", "x², with the slope of another function");

}  // namespace
}  // namespace descent

namespace descent::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const char* const kSmallNet =
    "data: {type: moons, samples: 40, split: {validation: 10}}\nmodel: {type: mlp, hidden: [4], activation: tanh, dropout: 0.1}\n"
    "loss: cross_entropy\nmetrics: [accuracy]\noptimizer: {type: adam, lr: 0.05}\n";

class RunTest : public ExperimentTest {
 protected:
  // Runs a file into the folder `out` beside it; its exit code.
  int run(const std::string& text, const std::string& out = "out", const std::vector<std::string>& require = {}) {
    RunRequest request;
    request.file = write(text);
    request.out = folder_ / out;
    request.require = require;
    request.quiet = true;
    testing::internal::CaptureStdout();
    try {
      const int code = descent::run(request);
      std::fflush(stdout);
      printed_ = testing::internal::GetCapturedStdout();
      return code;
    } catch (...) {
      testing::internal::GetCapturedStdout();
      throw;
    }
  }
  std::string read(const std::string& file) const { return slurp(folder_ / file); }
  Json json(const std::string& file) const { return parse_json(read(file)); }
  std::vector<std::string> checkpoints() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "out/checkpoints")) {
      const std::string name = entry.path().filename().string();
      if (name.find(".state.") == std::string::npos) names.push_back(name.substr(0, name.find('.')));
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  std::string printed_;
};

TEST_F(RunTest, LeavesItsFolder) {
  EXPECT_EQ(run(std::string(kSmallNet) + "train: {epochs: 2}\n"), 0);
  for (const char* name : {"experiment.yaml", "resolved.yaml", "metrics.jsonl", "metrics.csv", "timing.jsonl", "summary.json", "meta.json",
                           "run.log", "checkpoints/last.safetensors", "checkpoints/last.state.safetensors"}) {
    EXPECT_TRUE(std::filesystem::exists(folder_ / "out" + ('/' + std::string(name)))) << name;
  }
  EXPECT_EQ(read("out/experiment.yaml"), read("e.yaml"));
  EXPECT_THAT(printed_, HasSubstr("done after 2 steps"));
}

TEST_F(RunTest, SumsUpTheFinalPoint) {
  run("objective: {type: expression, expression: w^2 + b^2, start: {w: 1, b: 0}, minimum: 0}\noptimizer: {type: sgd, lr: 0.25}\n"
      "train: {steps: 2}\n");
  EXPECT_EQ(json("out/summary.json"),
            parse_json(R"({"status":"done","steps":2,"loss":0.0625,"minimum":0.0,"best":{"loss":0.0625},"parameter_count":2,
                            "parameters":{"w":0.25,"b":0.0}})"));
}

TEST_F(RunTest, GivesTheSameBytesTwiceAndFromItsResolvedFile) {
  const std::string text =
      std::string(kSmallNet) + "train: {epochs: 3, batch_size: 8}\ncheckpoint: {every: {epochs: 1}, best: validation/loss}\n";
  run(text, "a");
  run(text, "b");
  run(read("a/resolved.yaml"), "c");
  for (const char* again : {"b/", "c/"}) {
    for (const char* name : {"metrics.jsonl", "metrics.csv", "checkpoints/last.safetensors", "checkpoints/last.state.safetensors",
                             "checkpoints/best.safetensors"}) {
      EXPECT_EQ(read(again + std::string(name)), read("a/" + std::string(name))) << again << name;
      EXPECT_FALSE(read("a/" + std::string(name)).empty()) << name;
    }
  }
  run(text + "seed: 1\n", "d");
  EXPECT_NE(read("d/metrics.jsonl"), read("a/metrics.jsonl"));
}

TEST_F(RunTest, SavesEveryFewStepsAndKeepsTheLatest) {
  run(std::string(kSmallNet) + "train: {steps: 9, batch_size: 8}\ncheckpoint: {every: {steps: 2}, keep: 3}\n");
  EXPECT_THAT(checkpoints(), ElementsAre("last", "step-4", "step-6", "step-8"));
}

TEST_F(RunTest, SavesEveryFewEpochs) {
  run(std::string(kSmallNet) + "train: {epochs: 5, batch_size: 15}\ncheckpoint: {every: {epochs: 2}}\n");  // two batches an epoch
  EXPECT_THAT(checkpoints(), ElementsAre("last", "step-4", "step-8"));
}

TEST_F(RunTest, SavesTheParametersThatWereBest) {
  run("objective: {type: expression, expression: w^2, start: {w: 2}}\noptimizer: {type: sgd, lr: 0.75}\n"
      "schedule: {type: constant, factor: 0.5, total_iters: 1}\ntrain: {steps: 3}\ncheckpoint: {best: loss}\n");
  const double best = load_safetensors(folder_ / "out/checkpoints/best.safetensors").tensors.at(0).second.item();
  EXPECT_NEAR(best * best, json("out/summary.json")["best"]["loss"].get<double>(), 1e-15);
}

TEST_F(RunTest, SavesThePlateauWithWhatTheEpochHasShown) {
  run(std::string(kSmallNet) +
      "train: {epochs: 5, batch_size: 15}\ncheckpoint: {every: {epochs: 2}}\n"
      "schedule: {type: plateau, patience: 0, threshold_mode: abs, threshold: 1e9}\n");  // no epoch but the first is an improvement
  for (const auto& [name, reductions] : {std::pair("step-4", 1), std::pair("step-8", 3), std::pair("last", 4)}) {
    const NamedTensors state = load_safetensors(folder_ / "out/checkpoints/" + name + ".state.safetensors").tensors;
    const auto plateau = std::find_if(state.begin(), state.end(), [](const auto& entry) { return entry.first == "schedule.plateau"; });
    ASSERT_NE(plateau, state.end());
    EXPECT_EQ(plateau->second.at(3), reductions) << name;
  }
}

TEST_F(RunTest, GivesTheBitsOfTheLoopInCpp) {
  run(slurp(DESCENT_SOURCE_DIR "/experiments/linear_regression.yaml"));
  nn::Sequential model(nn::Linear(1, 1, true, DType::float64));
  for (const Tensor& parameter : model.parameters()) parameter.data<double>()[0] = 0;
  const Tensor x = tensor({{1}, {2}, {3}, {4}}, DType::float64), y = tensor({{2}, {4}, {6}, {8}}, DType::float64);
  const auto optimizer = optim::make("adagrad", model.parameters(), {{"lr", 0.1}});
  std::istringstream lines(read("out/metrics.jsonl"));
  for (int epoch = 0; epoch < 100; ++epoch) {
    const Tensor loss = nn::mse_loss(model(x), y);
    optimizer->zero_grad();
    loss.backward();
    optimizer->step();
    std::string line;
    ASSERT_TRUE(std::getline(lines, line));
    ASSERT_EQ(parse_json(line)["loss"].get<double>(), loss.item()) << epoch;
  }
  const Json summary = json("out/summary.json");
  EXPECT_EQ(summary["parameters"]["0.weight"][0].get<double>(), model.parameters()[0].item());
  EXPECT_EQ(summary["parameters"]["0.bias"][0].get<double>(), model.parameters()[1].item());
  EXPECT_NEAR(summary["loss"].get<double>(), 0.9546701070269216, 1e-14);
}

TEST_F(RunTest, ChecksTheGradientsOfAModelAndAnObjective) {
  EXPECT_EQ(run(std::string(kSmallNet) + "train: {epochs: 1}\ngradcheck: true\n"), 0);
  EXPECT_EQ(run(std::string(kParabola) + "gradcheck: true\n", "objective"), 0);
}

TEST_F(RunTest, NamesTheOperationWhoseGradientIsWrong) {
  const std::string text =
      "gradcheck: true\ndata: {type: xor}\nmodel: {type: sequential, layers: [{type: linear, out: 3}, crooked_square, {type: linear}]}\n"
      "loss: bce_with_logits\noptimizer: sgd\ntrain: {steps: 1}\n";
  EXPECT_THAT(error_of(ErrorKind::invalid, [&] { run(text); }), HasSubstr("e.yaml:1:12: error: gradcheck: crooked_square"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
}

TEST_F(RunTest, MeetsARequirementOrNot) {
  EXPECT_EQ(run(kParabola, "a", {"loss<1", "loss>0"}), 0);
  EXPECT_EQ(error_of(ErrorKind::requirement, [&] { run(kParabola, "b", {"loss>0", "loss>=1"}); }), "--require loss>=1: it is 0.262144");
  EXPECT_EQ(json("b/summary.json")["status"], "done");
}

TEST_F(RunTest, RefusesARequirementOnWhatIsNotMeasured) {
  EXPECT_EQ(error_of(ErrorKind::usage, [&] { run(kParabola, "out", {"validation/loss<1"}); }),
            "--require: nothing that is measured has the name 'validation/loss'\n  help: known: loss");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
}

TEST_F(RunTest, LeavesItsFolderWhenItDiverges) {
  const std::string text =
      "objective: {type: expression, expression: w^2, start: {w: 1}}\noptimizer: {type: sgd, lr: 10}\ntrain: {steps: 500}\n";
  EXPECT_THAT(error_of(ErrorKind::diverged, [&] { run(text); }), HasSubstr("at step 121; parameter 'w'"));
  EXPECT_EQ(json("out/summary.json")["status"], "diverged");
  EXPECT_EQ(json("out/summary.json")["loss"], nullptr);
  EXPECT_THAT(read("out/metrics.jsonl"), HasSubstr("\"nonfinite\":\"inf\""));
}

TEST_F(RunTest, PrintsAStepTable) {
  run(std::string(kParabola) + "log: {step_table: true}\n");
  EXPECT_THAT(printed_, HasSubstr("  step       name          value       gradient"));
  EXPECT_THAT(printed_, HasSubstr("     3          w          0.512           1.28            0.1          0.128       0.262144"));
}

TEST_F(RunTest, RefusesAFolderThatIsNotEmpty) {
  run(kParabola);
  EXPECT_THROW(run(kParabola), Error);
}

TEST_F(RunTest, WritesHowFeaturesWereStandardized) {
  const std::string rest = "model: linear_regression\nloss: mse\noptimizer: sgd\ntrain: {epochs: 1}\n";
  write("a,b,y\n1,5,0\n3,5,1\n", "t.csv");
  run("data: {type: csv, path: t.csv, target: y, standardize: true}\n" + rest);
  EXPECT_EQ(json("out/standardize.json"), parse_json(R"({"features": ["a", "b"], "mean": [2.0, 5.0], "deviation": [1.0, 1.0]})"));
  run("data: {type: csv, path: t.csv, target: y}\n" + rest, "plain");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "plain/standardize.json"));
}

}  // namespace
}  // namespace descent::test
