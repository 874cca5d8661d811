// `descent run` and `descent check`: results, the run's folder, exit codes.
#include <gmock/gmock.h>

#include "descent/experiment/json.h"

#include "tests/cli/program.h"

namespace descent::test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::StartsWith;

class RunCommand : public Cli {
 protected:
  RunCommand() {
    write("a.yaml", kParabola);
    write("m.yaml", kMoons);
  }
};

TEST_F(RunCommand, PrintsTheResultOnStdoutAndProgressOnStderr) {
  const Result result = run("r", "a.yaml");
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, testing::MatchesRegex("done after 3 steps  loss [0-9.]+\nrun r\n"));
  EXPECT_THAT(result.err, StartsWith("a  1 parameter  adagrad  seed 0\nstep      0  train       loss 25  x 5\n"));
  EXPECT_EQ(file("r/run.log"), result.err);
}

TEST_F(RunCommand, QuietLeavesStderrEmpty) {
  const Result result = run("r", "a.yaml", {"--quiet"});
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(result.out, HasSubstr("run r\n"));
}

TEST_F(RunCommand, JsonIsTheSummaryAndNothingElse) {
  const Result result = run("r", "a.yaml", {"--json", "--set", "log.step_table=true"});
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(parse_json(result.out), json("r/summary.json"));
}

TEST_F(RunCommand, LeavesAllFilesOfARun) {
  ASSERT_EQ(run("r", "m.yaml").code, 0);
  for (const char* name :
       {"experiment.yaml", "resolved.yaml", "metrics.jsonl", "metrics.csv", "timing.jsonl", "summary.json", "meta.json", "run.log",
        "checkpoints/last.safetensors", "checkpoints/last.state.safetensors", "checkpoints/best.safetensors"}) {
    EXPECT_TRUE(exists("r/" + std::string(name))) << name;
  }
  EXPECT_EQ(file("r/experiment.yaml"), kMoons);
  EXPECT_EQ(json("r/meta.json")["arguments"].size(), 5u);
  EXPECT_TRUE(json("r/meta.json")["finished"].is_string());
}

TEST_F(RunCommand, KeepsTheLatestCheckpoints) {
  ASSERT_EQ(run("r", "m.yaml").code, 0);
  EXPECT_FALSE(exists("r/checkpoints/step-5.safetensors"));
  EXPECT_TRUE(exists("r/checkpoints/step-10.safetensors"));
  EXPECT_TRUE(exists("r/checkpoints/step-15.safetensors"));
  EXPECT_EQ(file("r/checkpoints/step-15.safetensors"), file("r/checkpoints/last.safetensors"));
}

TEST_F(RunCommand, WithoutOutTheFolderIsUnderRunsAndLatestPointsToIt) {
  ASSERT_EQ(descent({"run", "a.yaml"}).code, 0);
  const Result second = descent({"run", "a.yaml"});
  EXPECT_THAT(second.out, ContainsRegex("run runs/a/[0-9]+-[0-9]+-[0-9a-f]+\n"));
  const std::string path = second.out.substr(second.out.find("run runs") + 4, second.out.size() - second.out.find("run runs") - 5);
  EXPECT_TRUE(std::filesystem::equivalent(folder / "runs/a/latest", folder / path));
  EXPECT_EQ(json("runs/a/latest/summary.json")["status"], "done");
}

TEST_F(RunCommand, OutMayBeAnEmptyFolderButNoOther) {
  std::filesystem::create_directory(folder / "empty");
  EXPECT_EQ(run("empty", "a.yaml").code, 0);
  const std::string before = file("empty/metrics.jsonl");
  const Result again = run("empty", "a.yaml", {"--set", "train.steps=5"});
  EXPECT_EQ(again.code, 4);
  EXPECT_THAT(again.err, HasSubstr("empty"));
  EXPECT_EQ(file("empty/metrics.jsonl"), before);
}

TEST_F(RunCommand, SetReplacesWhatTheFileSays) {
  ASSERT_EQ(run("r", "a.yaml", {"--set", "train.steps=7", "--set", "optimizer.lr=0.2", "--seed", "9", "--threads", "2"}).code, 0);
  EXPECT_EQ(json("r/summary.json")["steps"], 7);
  EXPECT_THAT(file("r/resolved.yaml"), HasSubstr("\nseed: 9\n"));
  EXPECT_THAT(file("r/resolved.yaml"), HasSubstr("\n  lr: 0.2\n"));
  EXPECT_EQ(json("r/meta.json")["seed"], 9);
  EXPECT_EQ(json("r/meta.json")["threads"], 2);
}

TEST_F(RunCommand, SetIsCheckedAsTheFileIs) {
  const Arguments wrong{"optimizer.lr=fast", "optimizer.lrr=1", "train.steps=0", "seed=-1", "train=3", "nothing"};
  for (const std::string& assignment : wrong) {
    const Result result = run("r", "a.yaml", {"--set", assignment});
    EXPECT_TRUE(result.code == 3 || (result.code == 2 && assignment == "nothing")) << assignment << ": " << result.err;
    EXPECT_FALSE(exists("r"));
  }
  EXPECT_EQ(run("r", "a.yaml", {"--seed", "-1"}).code, 3);
  EXPECT_EQ(run("r", "a.yaml", {"--threads", "two"}).code, 3);
}

TEST_F(RunCommand, RequireDecidesTheExitCodeAfterTheRun) {
  EXPECT_EQ(run("r0", "a.yaml", {"--require", "loss<25", "--require", "loss>=1"}).code, 0);
  const Result result = run("r1", "a.yaml", {"--require", "loss<25", "--require", "loss<=1"});
  EXPECT_EQ(result.code, 6);
  EXPECT_THAT(result.err, HasSubstr("error: --require loss<=1: it is 2"));
  EXPECT_EQ(json("r1/summary.json")["status"], "done");
  EXPECT_EQ(run("r2", "m.yaml", {"--require", "validation/accuracy>=0"}).code, 0);
  EXPECT_EQ(run("r3", "m.yaml", {"--require", "validation/accuracy>1"}).code, 6);
}

TEST_F(RunCommand, RequireThatCannotBeReadOrMeasuredIsAUsageErrorBeforeTheRun) {
  for (const char* text : {"loss", "loss=1", "loss>=much", ">=1", "los>=1", "test/loss>=1"}) {
    const Result result = run("r", "m.yaml", {"--require", text});
    EXPECT_EQ(result.code, 2) << text;
    EXPECT_FALSE(exists("r"));
  }
  EXPECT_THAT(run("r", "m.yaml", {"--require", "validation/acuracy>=1"}).err, HasSubstr("did you mean 'validation/accuracy'?"));
}

TEST_F(RunCommand, AMetricThatIsNotMeasuredIsAnErrorInTheFile) {
  for (const char* set : {"checkpoint.best=validation/los", "train.target={metric: test/loss, value: 1}", "train.early_stop.metric=los"}) {
    const Result result = run("r", "m.yaml", {"--set", set});
    EXPECT_EQ(result.code, 3) << set;
    EXPECT_THAT(result.err, HasSubstr("nothing that is measured has the name"));
  }
}

TEST_F(RunCommand, AnInvalidOrMissingFileIsCode3) {
  const Result missing = descent({"run", "none.yaml"});
  EXPECT_EQ(missing.code, 3);
  EXPECT_EQ(missing.err, "error: none.yaml: cannot open: No such file or directory\n");
  write("bad.yaml", "optimzer: sgd\n");
  EXPECT_EQ(descent({"run", "bad.yaml"}).code, 3);
  EXPECT_FALSE(exists("runs"));
}

TEST_F(RunCommand, BrokenDataIsCode4AndNamesBothPlaces) {
  write("d.csv", "a,b\n1,2\n3,four\n");
  write("d.yaml", "data: {type: csv, path: d.csv, target: b}\nmodel: linear_regression\nloss: mse\noptimizer: sgd\ntrain: {epochs: 1}\n");
  const Result result = descent({"run", "d.yaml"});
  EXPECT_EQ(result.code, 4);
  EXPECT_THAT(result.err, ContainsRegex("d.csv:3:3: error: "));
  EXPECT_THAT(result.err, HasSubstr("d.yaml:1:"));
}

TEST_F(RunCommand, AnObjectiveThatDivergesIsCode5) {
  const Result result = run("r", "a.yaml", {"--set", "optimizer={type: sgd, lr: 1e200}"});
  EXPECT_EQ(result.code, 5);
  EXPECT_THAT(result.err, HasSubstr("error: the objective became inf at step 1"));
  const auto summary = json("r/summary.json");
  EXPECT_EQ(summary["status"], "diverged");
  EXPECT_TRUE(summary["loss"].is_null());
  EXPECT_EQ(records("r").back()["nonfinite"], "inf");
}

TEST_F(RunCommand, AModelThatDivergesIsCode5AndNamesStepAndParameter) {
  const Result result = run("r", "m.yaml", {"--set", "optimizer={type: sgd, lr: 1e38}", "--set", "dtype=float32"});
  EXPECT_EQ(result.code, 5);
  EXPECT_THAT(result.err,
              ContainsRegex("error: the (loss|norm of the gradients) became (nan|inf) at step [0-9]+; .*'[0-9].(weight|bias)' "));
  EXPECT_EQ(json("r/summary.json")["status"], "diverged");
  EXPECT_TRUE(records("r").back().contains("nonfinite"));
  EXPECT_FALSE(exists("r/checkpoints/last.safetensors"));
}

TEST_F(RunCommand, TargetEndsTheRunEarly) {
  ASSERT_EQ(run("r", "a.yaml", {"--set", "train.steps=100", "--set", "train.target={metric: loss, value: 20}"}).code, 0);
  EXPECT_EQ(json("r/summary.json")["status"], "target");
  EXPECT_LT(json("r/summary.json")["steps"], 100);
}

TEST_F(RunCommand, WarnsOfWhatLooksWrongBeforeTheFirstStep) {
  write("s.yaml",
        "data: moons\nmodel: {type: sequential, layers: [linear, softmax]}\nloss: cross_entropy\noptimizer: sgd\ntrain: {steps: 1}\n");
  write("r.yaml", "objective: {type: expression, expression: x^2, start: {x: 1}}\noptimizer: {type: sgd, lr: 2}\ntrain: {steps: 1}\n");
  for (const char* command : {"check", "run"}) {
    EXPECT_THAT(descent({command, "s.yaml"}).err, HasSubstr("warning: cross_entropy applies softmax to the model's outputs")) << command;
    EXPECT_THAT(descent({command, "r.yaml"}).err, HasSubstr("warning: lr 2 is not below 1")) << command;
  }
}

TEST_F(RunCommand, CheckPrintsTheParameterCountAndWritesNothing) {
  EXPECT_EQ(descent({"check", "m.yaml"}).out, "m.yaml: valid, 42 parameters\n");
  EXPECT_EQ(descent({"check", "a.yaml"}).out, "a.yaml: valid, 1 parameter\n");
  EXPECT_EQ(descent({"check", "a.yaml", "--set", "train.steps=x"}).code, 3);
  EXPECT_EQ(folder.entries(), 2u);
}

TEST_F(RunCommand, WhatCheckResolvesIsAFileThatResolvesToItself) {
  const std::string resolved = descent({"check", "m.yaml", "--resolved", "--seed", "4"}).out;
  EXPECT_THAT(resolved, StartsWith("# m.yaml: valid, 42 parameters\nversion: 1\nname: m\nseed: 4\n"));
  write("m.yaml", resolved);
  EXPECT_EQ(descent({"check", "m.yaml", "--resolved"}).out, resolved);
}

}  // namespace
}  // namespace descent::test
