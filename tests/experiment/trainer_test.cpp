#include "descent/experiment/trainer.h"

#include <gmock/gmock.h>

#include <cmath>
#include <csignal>

#include "descent/autograd/ops.h"
#include "tests/experiment/experiment_test.h"

namespace descent::test {
namespace {

using testing::DoubleEq;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pointwise;

using Numbers = std::vector<double>;

// Four rows of y = 2x, which a rate of 0 leaves at the model's zeros: the loss of a batch is the mean of y² over it.
const char* const kData = "data: {type: inline, x: [1, 2, 3, 4], y: [2, 4, 6, 8]}\n";
const char* const kModel = "model: {type: linear_regression, init: zeros}\nloss: mse\noptimizer: {type: sgd, lr: 0}\n";

// f = Σ w of one parameter, losses of held-out data as given; their accuracy is the same number.
class Scripted : public Problem {
 public:
  Scripted(Numbers figures, std::int64_t per_epoch) : figures_(std::move(figures)), per_epoch_(per_epoch) {}
  NamedTensors parameters() const override { return {{"w", w_}}; }
  std::int64_t steps_per_epoch() const override { return per_epoch_; }
  const std::vector<std::string>& files() const override { return files_; }
  Tensor loss(std::int64_t) override { return sum(w_); }
  std::vector<Evaluation> evaluate() override {
    const double figure = figures_.at(evaluations_++);
    return {{"validation", figure, {{"accuracy", figure}}}};
  }
  std::vector<std::string> measured() const override { return {"loss", "validation/loss", "validation/accuracy"}; }
  bool higher_is_better(const std::string& name) const override { return name == "accuracy"; }

 private:
  Numbers figures_;
  std::int64_t per_epoch_;
  std::size_t evaluations_ = 0;
  std::vector<std::string> files_;
  Tensor w_ = zeros({2}).set_requires_grad();
};

class TrainerTest : public ExperimentTest {
 protected:
  Training train(const std::string& text) const { return Training(load(text)); }
  // w² from w = 1 with lr 0.1, if nothing else is said: w shrinks by 0.8 a step.
  Training parabola(const std::string& train, const std::string& more = "", const std::string& optimizer = "{type: sgd, lr: 0.1}") const {
    return this->train("objective: {type: expression, expression: w^2, start: {w: 1}}\noptimizer: " + optimizer + "\ntrain: {" + train +
                       "}\n" + more);
  }
  Training regression(const std::string& train, const std::string& more = "", const std::string& data = kData) const {
    return this->train(data + kModel + "train: {shuffle: false, " + train + "}\n" + more);
  }
  Training scripted(Numbers figures, const std::string& train, const std::string& more = "", std::int64_t per_epoch = 1) const {
    return Training(load(std::string(kData) + kModel + "train: {" + train + "}\n" + more),
                    std::make_unique<Scripted>(std::move(figures), per_epoch));
  }
  // Of two steps an epoch, from the rate 1, recorded at every step if nothing else is said.
  Training rated(Numbers figures, const std::string& train, const std::string& schedule) const {
    const std::string log = schedule.find("log:") == std::string::npos ? "\nlog: {every: 1}\n" : "\n";
    return Training(load(kData + ("model: linear_regression\nloss: mse\noptimizer: {type: sgd, lr: 1}\nschedule: " + schedule + log) +
                         "train: {" + train + "}\n"),
                    std::make_unique<Scripted>(std::move(figures), 2));
  }
};

TEST_F(TrainerTest, RecordsAnObjectiveWhereItStartsAndAfterEachUpdate) {
  const Training training = parabola("steps: 2");
  EXPECT_THAT(training.steps(), ElementsAre(0, 1, 2));
  EXPECT_THAT(training.losses(), Pointwise(DoubleEq(), Numbers{1, 0.8 * 0.8, 0.64 * 0.64}));
  EXPECT_EQ(training.records[0].lr, std::nullopt);
  EXPECT_EQ(training.records[0].grad_norm, std::nullopt);
  EXPECT_EQ(training.records[2].params.at(0).name, "w");
  EXPECT_DOUBLE_EQ(training.records[2].params.at(0).values.at(0), 0.64);
  EXPECT_DOUBLE_EQ(training.records[2].grad_norm.value(), 1.6);  // of the step from 0.8
  EXPECT_EQ(training.records[2].lr, 0.1);
  EXPECT_EQ(training.records[2].epoch, std::nullopt);
}

TEST_F(TrainerTest, RecordsEveryNthStepAndTheLast) {
  EXPECT_THAT(parabola("steps: 5", "log: {every: 2}").steps(), ElementsAre(0, 2, 4, 5));
  EXPECT_THAT(regression("epochs: 3, batch_size: 2", "log: {every: 4}").steps(), ElementsAre(4, 6));
}

TEST_F(TrainerTest, RecordsAModelOnceAnEpochByDefault) {
  const Training training = regression("steps: 3, batch_size: 2");
  EXPECT_THAT(training.steps(), ElementsAre(2, 3));
  EXPECT_THAT(training.of([](const Record& record) { return record.epoch.value(); }), ElementsAre(1, 2));
  EXPECT_THAT(training.records.back().params, IsEmpty());
}

TEST_F(TrainerTest, RecordsTheLossOfABatchBeforeItsUpdate) {
  EXPECT_THAT(regression("epochs: 2, batch_size: 2", "log: {every: 1}").losses(), ElementsAre(10, 50, 10, 50));
}

TEST_F(TrainerTest, RecordsTheMeanSinceTheRecordBefore) {
  EXPECT_THAT(regression("steps: 3, batch_size: 2").losses(), ElementsAre(30, 10));
}

TEST_F(TrainerTest, RecordsTheLastLossWhenAsked) {
  EXPECT_THAT(regression("steps: 3, batch_size: 2", "log: {loss: last}").losses(), ElementsAre(50, 10));
}

TEST_F(TrainerTest, TakesTheRowsThatAreLeftAsABatchUnlessTheyAreDropped) {
  EXPECT_THAT(regression("epochs: 1, batch_size: 3", "log: {every: 1}").losses(), ElementsAre(DoubleNear(56.0 / 3, 1e-5), 64));
  EXPECT_THAT(regression("epochs: 2, batch_size: 3, drop_last: true", "log: {every: 1}").steps(), ElementsAre(1, 2));
  EXPECT_THAT(regression("epochs: 2, batch_size: full").losses(), ElementsAre(30, 30));
}

TEST_F(TrainerTest, MeasuresHeldOutDataAtTheEndOfEveryEpochAndOfTheRun) {
  const Training training = regression("steps: 5, batch_size: 2", "metrics: [mae]\n",
                                       "data: {type: inline, x: [1, 2, 3, 4], y: [2, 4, 6, 8], validation: {x: [5], y: [3]},"
                                       " test: {x: [6, 7], y: [1, 3]}}\n");
  EXPECT_THAT(training.steps("validation"), ElementsAre(2, 4, 5));
  EXPECT_THAT(training.losses("validation"), ElementsAre(9, 9, 9));
  EXPECT_THAT(training.losses("test"), ElementsAre(5, 5, 5));
  EXPECT_EQ(training.records.back().metrics, (std::vector<std::pair<std::string, double>>{{"mae", 2}}));
  EXPECT_EQ(training.records.back().epoch, 3);
  EXPECT_EQ(training.outcome.values.at("validation/mae"), 3);
}

TEST_F(TrainerTest, ChangesTheRateByStepsWhenTrainingIsGivenInSteps) {
  const std::string schedule = "schedule: {type: step, step_size: 2}\n";
  EXPECT_THAT(parabola("steps: 5", schedule).rates(), Pointwise(DoubleEq(), Numbers{0, 0.1, 0.1, 0.01, 0.01, 0.001}));
  EXPECT_DOUBLE_EQ(parabola("steps: 3", schedule).records.back().params[0].values[0], 0.64 * 0.98);
}

TEST_F(TrainerTest, ChangesTheRateByEpochsWhenTrainingIsGivenInEpochs) {
  const auto rates = [&](const std::string& train, const std::string& unit) {
    const std::string more = "schedule: {type: step, step_size: 1, gamma: 0.5, unit: " + unit + "}\nlog: {every: 1}\n";
    return this
        ->train(kData + std::string("model: linear_regression\nloss: mse\noptimizer: {type: sgd, lr: 8}\ntrain: {") + train +
                ", batch_size: 2}\n" + more)
        .rates();
  };
  EXPECT_THAT(rates("epochs: 2", "automatic"), ElementsAre(8, 8, 4, 4));
  EXPECT_THAT(rates("epochs: 2", "steps"), ElementsAre(8, 4, 2, 1));
  EXPECT_THAT(rates("steps: 3", "automatic"), ElementsAre(8, 4, 2));
  EXPECT_THAT(rates("steps: 3", "epochs"), ElementsAre(8, 8, 4));
}

TEST_F(TrainerTest, GivesAScheduleTheLengthOfTheRun) {
  const double half = std::sqrt(0.5);
  const Numbers by_step = parabola("steps: 4", "schedule: cosine\n").rates();
  EXPECT_THAT(by_step, Pointwise(DoubleNear(1e-15), Numbers{0, 0.1, 0.05 * (1 + half), 0.05, 0.05 * (1 - half)}));
  const Numbers by_epoch = rated({0, 0}, "steps: 3", "{type: cosine, unit: epochs}").rates();  // one and a half epochs count as two
  EXPECT_THAT(by_epoch, Pointwise(DoubleNear(1e-15), Numbers{1, 1, 0.5}));
}

TEST_F(TrainerTest, CyclesTheMomentum) {
  const std::string schedule =
      "schedule: {type: cyclic, base_lr: 0.1, max_lr: 0.1, step_size_up: 2, base_momentum: 0.5, max_momentum: 0.25}\n";
  const Training training = parabola("steps: 3", schedule, "{type: sgd, lr: 0.1, momentum: 0.9}");
  double w = 1, velocity = 0;
  for (const double momentum : {0.25, 0.375, 0.5}) {
    velocity = momentum * velocity + 2 * w;
    w -= 0.1 * velocity;
  }
  EXPECT_DOUBLE_EQ(training.records.back().params[0].values[0], w);
}

TEST_F(TrainerTest, ReducesTheRateOnAPlateauOfTheValidationLoss) {
  const Training training = rated({5, 4, 4, 4, 4}, "epochs: 5", "{type: plateau, patience: 1}");
  EXPECT_THAT(training.rates(), Pointwise(DoubleEq(), Numbers{1, 1, 1, 1, 1, 1, 1, 1, 0.1, 0.1}));
}

TEST_F(TrainerTest, KnowsOfAPlateausMetricWhetherItShouldRise) {
  const std::string plateau = "{type: plateau, metric: validation/accuracy, patience: 0";
  EXPECT_THAT(rated({1, 2, 3}, "epochs: 3", plateau + "}").rates(), Pointwise(DoubleEq(), Numbers{1, 1, 1, 1, 1, 1}));
  EXPECT_THAT(rated({1, 2, 3}, "epochs: 3", plateau + ", mode: min}").rates(), Pointwise(DoubleEq(), Numbers{1, 1, 1, 1, 0.1, 0.1}));
}

TEST_F(TrainerTest, ObservesThePlateauOfAnObjectiveAfterEveryStep) {
  const std::string plateau = "schedule: {type: plateau, patience: 0, factor: 0.5}\nlog: {every: 3}\n";
  EXPECT_EQ(parabola("steps: 3", plateau, "{type: sgd, lr: 1}").records.back().params[0].values[0],
            0);  // 1, -1, 1, and to 0 at half the rate
}

TEST_F(TrainerTest, ObservesThePlateauOfAModelsLossOnceAnEpochWhateverIsLogged) {
  for (const char* every : {"1", "100"}) {  // the losses are 0, -2; -4, -6
    const Training training = rated({0, 0}, "epochs: 2", "{type: plateau, metric: loss}\nlog: {every: " + std::string(every) + "}");
    EXPECT_EQ(training.scheduler->state().at(0).second.at(0), -5);
  }
}

TEST_F(TrainerTest, ClipsByTheNormAndRecordsTheNormBefore) {
  const Training training = parabola("steps: 1, clip: {norm: 0.5}");
  EXPECT_DOUBLE_EQ(training.records[1].grad_norm.value(), 2);
  EXPECT_DOUBLE_EQ(training.records[1].params[0].values[0], 1 - 0.1 * 2 * (0.5 / (2 + 1e-6)));
}

TEST_F(TrainerTest, ClipsByTheNormOfEachTensorAndRecordsTheNormBefore) {
  const Training training = train(
      "objective: {type: expression, expression: x^2 + y^2, start: {x: 3, y: 0.1}}\noptimizer: {type: sgd, lr: 0.1}\n"
      "train: {steps: 1, clip: {tensor_norm: 1, style: exact}}\n");
  EXPECT_DOUBLE_EQ(training.records[1].grad_norm.value(), std::sqrt(36.04));
  EXPECT_DOUBLE_EQ(training.records[1].params[0].values[0], 3 - 0.1 * 1);
  EXPECT_DOUBLE_EQ(training.records[1].params[1].values[0], 0.1 - 0.1 * 0.2);
}

TEST_F(TrainerTest, ClipsByTheNormExactlyWhenAsked) {
  EXPECT_DOUBLE_EQ(parabola("steps: 1, clip: {norm: 0.5, style: exact}").records[1].params[0].values[0], 1 - 0.1 * 0.5);
}

TEST_F(TrainerTest, ClipsByValueAndRecordsTheNormBefore) {
  const Training training = parabola("steps: 1, clip: {value: 0.5}");
  EXPECT_DOUBLE_EQ(training.records[1].grad_norm.value(), 2);
  EXPECT_DOUBLE_EQ(training.records[1].params[0].values[0], 1 - 0.1 * 0.5);
}

TEST_F(TrainerTest, StopsEarlyAfterThatManyEpochsWithoutAnImprovement) {
  const std::string stop = "epochs: 9, early_stop: {metric: validation/loss, patience: 2}";
  const Training training = scripted({5, 4, 4.5, 3, 3, 3.5, 1}, stop);
  EXPECT_EQ(training.outcome.status, Outcome::Status::stopped);
  EXPECT_EQ(training.outcome.steps, 6);
  EXPECT_EQ(training.outcome.best.at("validation/loss"), 3);
}

TEST_F(TrainerTest, StopsEarlyWhenAMetricNoLongerRises) {
  const Training training = scripted({5, 6, 6, 1}, "epochs: 4, early_stop: {metric: validation/accuracy}");
  EXPECT_EQ(training.outcome.steps, 3);
  EXPECT_EQ(training.outcome.best.at("validation/accuracy"), 6);
}

TEST_F(TrainerTest, CountsOnlyChangesOverMinDeltaAsImprovements) {
  EXPECT_EQ(scripted({5, 4, 3.5, 3, 0}, "epochs: 5, early_stop: {metric: validation/loss, min_delta: 0.75}").outcome.steps, 3);
  EXPECT_EQ(scripted({1, 2, 2.5, 4, 5}, "epochs: 5, early_stop: {metric: validation/accuracy, min_delta: 0.75}").outcome.steps, 3);
}

TEST_F(TrainerTest, GoesOnAfterAFirstFigureThatIsNotDefined) {
  EXPECT_EQ(scripted({NAN, 4, 3, 2}, "epochs: 4, early_stop: {metric: validation/loss, patience: 2}").outcome.status,
            Outcome::Status::done);
}

TEST_F(TrainerTest, StopsAtTheTarget) {
  const Training training = parabola("steps: 9, target: {metric: loss, value: 0.5}");
  EXPECT_EQ(training.outcome.status, Outcome::Status::target);
  EXPECT_EQ(training.outcome.steps, 2);
  EXPECT_EQ(scripted({1, 2, 3, 4}, "epochs: 4, target: {metric: validation/accuracy, value: 3}").outcome.steps, 3);
  EXPECT_EQ(scripted({4, 3, 2, 1}, "epochs: 4, target: {metric: validation/loss, value: 3}").outcome.steps, 2);
}

TEST_F(TrainerTest, PrefersTheTargetToStoppingEarly) {
  const Training training =
      scripted({5, 5, 5}, "epochs: 3, target: {metric: validation/accuracy, value: 5}, early_stop: {metric: validation/loss}");
  EXPECT_EQ(training.outcome.status, Outcome::Status::target);
  EXPECT_EQ(training.outcome.steps, 1);
}

TEST_F(TrainerTest, AlwaysRecordsTheLastStep) {
  const Training stopped = scripted({1, 1}, "epochs: 9, early_stop: {metric: validation/loss}", "log: {every: 100}", 3);
  EXPECT_THAT(stopped.steps(), ElementsAre(6));
  EXPECT_EQ(stopped.records.back().grad_norm, std::sqrt(2.0));
  const Training target = scripted({1}, "epochs: 9, target: {metric: loss, value: 1}", "log: {every: 2}", 3);
  EXPECT_THAT(target.steps(), ElementsAre(2));
  EXPECT_THAT(target.steps("validation"), ElementsAre(2));
}

TEST_F(TrainerTest, EndsAfterASignalWithAFullRecord) {
  interrupted_by = SIGINT;
  const Training training = scripted({1}, "epochs: 9", "", 3);
  interrupted_by = 0;
  EXPECT_EQ(training.outcome.status, Outcome::Status::interrupted);
  EXPECT_EQ(training.outcome.steps, 1);
  EXPECT_THAT(training.steps(), ElementsAre(1));
  EXPECT_THAT(training.steps("validation"), ElementsAre(1));
}

TEST_F(TrainerTest, IsDoneWhenTheSignalComesInTheLastStep) {
  interrupted_by = SIGTERM;
  const Training training = scripted({1}, "epochs: 1");
  interrupted_by = 0;
  EXPECT_EQ(training.outcome.status, Outcome::Status::done);
}

TEST_F(TrainerTest, NamesStepAndParameterWhenAnObjectiveDiverges) {
  const Training training =
      parabola("steps: 999", "log: {every: 100}", "{type: sgd, lr: 10}");  // w grows by 19 a step, w² beyond 1e308 after 121
  EXPECT_EQ(training.outcome.status, Outcome::Status::diverged);
  EXPECT_THAT(training.outcome.message, HasSubstr("the objective became inf at step 121; parameter 'w' has grown to 5.36e+154"));
  EXPECT_THAT(training.steps(), ElementsAre(0, 100, 121));
  EXPECT_EQ(training.losses().back(), INFINITY);
  EXPECT_EQ(training.outcome.steps, 121);
}

TEST_F(TrainerTest, NamesStepAndParameterWhenAModelDiverges) {
  const Training training =
      train(kData + std::string("model: linear_regression\nloss: mse\noptimizer: {type: sgd, lr: 1e30}\ntrain: {epochs: 9}\n"));
  EXPECT_EQ(training.outcome.status, Outcome::Status::diverged);
  EXPECT_EQ(training.outcome.message, "the loss became inf at step 2; parameter '0.weight' has grown to 3.07e+31");
  EXPECT_THAT(training.steps(), ElementsAre(1, 2));
}

TEST_F(TrainerTest, SeesALastUpdateThatOverflows) {
  const Training training =
      train(kData + std::string("model: linear_regression\nloss: mse\noptimizer: {type: sgd, lr: 1e38}\ntrain: {epochs: 1}\n"));
  EXPECT_EQ(training.outcome.message, "the update overflowed at step 1; parameter '0.weight' is not finite");
  EXPECT_EQ(training.outcome.status, Outcome::Status::diverged);
}

TEST_F(TrainerTest, StopsWhereAnObjectiveIsNoLongerDefined) {
  const Training training =
      train("objective: {type: expression, expression: log(w), start: {w: 1}}\noptimizer: {type: sgd, lr: 2}\ntrain: {steps: 9}\n");
  EXPECT_THAT(training.outcome.message, HasSubstr("the objective became nan at step 1"));
  EXPECT_THAT(training.steps(), ElementsAre(0, 1));
}

}  // namespace
}  // namespace descent::test
