#include "descent/report/page_data.h"
#include "descent/experiment/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "descent/report/records_data.h"
#include "tests/temporary_folder.h"

namespace descent::report {
namespace {

using test::error_of;
using test::spill;
using testing::HasSubstr;
const char* const kComparison = R"({"kind":"compare","status":"done","problems":[{"ranking":{"verdict":"a tie"}}]})";

class PageData : public testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& content) const {
    spill(folder / name, content);
    return folder / name;
  }
  // A run of x² that made two steps.
  std::string run(const std::string& more = "") const {
    file("resolved.yaml",
         "name: bowl\nobjective:\n  type: expression\n  expression: \"x^2\"\n  start:\n    x: 4\noptimizer:\n  type: sgd\n  lr: "
         "0.25\ntrain:\n  "
         "steps: 2\n" +
             more);
    file("metrics.jsonl",
         "{\"step\":0,\"split\":\"train\",\"loss\":16,\"params\":{\"x\":4}}\n"
         "{\"step\":1,\"split\":\"train\",\"loss\":4,\"lr\":0.25,\"params\":{\"x\":2}}\n"
         "{\"step\":2,\"split\":\"train\",\"loss\":1,\"lr\":0.25,\"params\":{\"x\":1}}\n");
    file("meta.json", R"({"version":"0.1.0"})");
    file("summary.json", R"({"status":"done","steps":2,"loss":1.0})");
    return folder.path();
  }
  Json records(const std::string& lines) const { return records_data(file("metrics.jsonl", lines)); }

  test::TemporaryFolder folder;
};

TEST_F(PageData, OfARunHasItsFilesAndColumns) {
  const Json data = page_data({run()});
  EXPECT_EQ(data["kind"], "run");
  EXPECT_EQ(data["name"], "bowl");
  EXPECT_EQ(data["meta"]["version"], "0.1.0");
  EXPECT_EQ(data["summary"]["status"], "done");
  EXPECT_EQ(data["settings"]["optimizer.lr"], "0.25");
  EXPECT_EQ(data["records"]["train"]["loss"], Json({16, 4, 1}));
  EXPECT_EQ(data["records"]["train"]["params.x"], Json({4, 2, 1}));
}

TEST_F(PageData, OfAnObjectiveHasItsGraphAroundThePath) {
  const Json objective = page_data({run()})["objective"];
  EXPECT_EQ(objective["formula"], "x^2");
  const Json& grid = objective["grid"];
  ASSERT_EQ(grid["x"].size(), grid["f"].size());
  EXPECT_LT(grid["x"].front(), 1);
  EXPECT_GT(grid["x"].back(), 4);
  for (std::size_t i = 0; i < grid["x"].size(); ++i) {
    const double x = grid["x"][i];
    EXPECT_NEAR(grid["f"][i].get<double>(), x * x, 1e-12 + 1e-12 * x * x);
  }
}

TEST_F(PageData, ShowsARunThatWasKilledWithoutSummary) {
  run();
  std::filesystem::remove(folder / "summary.json");
  const Json data = page_data({folder.path()});
  EXPECT_EQ(data["kind"], "run");
  EXPECT_TRUE(data["summary"].is_null());
}

TEST_F(PageData, LeavesOutAnObjectiveThatThisProgramDoesNotHave) {
  run();
  file("resolved.yaml", "name: bowl\nobjective:\n  type: of_another_program\n");
  EXPECT_TRUE(page_data({folder.path()})["objective"].is_null());
}

TEST_F(PageData, OfAComparisonIsItsSummary) {
  run();
  file("summary.json", kComparison);
  std::filesystem::remove(folder / "metrics.jsonl");
  const Json data = page_data({folder.path()});
  EXPECT_EQ(data["kind"], "compare");
  EXPECT_EQ(data["summary"], parse_json(kComparison));
}

TEST_F(PageData, OfSeveralRunsHasEach) {
  const std::string one = run();
  const Json data = page_data({one, one});
  EXPECT_EQ(data["kind"], "runs");
  EXPECT_EQ(data["runs"].size(), 2u);
  EXPECT_EQ(data["runs"][1]["name"], "bowl");
}

TEST_F(PageData, RefusesAComparisonAmongRuns) {
  run();
  file("summary.json", kComparison);
  EXPECT_THAT(error_of(ErrorKind::usage, [&] { page_data({folder.path(), folder.path()}); }), HasSubstr("has a page of its own"));
}

TEST_F(PageData, NamesAFileThatIsBroken) {
  run();
  file("summary.json", "{\"status\":");
  EXPECT_THAT(error_of(ErrorKind::data, [&] { page_data({folder.path()}); }), HasSubstr("summary.json: not a JSON object"));
}

TEST_F(PageData, SaysWhatASummaryLacks) {
  run();
  for (const auto& [summary, what] : std::vector<std::pair<const char*, const char*>>{
           {"{}", "key 'status' not found"},
           {R"({"status":3})", "status: expected a name, got 3"},
           {R"({"status":"done","kind":3})", "kind: expected 'run', 'sweep' or 'compare', got 3"},
           {R"({"status":"done","kind":"sweep"})", "key 'metric' not found"},
           {R"({"status":"done","kind":"compare","problems":[]})", "problems: there is none"}}) {
    file("summary.json", summary);
    EXPECT_THAT(error_of(ErrorKind::data, [&] { page_data({folder.path()}); }), HasSubstr(std::string("summary.json: ") + what));
  }
}

TEST_F(PageData, SaysHowToGoOnWithAnUnfinishedStudy) {
  run();
  file("trials.jsonl", "");
  std::filesystem::remove(folder / "summary.json");
  EXPECT_THAT(error_of(ErrorKind::data, [&] { page_data({folder.path()}); }), HasSubstr("descent resume " + folder.path() + " goes on"));
}

TEST_F(PageData, FlattensListsOfMapsOnly) {
  run("model:\n  layers:\n    - type: linear\n      out: 3\n    - type: tanh\n  hidden: [3, 2]\n");
  const Json settings = page_data({folder.path()})["settings"];
  EXPECT_EQ(settings["model.layers[0].out"], "3");
  EXPECT_EQ(settings["model.layers[1].type"], "tanh");
  EXPECT_EQ(settings["model.hidden"], "[3, 2]");
}

TEST_F(PageData, SeparatesSplitsAndFillsGaps) {
  const Json data = records(
      "{\"step\":1,\"split\":\"train\",\"loss\":3}\n{\"step\":1,\"split\":\"validation\",\"loss\":2,\"accuracy\":0.5}\n"
      "{\"step\":2,\"split\":\"train\",\"loss\":null,\"nonfinite\":\"nan\",\"lr\":0.1}\n");
  EXPECT_EQ(data["train"]["loss"], Json({3, nullptr}));
  EXPECT_EQ(data["train"]["lr"], Json({nullptr, 0.1}));
  EXPECT_EQ(data["validation"]["accuracy"], Json({0.5}));
  EXPECT_FALSE(data["train"].contains("nonfinite"));
}

TEST_F(PageData, FlattensParametersUpToSixteenNumbers) {
  std::string many = "0";
  for (int i = 1; i < 100; ++i) many += ',' + std::to_string(i);
  const Json train = records("{\"step\":0,\"split\":\"train\",\"loss\":1,\"params\":{\"x\":[" + many + "]}}\n")["train"];
  EXPECT_EQ(train["params.x[15]"], Json({15}));
  EXPECT_FALSE(train.contains("params.x[16]"));
}

TEST_F(PageData, ThinsALongRunAndKeepsItsEnd) {
  std::string lines;
  for (int step = 0; step <= 100000; ++step) {
    lines += "{\"step\":" + std::to_string(step) + ",\"split\":\"train\",\"loss\":1}\n";
    if (step % 1000 == 0) lines += "{\"step\":" + std::to_string(step) + ",\"split\":\"validation\",\"loss\":1}\n";
  }
  const Json data = records(lines);
  EXPECT_LE(data["train"]["step"].size(), 2001u);
  EXPECT_GT(data["train"]["step"].size(), 1900u);
  EXPECT_EQ(data["train"]["step"].back(), 100000);
  EXPECT_EQ(data["validation"]["step"].size(), 101u);
}

TEST_F(PageData, CollectsQuantilesOfEffectiveRates) {
  const Json rates = records("{\"step\":3,\"split\":\"train\",\"loss\":1,\"effective_lr\":{\"w\":[1,2,3,4,5]}}\n")["train"]["effective_lr"];
  EXPECT_EQ(rates["w"]["step"], Json({3}));
  EXPECT_EQ(rates["w"]["quantiles"], Json({{1, 2, 3, 4, 5}}));
}

TEST_F(PageData, IgnoresALineThatACrashHasCut) {
  EXPECT_EQ(records("{\"step\":1,\"split\":\"train\",\"loss\":1}\n{\"step\":2,\"spl")["train"]["step"], Json({1}));
}

TEST_F(PageData, RefusesALineThatIsNoRecord) {
  EXPECT_THAT(error_of(ErrorKind::data, [&] { records("[1]\n"); }), HasSubstr("a line is not a record"));
}

}  // namespace
}  // namespace descent::report
