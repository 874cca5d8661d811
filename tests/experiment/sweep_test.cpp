#include <gmock/gmock.h>

#include <cmath>
#include <csignal>

#include "descent/autograd/ops.h"
#include "descent/experiment/json.h"
#include "descent/experiment/random_axis.h"
#include "descent/experiment/study.h"
#include "descent/experiment/workers.h"
#include "descent/experiment/yaml.h"
#include "descent/objective/objective.h"
#include "tests/experiment/experiment_test.h"

namespace descent::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
// x² that ends the process where it starts above 10.
class Fragile : public Objective {
 public:
  void options(Options& option) override { option("at", at_, kAny, "where it starts"); }
  std::vector<std::pair<std::string, Tensor>> prepare(DType dtype, std::uint64_t) override {
    if (at_ > 10) std::raise(SIGKILL);
    return {{"x", full({1}, at_, dtype).set_requires_grad()}};
  }
  Tensor value(const std::vector<Tensor>& x) const override { return sum(x[0] * x[0]); }
  std::optional<double> minimum() const override { return 0; }
  std::vector<std::vector<double>> minimisers() const override { return {{0}}; }
  std::string formula() const override { return "x^2"; }

 private:
  double at_ = 1;
};
const Register<Objective, Fragile> fragile("fragile", "of this test");

class Sweep : public ExperimentTest {
 protected:
  // What a run of the file leaves in its folder.
  Json sweep(const std::string& text, const std::string& folder = "run") const {
    printed_by([&, request = request_of(text, folder)] { return run(request); });
    return parse_json(file(folder, "summary.json"));
  }
  std::string file(const std::string& folder, const std::string& name) const { return slurp(folder_ / (folder + "/" + name)); }
};

const std::string kBowl = "objective: {type: sphere}\noptimizer: {type: sgd, lr: 0.1}\ntrain: {steps: 20}\n";

std::vector<double> numbers(const std::vector<Value>& values) {
  std::vector<double> list;
  for (const Value& value : values) parse_number(value.text, list.emplace_back());
  return list;
}

TEST_F(Sweep, LogGridHasEqualRatiosAndRoundNumbers) {
  EXPECT_THAT(numbers(log_grid(1e-2, 10, 4)), ElementsAre(0.01, 0.1, 1, 10));
  EXPECT_THAT(numbers(log_grid(1, 10, 3)), ElementsAre(1, 3.162, 10));
}

TEST_F(Sweep, LogGridReachesFromTheSmallestToTheLargestNumbers) {
  EXPECT_THAT(numbers(log_grid(1e-308, 1e308, 3)), ElementsAre(1e-308, 1, 1e308));
  EXPECT_THAT(numbers(log_grid(1, 1.7976931348623157e308, 2)), ElementsAre(1, 1.7976931348623157e308));
}

TEST_F(Sweep, DrawsFromTheWidestRanges) {
  const SweepOptions sweep =
      load(kBowl +
           "sweep: {random: {samples: 200, over: {objective: {choice: [sphere]}, optimizer.lr: {uniform: [0, 1.7e308]}, "
           "optimizer.weight_decay: {log_uniform: [1e-308, 1e308]}}}}\n")
          .sweep;
  double least = kInfinity, most = 0;
  for (const Assignment& set : sweep.trials()) {
    const std::vector<double> drawn = numbers({set[1].second, set[2].second});
    EXPECT_TRUE(drawn[0] >= 0 && drawn[0] <= 1.7e308) << drawn[0];
    least = std::min(least, drawn[1]);
    most = std::max(most, drawn[1]);
  }
  EXPECT_TRUE(least >= 1e-308 && least < 1e-250) << least;
  EXPECT_TRUE(most <= 1e308 && most > 1e250) << most;
}

TEST_F(Sweep, DrawsAnyInteger) {
  RandomAxis axis{100, 0,
                  Value::map({{"a", Value::map({{"integer", Value::list({INT64_MIN, INT64_MAX})}})},
                              {"b", Value::map({{"uniform", Value::list({-1.7e308, 1.7e308})}})}})};
  int negative = 0, large = 0, negative_numbers = 0;
  for (const Assignment& set : axis.draw()) {
    std::int64_t integer = 0;
    ASSERT_TRUE(parse_integer(set[0].second.text, integer)) << set[0].second.text;
    negative += integer < 0;
    large += integer > (std::int64_t{1} << 61) || integer < -(std::int64_t{1} << 61);
    const double number = numbers({set[1].second})[0];
    EXPECT_TRUE(std::isfinite(number) && number != 0);
    negative_numbers += number < 0;
  }
  for (const int count : {negative, negative_numbers}) EXPECT_TRUE(count > 25 && count < 75) << count;
  EXPECT_GT(large, 50);
}

TEST_F(Sweep, AcceptsAValueThatIsWrongOnlyBesideOthersWhateverTheirOrder) {
  for (const char* momentum : {"[0, 0.9]", "[0.9, 0]"})
    EXPECT_NO_THROW(load(kBowl + "sweep: {grid: {optimizer.nesterov: [true, false], optimizer.momentum: " + momentum + "}}\n")) << momentum;
  EXPECT_THAT(
      refusal(kBowl + "sweep: {grid: {optimizer.nesterov: [true, false], optimizer.momentum: [0, 0.0001], optimizer.dampening: [0.5]}}\n"),
      HasSubstr("e.yaml:4:37: error: optimizer.nesterov: nesterov needs"));
}

TEST_F(Sweep, CountsACombinationThatIsInvalidAsATrialsResult) {
  const Json summary = sweep(kBowl + "sweep: {grid: {optimizer.momentum: [0.9, 0], optimizer.nesterov: [false, true]}}\n");
  std::vector<std::string> status;
  for (const Json& trial : summary["trials"]) status.push_back(trial["status"]);
  EXPECT_THAT(status, ElementsAre("done", "done", "done", "invalid"));
}

TEST_F(Sweep, CompletesThePathsAmongItsValues) {
  for (const char* name : {"a.csv", "b.csv"}) write("x,y\n1,1\n2,2\n3,3\n", name);
  const std::string model =
      "data: {type: csv, path: a.csv, target: y}\nmodel: linear_regression\nloss: mse\noptimizer: sgd\ntrain: {epochs: 1}\n";
  const Experiment single = load(model + "sweep: {grid: {data.path: [b.csv, ./a.csv]}}\n");
  EXPECT_EQ(single.sweep.grid.find("data.path")->items[0].text, folder_ / "b.csv");
  EXPECT_EQ(single.sweep.grid.find("data.path")->items[1].text, folder_ / "a.csv");
  const Experiment whole =
      load(model + "sweep: {zip: {data: [{type: csv, path: b.csv, target: y}], seed: [1]}, random: {over: {loss: {choice: [mse]}}}}\n");
  EXPECT_THAT(write_yaml(whole.resolved()), HasSubstr("path: " + (folder_ / "b.csv")));
  EXPECT_EQ(whole.sweep.trials()[0].back().second.text, "mse");
}

TEST_F(Sweep, ReadsTheFilesThatItsValuesName) {
  write("x,y\n1,1\n2,2\n3,3\n", "a.csv");
  EXPECT_THAT(refusal("data: {type: csv, path: a.csv, target: y}\nmodel: linear_regression\nloss: mse\noptimizer: sgd\ntrain: {epochs: 1}\n"
                      "sweep: {grid: {seed: [1, 2], data.path: [a.csv, none.csv]}}\n",
                      ErrorKind::data),
              HasSubstr("e.yaml:6:49: error: data"));
}

TEST_F(Sweep, RunsEveryCombinationOfEveryAxisTheLastOneVaryingFastest) {
  const Json summary = sweep(kBowl + "sweep: {grid: {optimizer.lr: [0.1, 0.2]}, zip: {seed: [1, 2, 3], train.steps: [1, 2, 3]}}\n");
  ASSERT_THAT(summary["trials"], SizeIs(6));
  EXPECT_EQ(summary["trials"][1]["set"], (Json{{"optimizer.lr", 0.1}, {"seed", 2}, {"train.steps", 2}}));
  EXPECT_EQ(summary["trials"][5]["steps"], 3);
}

TEST_F(Sweep, MakesTrialsAsLongAsTheySay) {
  const Json summary = sweep(kBowl + "sweep: {grid: {train.steps: [5, 20, 100]}, keep: all}\n");
  for (const std::size_t i : {0U, 1U, 2U}) EXPECT_EQ(summary["trials"][i]["steps"], summary["trials"][i]["set"]["train.steps"]);
  EXPECT_EQ(parse_json(file("run", "trials/2/summary.json"))["steps"], 100);
}

TEST_F(Sweep, RanksTheTrialsBestFirst) {
  const Json summary = sweep(kBowl + "sweep: {grid: {optimizer.lr: [0.1, 0.4, 0.2]}}\n");
  EXPECT_THAT(summary["order"], ElementsAre(1, 2, 0));
  EXPECT_EQ(summary["best"]["trial"], 1);
}

TEST_F(Sweep, CountsADivergenceAsATrialsResult) {
  const Json summary =
      sweep("objective: {type: rosenbrock}\noptimizer: {type: sgd}\ntrain: {steps: 50}\nsweep: {grid: {optimizer.lr: [1, 1e-4]}}\n");
  EXPECT_EQ(summary["trials"][0]["status"], "diverged");
  EXPECT_EQ(summary["trials"][0]["value"], nullptr);
  EXPECT_EQ(summary["best"]["trial"], 1);
}

TEST_F(Sweep, LosesOnlyTheTrialAtWhichAWorkerIsLost) {
  const Json summary =
      sweep("objective: {type: fragile}\noptimizer: sgd\ntrain: {steps: 3}\nsweep: {grid: {objective.at: [1, 11, 2, 12, 3]}, jobs: 2}\n");
  std::vector<std::string> status;
  for (const Json& trial : summary["trials"]) status.push_back(trial["status"]);
  EXPECT_THAT(status, ElementsAre("done", "crashed", "done", "crashed", "done"));
  EXPECT_THAT(file("run", "trials.jsonl"), HasSubstr("ended by signal 9"));
}

TEST_F(Sweep, LeavesTheSameBytesWhateverTheNumberOfWorkers) {
  const std::string text = kBowl + "sweep: {log_grid: {optimizer.lr: [1e-3, 1, 7]}, grid: {seed: [1, 2, 3]}, jobs: ";
  sweep(text + "1}\n", "one");
  sweep(text + "3}\n", "three");
  for (const char* name : {"trials.jsonl", "records.jsonl"}) EXPECT_EQ(file("one", name), file("three", name));
}

TEST_F(Sweep, GoesOnWhereItWasCutOff) {
  const std::string text = kBowl + "sweep: {log_grid: {optimizer.lr: [1e-3, 1, 9]}}\n";
  sweep(text, "whole");
  sweep(text, "cut");
  const std::string trials = file("whole", "trials.jsonl"), records = file("whole", "records.jsonl");
  std::size_t end = 0;
  for (int line = 0; line < 4; ++line) end = trials.find('\n', end) + 1;
  spill(folder_ / "cut/trials.jsonl", trials.substr(0, end + 20));  // four whole trials and a part
  spill(folder_ / "cut/records.jsonl", records.substr(0, records.find("{\"trial\":5,") + 300));
  std::filesystem::remove(folder_ / "cut/summary.json");
  go_on(folder_ / "cut");
  for (const char* name : {"trials.jsonl", "records.jsonl"}) EXPECT_EQ(file("cut", name), file("whole", name));
  EXPECT_GT(parse_json(file("cut", "summary.json"))["seconds"], 0);
  Json first = parse_json(file("whole", "summary.json")), second = parse_json(file("cut", "summary.json"));
  first.erase("seconds"), second.erase("seconds");
  EXPECT_EQ(first, second);
}

TEST_F(Sweep, KeepsTheBestTrialAsARunThatHasItsRecords) {
  const Json summary = sweep(kBowl + "sweep: {grid: {optimizer.lr: [0.1, 0.4]}, keep: best}\n");
  EXPECT_EQ(parse_json(file("run", "trials/1/summary.json"))["loss"], summary["best"]["value"]);
}

TEST_F(Sweep, KeepsAllTrialsButThoseThatCouldNotBeRun) {
  const Json summary =
      sweep("objective: {type: fragile}\noptimizer: sgd\ntrain: {steps: 3}\nsweep: {grid: {objective.at: [1, 11, 2]}, keep: all}\n");
  EXPECT_EQ(summary["counts"]["crashed"], 1);
  for (const char* kept : {"0", "2"}) EXPECT_EQ(parse_json(file("run", fmt::format("trials/{}/summary.json", kept)))["status"], "done");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "run/trials/1"));
}

TEST_F(Sweep, MakesAKeptRunAgainThatWasInterruptedOrIsDamaged) {
  const std::string summary_of_1 = "trials/1/summary.json";
  sweep(kBowl + "sweep: {grid: {optimizer.lr: [0.1, 0.4]}, keep: best}\n");
  const std::string whole = file("run", summary_of_1);
  for (const char* left : {"", "{", "{}", "{\"status\":\"interrupted\"}"}) {
    spill(folder_ / ("run/" + summary_of_1), left);
    go_on(folder_ / "run");
    EXPECT_EQ(file("run", summary_of_1), whole) << left;
  }
}

TEST_F(Sweep, SaysInJsonWhatYamlSpellsOtherwise) {
  const Json summary = sweep(kBowl + "sweep: {grid: {optimizer.lr: [.25, 1., 1e-1]}}\n");
  EXPECT_EQ(summary["axes"][0]["values"], (Json{0.25, 1.0, 0.1}));
  EXPECT_EQ(parse_json(file("run", "trials.jsonl").substr(0, file("run", "trials.jsonl").find('\n')))["set"]["optimizer.lr"], 0.25);
}

TEST_F(Sweep, LeavesATableOfItsTrialsBestFirst) {
  sweep("objective: {type: sphere, start: [1, 0]}\noptimizer: sgd\ntrain: {steps: 1}\nsweep: {grid: {optimizer.lr: [0.25, 0.5]}}\n");
  EXPECT_EQ(file("run", "summary.csv"),
            "rank,trial,optimizer.lr,status,steps,evaluations,value\n1,1,0.5,done,1,1,0\n2,0,0.25,done,1,1,0.25\n");
}

TEST_F(Sweep, DrawsTheSameRandomValuesEachTime) {
  const std::string text =
      kBowl + "sweep: {random: {samples: 5, over: {optimizer.lr: {log_uniform: [1e-3, 1]}, seed: {integer: [1, 9]}}}}\n";
  const Json first = sweep(text, "first"), second = sweep(text, "second");
  EXPECT_EQ(first["trials"], second["trials"]);
  for (const Json& trial : first["trials"]) {
    EXPECT_GE(trial["set"]["optimizer.lr"], 1e-3);
    EXPECT_LE(trial["set"]["seed"], 9);
  }
}

TEST_F(Sweep, RefusesAPathThatThereIsNot) {
  EXPECT_THAT(refusal(kBowl + "sweep: {grid: {optimizer.lrr: [1, 2]}}\n"), HasSubstr("optimizer: unknown key 'lrr'"));
}
TEST_F(Sweep, RefusesAValueThatTheOptionRefuses) {
  EXPECT_THAT(refusal(kBowl + "sweep: {grid: {optimizer.lr: [1, -1]}}\n"), HasSubstr("optimizer.lr: expected a number >= 0, got '-1'"));
}
TEST_F(Sweep, RefusesListsOfDifferentLengthsInZip) {
  EXPECT_THAT(refusal(kBowl + "sweep: {zip: {optimizer.lr: [1, 2], seed: [1]}}\n"), HasSubstr("sweep.zip.seed: 1 values beside 2"));
}
TEST_F(Sweep, RefusesAMetricThatNothingMeasures) {
  EXPECT_THAT(refusal(kBowl + "sweep: {grid: {seed: [1]}, metric: validation/loss}\n"),
              HasSubstr("nothing that is measured has the name 'validation/loss'"));
}

}  // namespace
}  // namespace descent::test
