#include <gmock/gmock.h>

#include "descent/experiment/json.h"
#include "tests/cli/program.h"

namespace descent::test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

using Explain = Cli;
using Verify = Cli;

TEST_F(Explain, GivesTheFormulaWithItsLettersAndWithItsNumbers) {
  const Result result = descent({"explain", "adam"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, HasSubstr("w -= lr/(1 − β₁ᵗ)·m/(√v/√(1 − β₂ᵗ) + eps)"));
  EXPECT_THAT(result.out, HasSubstr("w -= 0.001/(1 − 0.9ᵗ)·m/(√v/√(1 − 0.999ᵗ) + 1e-08)"));
}

TEST_F(Explain, GivesTheTutorialsFirstStepsInItsDialect) {
  write("e.yaml", "objective: {type: sphere}\noptimizer: {type: adagrad, dialect: tutorial, lr: 1}\ntrain: {steps: 1}\n");
  const Result result = descent({"explain", "e.yaml"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("w -= 1·g/√(G + 1e-08)"));
  EXPECT_THAT(result.out, HasSubstr("1.967268933"));
}

TEST_F(Explain, ShowsHowDialectsDifferOnTheFirstStep) {
  const Result result = descent({"explain", "adagrad"});
  EXPECT_THAT(result.out, ContainsRegex("keras +-0\\.000953463 +-3\\.16228e-07 +lr 0\\.001, decay decoupled"));
}

TEST_F(Explain, MakesTheStepsOfARunAgain) {
  write("e.yaml", kParabola);
  ASSERT_EQ(run("r", "e.yaml", {"--set", "log.step_table=true"}).code, 0);
  const Result result = descent({"explain", "r", "--parameter", "x"});
  EXPECT_EQ(result.code, 0) << result.err;
  const std::string printed = run("s", "e.yaml", {"--set", "log.step_table=true"}).out;
  EXPECT_EQ(result.out, printed.substr(0, printed.find("done after")));
}

TEST_F(Explain, FindsARunByTheBeginningOfItsName) {
  write("e.yaml", kParabola);
  ASSERT_EQ(descent({"run", "e.yaml"}).code, 0);
  EXPECT_EQ(descent({"explain", "latest"}).code, 0);
  EXPECT_EQ(descent({"explain", "e/latest"}).code, 0);
  write("s.yaml", kParabola + std::string("sweep: {grid: {optimizer.lr: [0.1, 1]}}\n"));
  ASSERT_EQ(descent({"run", "s.yaml", "--out", "s"}).code, 0);
  const Result study = descent({"explain", "s", "--parameter", "x"});
  EXPECT_EQ(study.code, 2);
  EXPECT_THAT(study.err, HasSubstr("s: a sweep or comparison has many runs"));
  EXPECT_EQ(descent({"explain", "e/2"}).code, 0);
}

TEST_F(Explain, GivesTheTraitsOfAFilesOptions) {
  write("e.yaml", "objective: {type: sphere}\noptimizer: {type: sgd, lr: 0.1, momentum: 0.9}\ntrain: {steps: 1}\n");
  EXPECT_THAT(descent({"explain", "e.yaml"}).out, HasSubstr("momentum: yes; state per parameter: momentum_buffer"));
}

TEST_F(Explain, ComparesDialectsThatDefineNoDecayToo) {
  write("e.yaml", "objective: {type: sphere}\noptimizer: {type: adagrad, lr: 0.5, weight_decay: 0.3, maximize: true}\ntrain: {steps: 1}\n");
  const Result result = descent({"explain", "e.yaml"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, ContainsRegex("optax +0\\.476731 "));
  EXPECT_THAT(result.out, HasSubstr("adapts the rate: of each number; momentum: no"));
}

TEST_F(Explain, PutsANumberForEveryLetter) {
  EXPECT_THAT(descent({"explain", "asgd"}).out, HasSubstr("η = 0.01/(1 + 0.0001·0.01·(t − 1))^0.75"));
  EXPECT_THAT(descent({"explain", "adadelta"}).out, HasSubstr("E = 0.9·E + (1 − 0.9)·g²"));
  EXPECT_THAT(descent({"explain", "rprop"}).out, HasSubstr("step = max(0.5·step, 1e-06)"));
}

TEST_F(Explain, RefusesAComparison) {
  write("c.yaml", "objective: {type: sphere}\ntrain: {steps: 1}\ncompare: {optimizers: [sgd, adam]}\n");
  const Result result = descent({"explain", "c.yaml"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("it compares optimizers"));
}

TEST_F(Explain, RefusesWhatIsNeither) {
  const Result result = descent({"explain", "adagrd"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("did you mean 'adagrad'?"));
}

TEST_F(Explain, RefusesAParameterThatTheRunHasNot) {
  write("e.yaml", kParabola);
  ASSERT_EQ(run("r", "e.yaml").code, 0);
  const Result result = descent({"explain", "r", "--parameter", "y"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("no parameter is named 'y'"));
}

TEST_F(Verify, ListsThePropertiesOfAnOptimizerWithTheirFigures) {
  const Result result = descent({"verify", "rmsprop"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, ContainsRegex("pass +save_load +0 <= 0"));
  EXPECT_THAT(result.out, ContainsRegex("- +reddi +0\\.[0-9]+ .*not claimed: its mean square forgets"));
}

TEST_F(Verify, IsAMatrixOfSeveralOptimizers) {
  const Result result = descent({"verify", "sgd", "adagrad"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, ContainsRegex("adagrad +pass 0 +pass 0"));
  const auto json = parse_json(descent({"verify", "adagrad", "--json"}).out);
  EXPECT_EQ(json["adagrad"][0]["status"], "pass");
}

TEST_F(Verify, RefusesAnUnknownOptimizer) { EXPECT_EQ(descent({"verify", "adagrd"}).code, 2); }

TEST_F(Explain, DialectsAreListed) {
  const Result result = descent({"list", "dialects"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, ContainsRegex("adagrad +tutorial +decay none, eps 1e-08, eps_placement inside"));
}

}  // namespace
}  // namespace descent::test
