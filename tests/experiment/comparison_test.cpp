#include <gmock/gmock.h>

#include <filesystem>

#include "descent/experiment/json.h"
#include "descent/experiment/study.h"
#include "tests/experiment/experiment_test.h"

namespace descent::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
const std::string kNoisy = "objective: {type: quadratic, start: [4, 1.5], noise: 0.1}\ntrain: {steps: 60}\n";

class Compare : public ExperimentTest {
 protected:
  Json compare(const std::string& text, const std::string& folder = "run") const {
    printed_ = printed_by([&, request = request_of(text, folder)] { return descent::compare(request); });
    return parse_json(slurp(folder_ / (folder + "/summary.json")));
  }
  mutable std::string printed_;
};

TEST_F(Compare, TunesEveryOptimizerOverTheSameGrid) {
  const Json summary =
      compare(kNoisy + "compare: {optimizers: [sgd, adagrad], tune: {lr: [0.01, 0.05, 100]}, seeds: [1, 2, 3, 4, 5, 6, 7, 8]}\n");
  EXPECT_EQ(summary["counts"]["trials"], 2 * 3 * 3 + 2 * 2 * 8);
  const Json& optimizers = summary["problems"][0]["optimizers"];
  EXPECT_EQ(optimizers[0]["chosen"]["lr"], 0.05);
  EXPECT_THAT(optimizers[0]["tuned"]["values"], SizeIs(8));
  EXPECT_THAT(optimizers[0]["sensitivity"]["lr"], ElementsAre(0.01, 0.05, 100));
  EXPECT_EQ(optimizers[0]["at_edge"], Json::array());
}

TEST_F(Compare, LeavesATableOfItsFiguresBestFirst) {
  compare(kNoisy + "compare: {optimizers: [sgd, adagrad], tune: {lr: [0.01, 0.05, 100]}, seeds: [1, 2]}\n");
  const std::string table = slurp(folder_ / "run/summary.csv");
  EXPECT_EQ(table.rfind("problem,optimizer,is_winner,chosen.lr,values[0],values[1],median,", 0), 0u) << table;
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 3);
}

TEST_F(Compare, SaysWhoIsBestWhenOneClearlyIs) {
  const Json summary = compare(kNoisy + "compare: {optimizers: [{type: sgd, lr: 1e-4}, {type: adagrad, lr: 1}]}\n");
  EXPECT_EQ(summary["problems"][0]["ranking"]["winner"], "adagrad");
  EXPECT_THAT(printed_, HasSubstr("best adagrad"));
}

TEST_F(Compare, AdmitsATieBetweenTheSameRuleUnderTwoNames) {
  const Json summary = compare(kNoisy + "compare: {optimizers: [{type: momentum, lr: 0.01}, {type: sgd, lr: 0.01, momentum: 0.9}]}\n");
  EXPECT_EQ(summary["problems"][0]["ranking"]["winner"], nullptr);
  EXPECT_THAT(summary["problems"][0]["ranking"]["tied"], SizeIs(2));
}

TEST_F(Compare, NamesNoWinnerOnFewSeeds) {
  const Json summary = compare(kNoisy + "compare: {optimizers: [{type: sgd, lr: 1e-4}, {type: adagrad, lr: 1}], seeds: [1, 2, 3]}\n");
  EXPECT_EQ(summary["problems"][0]["ranking"]["winner"], nullptr);
  EXPECT_THAT(summary["problems"][0]["ranking"]["verdict"].get<std::string>(), HasSubstr("too few seeds for a winner"));
}

TEST_F(Compare, SaysWhenTheSeedsChangeNothing) {
  const Json summary = compare(
      "objective: {type: sphere}\ntrain: {steps: 10}\ncompare: {optimizers: [{type: sgd, lr: 0.1}, {type: sgd, lr: 0.2}], seeds: [1, "
      "2]}\n");
  EXPECT_FALSE(summary["problems"][0]["seeds_matter"]);
  EXPECT_EQ(summary["problems"][0]["ranking"]["winner"], "sgd lr=0.2");
}

TEST_F(Compare, WarnsWhenTheBestValueLiesAtTheEndOfItsGrid) {
  const Json summary = compare(kNoisy + "compare: {optimizers: [sgd], tune: {lr: [1e-4, 1e-3, 1e-2]}, seeds: [1]}\n");
  EXPECT_THAT(summary["problems"][0]["optimizers"][0]["at_edge"], ElementsAre("lr"));
  EXPECT_THAT(printed_, HasSubstr("the best value lies at the end of its grid"));
}

TEST_F(Compare, HasNoWinnerWhereNoneGetsBetter) {
  const Json summary = compare(
      "objective: {type: quadratic, start: [4, 1.5]}\ntrain: {steps: 60}\n"
      "compare: {optimizers: [{type: sgd, lr: 1}, {type: sgd, lr: 2}], seeds: [1]}\n");
  const Json& ranking = summary["problems"][0]["ranking"];
  EXPECT_EQ(ranking["winner"], nullptr);
  EXPECT_EQ(ranking["verdict"], "no winner: sgd lr=1 is best, and ends no better than it starts");
}

TEST_F(Compare, NamesWhatDoesWorseAsTunedThanAsGiven) {
  const Json summary =
      compare(kNoisy + "compare: {optimizers: [{type: sgd, lr: 0.05}, {type: adam, lr: 1e-6}], tune: {lr: [1e-5, 1e-4]}}\n");
  const Json& optimizers = summary["problems"][0]["optimizers"];
  EXPECT_EQ(optimizers[0]["worse_than_given"], true);
  EXPECT_EQ(optimizers[1]["worse_than_given"], false);
  EXPECT_THAT(printed_, HasSubstr("worse as tuned than as given, so tune on more seeds: sgd\n"));
}

TEST_F(Compare, WidensTheGridOnRequest) {
  const Json summary = compare(kNoisy + "compare: {optimizers: [sgd], tune: {lr: [1e-4, 1e-3, 1e-2]}, seeds: [1], widen: true}\n");
  const Json& sgd = summary["problems"][0]["optimizers"][0];
  EXPECT_THAT(sgd["sensitivity"]["lr"], ElementsAre(1e-4, 1e-3, 1e-2, 0.1));
  EXPECT_EQ(sgd["chosen"]["lr"], 0.01);
}

TEST_F(Compare, GivesEveryRunAsManyGradients) {
  const Json summary =
      compare("objective: {type: rosenbrock}\ntrain: {steps: 40}\ncompare: {optimizers: [lbfgs, {type: sgd, lr: 1e-3}], seeds: [1]}\n");
  const Json& optimizers = summary["problems"][0]["optimizers"];
  EXPECT_EQ(optimizers[1]["as_given"]["evaluations"], 40);
  EXPECT_GE(optimizers[0]["as_given"]["evaluations"], 40);
  EXPECT_LT(optimizers[0]["as_given"]["evaluations"], 40 + 26);  // a step that has begun ends
}

TEST_F(Compare, SeesThatSeedsChangeNothingWhereARunBecomesNotANumber) {
  const Json summary = compare(
      "objective: {type: expression, expression: log(x), start: {x: 1}}\ntrain: {steps: 20}\n"
      "compare: {optimizers: [{type: adagrad, lr: 0.01}, {type: sgd, lr: 3}]}\n");
  EXPECT_FALSE(summary["problems"][0]["seeds_matter"]);
  EXPECT_EQ(summary["problems"][0]["ranking"]["p"], nullptr);
}

TEST_F(Compare, HoldsTheLastValueOfARunThatReachedItsTarget) {
  const Json summary = compare(
      "objective: {type: quadratic, start: [4, 1.5], noise: 0.01}\ntrain: {steps: 200, target: {metric: loss, value: 0.5}}\n"
      "compare: {optimizers: [{type: sgd, lr: 0.03}], seeds: [1, 2, 3]}\n");
  for (const Json& value : summary["problems"][0]["optimizers"][0]["as_given"]["curve"]["median"]) EXPECT_TRUE(value.is_number());
}

TEST_F(Compare, GoesOnWhereItWasCutOff) {
  const std::string text = kNoisy + "compare: {optimizers: [sgd, adam], tune: {lr: [0.01, 0.1], seeds: [5]}, seeds: [1, 2, 3]}\n";
  const Json whole = compare(text, "whole");
  compare(text, "cut");
  const std::string trials = slurp(folder_ / "cut/trials.jsonl");
  std::size_t end = 0;
  for (int line = 0; line < 9; ++line) end = trials.find('\n', end) + 1;
  spill(folder_ / "cut/trials.jsonl", trials.substr(0, end));
  go_on(folder_ / "cut");
  const Json cut = parse_json(slurp(folder_ / "cut/summary.json"));
  for (const std::size_t i : {0U, 1U}) {
    const Json &a = cut["problems"][0]["optimizers"][i], &b = whole["problems"][0]["optimizers"][i];
    for (const char* phase : {"tuned", "as_given"}) {
      for (const char* key : {"values", "curve", "time_to_target"}) EXPECT_EQ(a[phase][key], b[phase][key]) << phase << ' ' << key;
    }
    EXPECT_EQ(a["sensitivity"], b["sensitivity"]);
  }
  EXPECT_EQ(cut["problems"][0]["ranking"], whole["problems"][0]["ranking"]);
}

TEST_F(Compare, WidensNothingThatIsNotPositive) {
  const Json summary = compare(kNoisy + "compare: {optimizers: [sgd], tune: {weight_decay: [0, 1, 2]}, seeds: [1], widen: true}\n");
  EXPECT_EQ(summary["counts"]["trials"], 3 * 3 + 2);
}

TEST_F(Compare, WidensAnOptionOnlyToValuesThatItTakes) {
  const auto widened = [&](const std::string& optimizer, const std::string& tune) {
    const Json summary = compare(kNoisy + "compare: {optimizers: [" + optimizer + "], tune: {" + tune + "}, seeds: [1], widen: true}\n");
    std::filesystem::remove_all(folder_ / "run");
    return summary["problems"][0]["optimizers"][0];
  };
  EXPECT_THAT(widened("{type: sgd, lr: 0.01}", "accumulate: [1, 2, 3]")["sensitivity"]["lr"], ElementsAre(1, 2, 3));
  EXPECT_THAT(widened("{type: sgd, lr: 0.001}", "accumulate: [10, 20, 30]")["sensitivity"]["lr"], ElementsAre(1, 2, 3, 5, 10, 20, 30));
  EXPECT_EQ(widened("{type: sgd, lr: 0.01}", "lr: [0, 1, 2]")["chosen"]["lr"], 0);
}

TEST_F(Compare, FindsNothingBeyondTheEndOfAnOptionsRange) {
  const Json summary = compare(
      "objective: {type: sphere}\ntrain: {steps: 5}\ncompare: {optimizers: [{type: sgd, lr: 3}], tune: {lr: [0, 3, 4]}, seeds: [1]}\n");
  EXPECT_EQ(summary["problems"][0]["optimizers"][0]["chosen"]["lr"], 0);
  EXPECT_EQ(summary["problems"][0]["optimizers"][0]["at_edge"], Json::array());
}

TEST_F(Compare, NamesOptimizersByListsAndMappingsThatDiffer) {
  const auto names = [&](const std::string& optimizers) {
    return load(kNoisy + "compare: {optimizers: " + optimizers + "}\n").compare.names();
  };
  EXPECT_THAT(names("[adam, {type: adam, betas: [0.5, 0.999]}]"), ElementsAre("adam betas=[0.9, 0.999]", "adam betas=[0.5, 0.999]"));
  EXPECT_THAT(names("[{type: sgd, groups: [{match: a, lr: 1}]}, {type: sgd, groups: [{match: b, lr: 1}]}]")[1], HasSubstr("match: b"));
  const std::string match(70, 'a');
  const std::vector<std::string> clipped =
      names("[{type: sgd, groups: [{match: " + match + "b, lr: 1}]}, {type: sgd, groups: [{match: " + match + "c, lr: 1}]}]");
  EXPECT_NE(clipped[0], clipped[1]);
  EXPECT_LT(clipped[0].size(), 100U);
}

TEST_F(Compare, CountsAMissOfTheTargetAsInfinite) {
  const Json summary =
      compare(kNoisy +
              "compare: {optimizers: [{type: sgd, lr: 0.05}, {type: sgd, lr: 1e-6}], seeds: [1, 2], target: {metric: loss, value: 0.1}}\n");
  const Json& optimizers = summary["problems"][0]["optimizers"];
  EXPECT_GT(optimizers[0]["as_given"]["median_time_to_target"], 1);
  EXPECT_EQ(optimizers[1]["as_given"]["median_time_to_target"], nullptr);
}

TEST_F(Compare, ScoresOptimizersOverManyProblems) {
  write("objective: {type: sphere}\ntrain: {steps: 100}\noptimizer: sgd\n", "sphere.yaml");
  write("objective: {type: quadratic}\ntrain: {steps: 100}\noptimizer: adam\n", "bowl.yaml");
  const Json summary =
      compare("compare: {problems: [sphere.yaml, bowl.yaml], optimizers: [{type: sgd, lr: 0.09}, {type: sgd, lr: 1e-5}], seeds: [1]}\n");
  ASSERT_THAT(summary["problems"], SizeIs(2));
  EXPECT_EQ(summary["problems"][1]["name"], "bowl");
  EXPECT_EQ(summary["profile"]["score"], (Json{1.0, 0.0}));
  EXPECT_EQ(summary["overall"]["mean_rank"], (Json{1.0, 2.0}));
}

TEST_F(Compare, RanksAnAccuracyTheOtherWayRound) {
  const Json summary = compare(
      "data: {type: moons, samples: 60, split: {validation: 0.5}}\nmodel: {type: mlp, hidden: [4]}\nloss: cross_entropy\nmetrics: "
      "[accuracy]\n"
      "train: {epochs: 10}\ncompare: {optimizers: [{type: sgd, lr: 0}, {type: adam, lr: 0.1}], metric: validation/accuracy, seeds: [1, 2, "
      "3, 4, 5, 6, 7, 8, 9]}\n");
  EXPECT_TRUE(summary["higher_is_better"]);
  const Json& ranking = summary["problems"][0]["ranking"];
  EXPECT_EQ(ranking["order"][0], "adam");
  EXPECT_GT(ranking["median"][1], ranking["median"][0]);
  const Json& adam = summary["problems"][0]["optimizers"][1]["as_given"];
  EXPECT_LE(adam["q25"], adam["median"]);
  EXPECT_LE(adam["median"], adam["q75"]);
  EXPECT_LE(adam["low"], adam["high"]);
  for (std::size_t i = 0; i < adam["curve"]["step"].size(); ++i) EXPECT_LE(adam["curve"]["q25"][i], adam["curve"]["q75"][i]);
}

TEST_F(Compare, GivesARuleThatEvaluatesOftenNoMoreEvaluations) {
  const Json summary = compare("objective: {type: rosenbrock}\ntrain: {steps: 6}\ncompare: {optimizers: [sgd, lbfgs]}\n");
  for (const Json& optimizer : summary["problems"][0]["optimizers"]) EXPECT_EQ(optimizer["as_given"]["evaluations"], 6);
}

TEST_F(Compare, RefusesTuningSeedsAmongTheEvaluationSeeds) {
  EXPECT_THAT(refusal(kNoisy + "compare: {optimizers: [sgd], tune: {lr: [1], seeds: [1, 2]}, seeds: [2, 3]}\n"),
              HasSubstr("compare.seeds: seed 2 is one of the tuning seeds"));
}
TEST_F(Compare, RefusesATunedValueTwice) {
  EXPECT_THAT(refusal(kNoisy + "compare: {optimizers: [sgd], tune: {lr: [0.1, 0.2, 0.1]}}\n"),
              HasSubstr("compare.tune.lr: 0.1 is given twice"));
}
TEST_F(Compare, RefusesATargetOfAMetricThatDoesNotJudge) {
  EXPECT_THAT(refusal(kNoisy + "compare: {optimizers: [sgd], target: {metric: validation/accuracy, value: 0.9}}\n"),
              HasSubstr("compare.target.metric: the time to a target is measured on the metric that judges, which is loss"));
}
TEST_F(Compare, RefusesTheSameOptimizerTwice) {
  EXPECT_THAT(refusal(kNoisy + "compare: {optimizers: [sgd, sgd]}\n"), HasSubstr("compare.optimizers[1]: sgd is given twice"));
}
TEST_F(Compare, RefusesAnOptimizerBesideThoseThatAreCompared) {
  EXPECT_THAT(refusal(kNoisy + "optimizer: sgd\ncompare: {optimizers: [sgd]}\n"), HasSubstr("put it into compare.optimizers"));
}
TEST_F(Compare, RefusesAProblemFileThatIsWrong) {
  write("objective: {type: spheer}\ntrain: {steps: 100}\n", "wrong.yaml");
  EXPECT_THAT(refusal("compare: {problems: [wrong.yaml], optimizers: [sgd]}\n"), HasSubstr("unknown objective 'spheer'"));
}
TEST_F(Compare, RefusesTuningOfNothing) {
  EXPECT_THAT(refusal(kNoisy + "compare: {optimizers: [sgd], tune: {seeds: [5]}}\n"), HasSubstr("compare.tune: nothing is tuned"));
}

}  // namespace
}  // namespace descent::test
