#include "descent/experiment/trial.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "descent/core/rng.h"
#include "descent/experiment/overrides.h"
#include "descent/experiment/yaml.h"
#include "tests/experiment/experiment_test.h"

namespace descent::test {
namespace {

const char* const kMoons =
    "data: {type: moons, samples: 40, noise: 0.2, split: {validation: 0.25}}\nmodel: {type: mlp, hidden: [4], dropout: 0.2}\n"
    "loss: cross_entropy\noptimizer: {type: adam, lr: 0.01}\nschedule: {type: exponential, gamma: 0.9}\ntrain: {epochs: 3, batch_size: "
    "8}\n";

class TrialTest : public ExperimentTest {
 protected:
  TrialBase base(const std::string& text) const { return TrialBase(load(text).source, "e"); }
};

std::vector<Trial> trials() {
  std::vector<Trial> list;
  const std::vector<Assignment> sets{{{"optimizer.lr", 0.1}, {"seed", 1}},
                                     {{"optimizer", Value::map({{"type", "sgd"}, {"momentum", 0.9}})}},
                                     {{"train.epochs", 2}, {"seed", 2}},
                                     {{"schedule.gamma", 0.5}},
                                     {{"model.hidden[0]", 7}, {"optimizer.betas", {Value(0.5), Value(0.9)}}},
                                     {{"train", Value::map({{"epochs", 2}, {"batch_size", 5}, {"clip", Value::map({{"norm", 0.1}})}})}},
                                     {{"train", Value::map({{"steps", 3}})}},
                                     {}};
  for (const Assignment& set : sets) list.push_back({static_cast<std::int64_t>(list.size()), 0, set, {}});
  return list;
}

TEST_F(TrialTest, GivesTheSameInAnyOrder) {
  std::vector<Trial> list = trials();
  const auto run_all = [&](std::uint64_t seed) {
    const TrialBase experiment = base(kMoons);
    DataCache cache;
    std::vector<std::int64_t> order(list.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(i);
    Rng(seed).shuffle(order);
    std::vector<std::string> results(list.size());
    for (const std::int64_t i : order) {
      const TrialResult result = run_trial(experiment, list[static_cast<std::size_t>(i)], "validation/loss", 0, cache);
      results[static_cast<std::size_t>(i)] = result.line + '\n' + result.records;
    }
    return results;
  };
  const std::vector<std::string> first = run_all(0);
  for (std::uint64_t seed = 1; seed < 6; ++seed) EXPECT_EQ(run_all(seed), first);
}

TEST_F(TrialTest, IsTheRunOfTheSameFile) {
  const TrialBase experiment = base(kMoons);
  DataCache cache;
  for (const Trial& trial : trials()) {
    const TrialResult result = run_trial(experiment, trial, "validation/loss", 0, cache);
    Value root = load(kMoons).source;
    Diagnostics diagnostics;
    for (const auto& [path, value] : trial.set) { ASSERT_TRUE(set_path(root, path, value, {}, diagnostics)); }
    const Training training(Experiment::read(root, "e"));
    EXPECT_EQ(result.value, training.outcome.values.at("validation/loss")) << trial.number;
    EXPECT_EQ(result.steps, training.outcome.steps);
  }
}

TEST_F(TrialTest, ThatIsWrongLeavesTheNextOneAlone) {
  const TrialBase experiment = base(kMoons);
  DataCache cache;
  const auto plain = [&] { return run_trial(experiment, {0, 0, {}, {}}, "validation/loss", 0, cache).line; };
  const std::string before = plain();
  const TrialResult wrong = run_trial(experiment, {0, 0, {{"optimizer.lr", -1}, {"seed", 3}}, {}}, "validation/loss", 0, cache);
  EXPECT_EQ(wrong.status, TrialResult::Status::invalid);
  EXPECT_THAT(wrong.line, testing::HasSubstr("expected a number >= 0"));
  EXPECT_EQ(plain(), before);
}

TEST_F(TrialTest, IsRefusedForWhatNoSingleOptionCanSee) {
  const TrialBase experiment = base(kMoons);
  const auto fault = [&](const Assignment& set) { return error_of(ErrorKind::invalid, [&] { experiment.with(set); }); };
  EXPECT_EQ(fault({{"train.steps", 5}}), "train.steps: there are epochs already; give one of them");
  EXPECT_THAT(fault({{"objective", "sphere"}}), testing::HasSubstr("model: there is an objective already"));
  EXPECT_EQ(fault({{"metrics", Value::list({"accuracy", "accuracy"})}}), "metrics[1]: there is one of this type already");
  EXPECT_EQ(fault({{"name", "a b"}}), "name: 'a b' is no name: letters, digits, '_', '.' and '-', at most 64");
  EXPECT_EQ(experiment.with({}).name, "e");
}

TEST_F(TrialTest, HasTheFileAsItChangesItAsItsSource) {
  const TrialBase experiment = base(kMoons);
  const std::string before = write_yaml(experiment.with({}).source);
  const Value* gamma = find_path(experiment.with({{"schedule.gamma", 0.5}, {"log.every", 3}}).source, "schedule.gamma");
  ASSERT_TRUE(gamma);
  EXPECT_EQ(gamma->text, "0.5");
  EXPECT_EQ(write_yaml(experiment.with({}).source), before);
}

TEST_F(TrialTest, StopsAtItsBudgetOfGradients) {
  const TrialBase experiment = base("objective: {type: rosenbrock}\noptimizer: lbfgs\ntrain: {steps: 1000}\n");
  DataCache cache;
  const TrialResult result = run_trial(experiment, {0, 0, {}, {}}, "loss", 30, cache);
  EXPECT_GE(result.evaluations, 30);
  EXPECT_LT(result.steps, 30);
  EXPECT_EQ(result.curve_at.back(), result.evaluations);
}

}  // namespace
}  // namespace descent::test
