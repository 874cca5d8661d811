#include "descent/optim/schedule.h"

#include <gmock/gmock.h>

#include <cmath>

#include "descent/core/error.h"
#include "descent/optim/plateau.h"
#include "tests/optim/golden.h"

namespace descent {
namespace {

using optim::Schedule;
using test::golden;
using test::Numbers;
using test::to_value;
using testing::DoubleNear;
using testing::HasSubstr;
using testing::Pointwise;

std::unique_ptr<Schedule> make_schedule(const std::string& type, const Value& options) {
  return std::unique_ptr<Schedule>(static_cast<Schedule*>(Schedule::kind().make(type, options).release()));
}

// What is said about a schedule that must be refused.
std::string refusal(const std::string& type, OptionList options) {
  try {
    make<Schedule>(type, options);
  } catch (const Error& error) { return error.what(); }
  return "";
}

Value part(const std::string& type, OptionList options = {}) {
  Value map = Value::map(options);
  map.set("type", type);
  return map;
}

Numbers rates(const Schedule& schedule, double lr, std::int64_t count) {
  Numbers result;
  for (std::int64_t time = 0; time < count; ++time) result.push_back(schedule.rate(lr, time));
  return result;
}
Numbers momenta(const Schedule& schedule, std::int64_t count) {
  Numbers result;
  for (std::int64_t time = 0; time < count; ++time) result.push_back(schedule.momentum(time).value_or(NAN));
  return result;
}

MATCHER(AsTorch, "") {
  const auto& [ours, torchs] = arg;
  return std::abs(ours - torchs) <= 1e-12;
}

struct Case {
  const char* name;
  const char* type;
  Value options;
};

TEST(TorchSchedule, IsFollowedForTwentyEpochs) {
  const Value constant = part("constant", {{"factor", 0.1}, {"total_iters", 3}}), exponential = part("exponential", {{"gamma", 0.9}});
  const std::vector<Case> cases{
      {"step(3,0.5)", "step", Value::map({{"step_size", 3}, {"gamma", 0.5}})},
      {"multistep([2,5],0.1)", "multistep", Value::map({{"milestones", {2, 5}}})},
      {"exponential(0.9)", "exponential", Value::map({{"gamma", 0.9}})},
      {"cosine(T_max=5,eta_min=0.1)", "cosine", Value::map({{"T_max", 5}, {"eta_min", 0.1}, {"periodic", true}})},
      {"cosine_restarts(3,2,0.05)", "cosine_restarts", Value::map({{"T_0", 3}, {"T_mult", 2}, {"eta_min", 0.05}})},
      {"linear(1/3,1,5)", "linear", Value::map()},
      {"constant(1/3,5)", "constant", Value::map()},
      {"polynomial(5,2)", "polynomial", Value::map({{"power", 2}})},
      {"onecycle(1,total=21)", "one_cycle", Value::map({{"max_lr", 1}, {"total_steps", 21}})},
      {"onecycle_linear_3phase(1,total=21)", "one_cycle",
       Value::map({{"total_steps", 21}, {"anneal_strategy", "linear"}, {"three_phase", true}})},
      {"cyclic(0.1,1,3)", "cyclic", Value::map({{"base_lr", 0.1}, {"max_lr", 1}, {"step_size_up", 3}})},
      {"cyclic_tri2(0.1,1,3)", "cyclic", Value::map({{"base_lr", 0.1}, {"step_size_up", 3}, {"mode", "triangular2"}})},
      {"cyclic_exp(0.1,1,3,0.9)", "cyclic", Value::map({{"base_lr", 0.1}, {"step_size_up", 3}, {"mode", "exp_range"}, {"gamma", 0.9}})},
      {"sequential(const .1x3,exp .9)", "sequence",
       Value::map({{"schedules", {constant, exponential}}, {"milestones", Value::list({3})}})}};
  const Json expected = golden("torch.json")["schedules_lr1"];
  EXPECT_EQ(cases.size(), expected.size());
  for (const Case& each : cases) {
    const auto schedule = make_schedule(each.type, each.options);
    EXPECT_THAT(rates(*schedule, 1, 20), Pointwise(AsTorch(), expected[each.name].get<Numbers>())) << each.name;
  }
}

TEST(TorchSchedule, IsFollowedInTheRatesOfTwoGroupsAndInTheMomentum) {
  const Json file = golden("schedules.json");
  const auto times = file["times"].get<std::vector<std::int64_t>>();
  for (const Json& expected : file["cases"]) {
    const auto schedule = make_schedule(expected["type"], to_value(expected["options"]));
    for (std::size_t i = 0; i < times.size(); ++i) {
      SCOPED_TRACE(fmt::format("{} {} at {}", expected["type"].get<std::string>(), expected["options"].dump(), times[i]));
      for (std::size_t group = 0; group < 2; ++group) {
        EXPECT_NEAR(schedule->rate(file["lr"][group], times[i]), expected["rates"][i][group].get<double>(), 1e-12);
      }
      const auto momentum = schedule->momentum(times[i]);
      ASSERT_EQ(momentum.has_value(), !expected["momentum"].empty());
      const double wanted = momentum ? expected["momentum"][i].get<double>() : 0;
      EXPECT_NEAR(momentum.value_or(0), wanted, 1e-12);
    }
  }
}

TEST(TorchPlateau, IsFollowed) {
  const Json expected = golden("torch.json")["plateau(patience2,factor.5,cooldown1)"];
  const auto schedule = make<Schedule>("plateau", {{"patience", 2}, {"factor", 0.5}, {"cooldown", 1}});
  for (std::size_t i = 0; i < expected["metric"].size(); ++i) {
    schedule->plateau()->observe(expected["metric"][i]);
    EXPECT_EQ(schedule->rate(1, 0), expected["lr_after"][i].get<double>()) << i;
  }
}

TEST(TorchPlateau, IsFollowedInBothModesAndThresholdsAndToItsLimits) {
  const Json file = golden("schedules.json");
  for (const Json& expected : file["plateaus"]) {
    const auto schedule = make_schedule("plateau", to_value(expected["options"]));
    for (std::size_t i = 0; i < file["metrics"].size(); ++i) {
      schedule->plateau()->observe(file["metrics"][i].is_null() ? INFINITY : file["metrics"][i].get<double>());
      for (std::size_t group = 0; group < 2; ++group) {
        EXPECT_NEAR(schedule->rate(file["lr"][group], 0), expected["rates"][i][group].get<double>(), 1e-15) << expected["options"] << i;
      }
    }
  }
}

TEST(Plateau, GoesOnFromASavedStateAsIfNothingHadHappened) {
  const auto unbroken = make<Schedule>("plateau", {{"patience", 1}, {"cooldown", 1}, {"mode", "max"}});
  const Numbers metrics{1, 1, 2, 2, 2, 2, 2, 1, 3, 1, 1, 1};
  for (std::size_t cut = 0; cut < metrics.size(); ++cut) {
    const auto resumed = make<Schedule>("plateau", {{"patience", 1}, {"cooldown", 1}, {"mode", "max"}});
    const auto fresh = make<Schedule>("plateau", {{"patience", 1}, {"cooldown", 1}, {"mode", "max"}});
    for (std::size_t i = 0; i < cut; ++i) fresh->plateau()->observe(metrics[i]);
    resumed->plateau()->set_state(fresh->plateau()->state());
    for (std::size_t i = cut; i < metrics.size(); ++i) {
      fresh->plateau()->observe(metrics[i]);
      resumed->plateau()->observe(metrics[i]);
      EXPECT_EQ(resumed->rate(1, 0), fresh->rate(1, 0)) << cut << ' ' << i;
    }
    EXPECT_LT(fresh->rate(1, 0), 0.02);
  }
}

TEST(Plateau, RefusesAStateThatIsNotItsOwn) {
  const auto schedule = make<Schedule>("plateau");
  EXPECT_THROW(schedule->plateau()->set_state({1, 2}), Error);
}

TEST(Schedule, OfACosineStaysAtItsLowestRate) {
  const auto schedule = make<Schedule>("cosine", {{"T_max", 4}, {"eta_min", 0.1}});
  EXPECT_THAT(rates(*schedule, 0.5, 7),
              Pointwise(DoubleNear(1e-15), Numbers{0.5, 0.3 + 0.2 * std::sqrt(0.5), 0.3, 0.3 - 0.2 * std::sqrt(0.5), 0.1, 0.1, 0.1}));
}

TEST(Schedule, TakesTheLengthOfTheRunWhereNoneIsGiven) {
  for (const auto& [type, option] : {std::pair("cosine", "T_max"), std::pair("one_cycle", "total_steps")}) {
    const auto given = make<Schedule>(type, {{option, 10}}), open = make<Schedule>(type), both = make<Schedule>(type, {{option, 10}});
    open->prepare(10);
    both->prepare(7);
    EXPECT_EQ(rates(*open, 1, 12), rates(*given, 1, 12)) << type;
    EXPECT_EQ(rates(*both, 1, 12), rates(*given, 1, 12)) << type;
  }
}

TEST(Schedule, SaysThatItsLengthIsNotKnown) {
  const auto schedule = make<Schedule>("cosine");
  try {
    schedule->rate(1, 0);
    FAIL() << "no error";
  } catch (const Error& error) { EXPECT_STREQ(error.what(), "schedule: T_max is not set; give it, or call prepare()"); }
}

TEST(Schedule, OfOneCycleEndsAtItsLowestRateAndStaysThere) {
  const auto schedule = make<Schedule>("one_cycle", {{"total_steps", 8}, {"div_factor", 10}, {"final_div_factor", 5}});
  EXPECT_DOUBLE_EQ(schedule->rate(1, 0), 0.1);
  for (const std::int64_t time : {7, 8, 100}) EXPECT_DOUBLE_EQ(schedule->rate(1, time), 0.02);
}

TEST(Schedule, OfOneCycleStartsAtItsPeakWhenItsRiseTakesNoTime) {
  const auto schedule = make<Schedule>("one_cycle", {{"total_steps", 10}, {"pct_start", 0.1}});
  EXPECT_DOUBLE_EQ(schedule->rate(0.5, 0), 0.5);
}

TEST(Schedule, PeaksAtTheRateOfTheGroupWhereNoPeakIsGiven) {
  EXPECT_DOUBLE_EQ(make<Schedule>("cyclic", {{"base_lr", 0.1}, {"step_size_up", 2}})->rate(0.7, 2), 0.7);
  EXPECT_DOUBLE_EQ(make<Schedule>("one_cycle", {{"total_steps", 10}, {"pct_start", 0.5}})->rate(0.7, 4), 0.7);
}

TEST(Schedule, OfInverseTimeFallsAsKerass) {
  const auto smooth = make<Schedule>("inverse_time", {{"decay_rate", 0.5}, {"decay_steps", 2}});
  EXPECT_THAT(rates(*smooth, 1, 5), Pointwise(DoubleNear(1e-15), Numbers{1, 0.8, 1 / 1.5, 1 / 1.75, 0.5}));
  const auto stairs = make<Schedule>("inverse_time", {{"decay_rate", 0.5}, {"decay_steps", 2}, {"staircase", true}});
  EXPECT_THAT(rates(*stairs, 1, 5), Pointwise(DoubleNear(1e-15), Numbers{1, 1, 1 / 1.5, 1 / 1.5, 0.5}));
}

TEST(Schedule, WarmsUpToTheFullRate) {
  EXPECT_THAT(rates(*make<Schedule>("warmup", {{"total_iters", 4}}), 2, 6), Pointwise(DoubleNear(1e-15), Numbers{0.5, 1, 1.5, 2, 2, 2}));
}

TEST(Schedule, OfASequenceGivesEachPartItsTimeAndItsShareOfTheRun) {
  const Value warmup = part("warmup", {{"total_iters", 2}}), cosine = part("cosine"), constant = part("constant", {{"total_iters", 0}});
  const auto schedule = make<Schedule>("sequence", {{"schedules", {warmup, cosine, constant}}, {"milestones", {2, 6}}});
  schedule->prepare(9);
  const auto alone = make<Schedule>("cosine", {{"T_max", 4}});
  Numbers expected{0.5, 1};
  for (const double rate : rates(*alone, 1, 4)) expected.push_back(rate);
  expected.insert(expected.end(), {1, 1, 1});
  EXPECT_EQ(rates(*schedule, 1, 9), expected);
}

TEST(Schedule, OfASequenceHoldsTheMomentumOfThePartThatCyclesIt) {
  const Value warmup = part("warmup", {{"total_iters", 2}});
  const Value cyclic = part("cyclic", {{"base_lr", 0}, {"step_size_up", 2}, {"base_momentum", 0.5}, {"max_momentum", 0.9}});
  const auto schedule = make<Schedule>("sequence", {{"schedules", {warmup, cyclic, warmup}}, {"milestones", {2, 5}}});
  EXPECT_THAT(momenta(*schedule, 7), Pointwise(DoubleNear(1e-15), Numbers{0.9, 0.9, 0.9, 0.7, 0.5, 0.5, 0.5}));
  EXPECT_EQ(make<Schedule>("sequence", {{"schedules", {warmup, warmup}}, {"milestones", Value::list({2})}})->momentum(1), std::nullopt);
}

TEST(Schedule, OfAProductObservesForThePlateauInIt) {
  const auto schedule =
      make<Schedule>("product", {{"schedules", {part("warmup", {{"total_iters", 2}}), part("plateau", {{"patience", 0}})}}});
  ASSERT_NE(schedule->plateau(), nullptr);
  schedule->plateau()->observe(1);
  schedule->plateau()->observe(1);
  EXPECT_THAT(rates(*schedule, 1, 3), Pointwise(DoubleNear(1e-15), Numbers{0.05, 0.1, 0.1}));
}

TEST(Schedule, OfAProductCyclesTheMomentumOfItsPart) {
  const Value cycle = part("one_cycle", {{"max_momentum", 0.9}});
  const auto schedule = make<Schedule>("product", {{"schedules", {cycle, part("warmup", {{"total_iters", 2}})}}});
  schedule->prepare(9);
  EXPECT_NEAR(schedule->momentum(0).value(), 0.9, 1e-15);
}

TEST(Schedule, RefusesASequenceWhoseMilestonesDoNotFit) {
  const Value step = part("step", {{"step_size", 1}});
  EXPECT_THAT(refusal("sequence", {{"schedules", {step, step}}, {"milestones", {1, 2}}}),
              HasSubstr("milestones: there must be one less than schedules"));
  EXPECT_THAT(refusal("sequence", {{"schedules", {step, step, step}}, {"milestones", {2, 2}}}),
              HasSubstr("milestones: they must increase"));
  EXPECT_THAT(refusal("sequence", {{"schedules", Value::list({})}, {"milestones", Value::list({})}}),
              HasSubstr("schedules: there is no schedule"));
}

TEST(Schedule, RefusesPartsThatCannotGoTogether) {
  const Value step = part("step", {{"step_size", 1}, {"unit", "epochs"}}), plateau = part("plateau");
  EXPECT_THAT(refusal("product", {{"schedules", {plateau, step}}}), HasSubstr("schedules[1]: the unit is that of the whole"));
  EXPECT_THAT(refusal("product", {{"schedules", {plateau, plateau}}}), HasSubstr("schedules[1]: there is a plateau already"));
  EXPECT_THAT(refusal("product", {{"schedules", {plateau, part("stp")}}}), HasSubstr("schedules[1].type: unknown schedule 'stp'"));
}

// Not a recurrence, whose errors add up, and no loop over the time that has passed.
TEST(Schedule, IsKnownFarFromTheStart) {
  const std::int64_t far = 4'000'000'000'000'000'001;
  EXPECT_NEAR(make<Schedule>("cosine_restarts", {{"T_0", 4}})->rate(1, far), 0.5 + 0.5 * std::sqrt(0.5), 1e-15);
  EXPECT_EQ(make<Schedule>("cosine_restarts", {{"T_0", far}, {"T_mult", far}})->rate(1, far), 1);
  EXPECT_EQ(make<Schedule>("exponential", {{"gamma", 0.9}})->rate(1, far), 0);
  EXPECT_EQ(make<Schedule>("cyclic", {{"base_lr", 0}, {"step_size_up", far}, {"step_size_down", far}})->rate(1, far), 1);
}

}  // namespace
}  // namespace descent
