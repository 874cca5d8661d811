#include <gmock/gmock.h>

#include <thread>

#include "descent/core/buffer.h"
#include "descent/experiment/json.h"
#include "tests/cli/program.h"

namespace descent::test {
namespace {

using testing::HasSubstr;

using Study = Cli;
using Folders = Cli;

const std::string kSweep = R"(objective: {type: rosenbrock}
optimizer: {type: adam}
train: {steps: 3000}
log: {every: 100}
sweep: {log_grid: {optimizer.lr: [1e-4, 1, 40]}, grid: {seed: [1, 2, 3]}}
)";

// Long enough to be cut off before it ends, in a build with sanitizers too, which is that much slower.
std::string steps(int count) { return std::to_string(pool::kPooled ? count : count / 10); }

std::size_t lines(const std::string& text) { return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')); }

TEST_F(Study, GoesOnAfterItWasKilled) {
  write("s.yaml", kSweep);
  ASSERT_EQ(run("whole", "s.yaml", {"--set", "train.steps=" + steps(10000)}).code, 0);
  const Process process(folder.path(), {"run", "s.yaml", "--out", "cut", "--set", "train.steps=" + steps(10000)});
  for (int i = 0; i < 2000 && !(exists("cut/trials.jsonl") && lines(file("cut/trials.jsonl")) > 2); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  process.send(SIGKILL);
  process.wait();
  ASSERT_FALSE(exists("cut/summary.json"));
  ASSERT_EQ(descent({"resume", "cut"}).code, 0);
  EXPECT_EQ(file("cut/trials.jsonl"), file("whole/trials.jsonl"));
  EXPECT_EQ(file("cut/records.jsonl"), file("whole/records.jsonl"));
}

TEST_F(Study, SavesWhatIsDoneWhenItIsInterrupted) {
  write("s.yaml", kSweep);
  const Process process(folder.path(), {"run", "s.yaml", "--out", "cut", "--set", "train.steps=" + steps(10000)});
  for (int i = 0; i < 2000 && !(exists("cut/trials.jsonl") && !file("cut/trials.jsonl").empty()); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  process.send(SIGINT);
  const Result result = process.wait();
  EXPECT_EQ(result.code, 130);
  EXPECT_THAT(result.err, HasSubstr("interrupted; descent resume cut goes on"));
  const std::size_t saved = lines(file("cut/trials.jsonl"));
  EXPECT_THAT(saved, testing::AllOf(testing::Gt(0u), testing::Lt(120u)));
  EXPECT_EQ(descent({"resume", "cut"}).code, 0);
  EXPECT_EQ(lines(file("cut/trials.jsonl")), 120u);
}

TEST_F(Study, IsInterruptedWhileRunsAreKept) {
  write("s.yaml", "objective: {type: rosenbrock}\noptimizer: {type: adam}\ntrain: {steps: " + steps(100000) +
                      "}\nlog: {every: 1000}\n"
                      "sweep: {grid: {seed: [1, 2, 3, 4, 5, 6, 7, 8]}, keep: all}\n");
  const Process process(folder.path(), {"run", "s.yaml", "--out", "cut"});
  for (int i = 0; i < 10000 && !exists("cut/trials/1/run.log"); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  process.send(SIGTERM);
  const Result result = process.wait();
  EXPECT_EQ(result.code, 143);
  EXPECT_THAT(result.err, HasSubstr("interrupted; descent resume cut goes on"));
  EXPECT_EQ(json("cut/summary.json")["kind"], "sweep");
  EXPECT_FALSE(exists("cut/trials/7"));
  EXPECT_EQ(descent({"resume", "cut"}).code, 0);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(json("cut/trials/" + std::to_string(i) + "/summary.json")["status"], "done");
}

TEST_F(Study, PlansWithoutRunning) {
  write("s.yaml", kSweep);
  const Result result = descent({"check", "s.yaml"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, HasSubstr("s.yaml: valid, 120 trials, 360000 steps, about "));
  EXPECT_FALSE(exists("runs"));
}

TEST_F(Study, CompareIsForFilesWithACompareSection) {
  write("s.yaml", kParabola);
  EXPECT_EQ(descent({"compare", "s.yaml"}).code, 2);
}

TEST_F(Folders, AreListedShownAndCompared) {
  write("e.yaml", kParabola);
  ASSERT_EQ(descent({"run", "e.yaml"}).code, 0);
  const std::string first = parse_json(descent({"runs", "--json"}).out)[0]["folder"];
  ASSERT_EQ(descent({"run", "e.yaml", "--set", "optimizer.lr=0.2"}).code, 0);
  const Result runs = descent({"runs"}), show = descent({"show", first});
  EXPECT_EQ(lines(runs.out), 2u);
  EXPECT_THAT(show.out, testing::ContainsRegex("steps +3"));
  const auto runs_now = parse_json(descent({"runs", "--json"}).out);
  const auto diff = parse_json(descent({"diff", runs_now[0]["folder"], runs_now[1]["folder"], "--json"}).out);
  EXPECT_EQ(diff["settings"].size(), 1u);
  EXPECT_TRUE(diff["settings"].contains("optimizer.lr"));
}

TEST_F(Folders, AreTakenInTheOrderOfTheirMakingWithinASecondToo) {
  write("e.yaml", kParabola);
  std::string newest;
  for (const char* digits : {"ffff", "0000", "7777"}) {
    newest = std::string("runs/e/20260101-000000-") + digits;
    ASSERT_EQ(descent({"run", "e.yaml", "--out", newest}).code, 0);
    EXPECT_THAT(descent({"show", "latest"}).out, HasSubstr(newest));
  }
  EXPECT_EQ(parse_json(descent({"runs", "--json"}).out)[2]["folder"], newest);
}

// The page of a run that ends is made of its summary in memory; a later one of summary.json.
TEST_F(Folders, HaveThePageThatTheirFilesMake) {
  const std::string bowl = "objective: {type: quadratic, noise: 0.1}\ntrain: {steps: 20}\n";
  write("run.yaml", kParabola);
  write("sweep.yaml", bowl + "optimizer: sgd\nsweep: {grid: {optimizer.lr: [0.1, 1e9], seed: [1, 2]}}\n");
  write("compare.yaml", bowl + "compare: {optimizers: [sgd, adam], tune: {lr: [0.01, 0.1, 1e9]}, seeds: [1, 2]}\n");
  for (const std::string name : {"run", "sweep", "compare"}) {
    ASSERT_EQ(run(name, name + ".yaml").code, 0);
    const std::string page = file(name + "/report.html");
    ASSERT_EQ(descent({"report", name}).code, 0);
    EXPECT_TRUE(page == file(name + "/report.html")) << name;
  }
}

TEST_F(Folders, DifferByEachOptionOfAGroup) {
  for (const char* rate : {"0.1", "0.2"}) {
    write("e.yaml", std::string("objective: {type: expression, expression: \"x^2 + y^2\", start: {x: 4, y: 1}}\ntrain: {steps: 3}\n") +
                        "optimizer: {type: sgd, groups: [{match: y, lr: 0.3}, {match: x, lr: " + rate + "}]}\n");
    ASSERT_EQ(descent({"run", "e.yaml", "--out", rate}).code, 0);
  }
  const auto settings = parse_json(descent({"diff", "0.1", "0.2", "--json"}).out)["settings"];
  EXPECT_EQ(settings.dump(), R"({"optimizer.groups[1].lr":["0.1","0.2"]})");
}

TEST_F(Folders, ThatAreDamagedHideNoOthers) {
  write("e.yaml", kParabola);
  ASSERT_EQ(descent({"run", "e.yaml"}).code, 0);
  const std::string good = parse_json(descent({"runs", "--json"}).out)[0]["folder"];
  std::filesystem::create_directories(folder / "runs/e/bad");
  write("runs/e/bad/resolved.yaml", kParabola);
  for (const char* summary : {"{", "[]", R"({"kind":3})", R"({"status":3})", R"({"kind":"sweep"})", R"({"kind":"compare","problems":[]})",
                              R"({"kind":"compare","status":"done","problems":[{"ranking":{"verdict":3}}]})",
                              R"({"kind":"sweep","status":"done","metric":3,"best":3,"order":[0],"trials":[]})"}) {
    write("runs/e/bad/summary.json", summary);
    const Result runs = descent({"runs"});
    EXPECT_EQ(runs.code, 0) << summary;
    EXPECT_THAT(runs.out, testing::AllOf(HasSubstr(good), testing::ContainsRegex("bad +damaged"))) << summary;
    const Result show = descent({"show", "e/bad"});
    EXPECT_EQ(show.code, 4) << summary;
    EXPECT_THAT(show.err, HasSubstr("runs/e/bad/summary.json: ")) << summary;
  }
  write("runs/e/bad/summary.json", R"({"status":3})");
  EXPECT_EQ(descent({"diff", "e/bad", good}).code, 4);
}

TEST_F(Folders, OfNothingAreNone) {
  EXPECT_EQ(descent({"runs"}).out, "");
  EXPECT_EQ(descent({"show", "latest"}).code, 2);
}

}  // namespace
}  // namespace descent::test
