#include "descent/experiment/checkpoint.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "descent/autograd/ops.h"
#include "tests/experiment/experiment_test.h"

namespace descent::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> names(const NamedTensors& tensors) {
  std::vector<std::string> list;
  for (const auto& entry : tensors) list.push_back(entry.first);
  return list;
}

const char* const kNet =
    "data: {type: moons, samples: 20}\nloss: cross_entropy\noptimizer: {type: adam, lr: 0.1}\ntrain: {epochs: 2, batch_size: 10}\n"
    "model: {type: sequential, layers: [{type: linear, out: 3}, tanh, batch_norm1d, dropout, {type: linear, out: 2}]}\n";

class CheckpointTest : public ExperimentTest {
 protected:
  Training training_{load(kNet)};
  Checkpoints checkpoints(std::int64_t keep = 2) const {
    return {folder_ / "c", *training_.problem, *training_.optimizer, *training_.scheduler, keep};
  }
};

TEST_F(CheckpointTest, HoldsParametersAndBuffersUnderPyTorchsNames) {
  checkpoints().save("last", 4);
  EXPECT_THAT(names(load_safetensors(folder_ / "c/last.safetensors").tensors),
              ElementsAre("0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias", "2.running_mean", "2.running_var"));
}

TEST_F(CheckpointTest, HoldsTheStateOfOptimizerAndGeneratorsBesideThem) {
  checkpoints().save("last", 4);
  const SafeTensors state = load_safetensors(folder_ / "c/last.state.safetensors");
  const auto list = names(state.tensors);
  for (const char* name : {"0.weight.steps", "0.weight.exp_avg", "4.bias.exp_avg_sq", "generator.0"})
    EXPECT_THAT(list, testing::Contains(name));
  EXPECT_EQ(state.metadata.at("step"), "4");
}

TEST_F(CheckpointTest, IsReadBackIntoAnotherModel) {
  checkpoints().save("last", 4);
  const auto other = make_problem(load(std::string(kNet) + "seed: 1\n"));
  NamedTensors all = other->parameters();
  for (const auto& buffer : other->buffers()) all.push_back(buffer);
  load_weights(folder_ / "c/last.safetensors", all);
  for (std::size_t i = 0; i < other->parameters().size(); ++i) {
    EXPECT_EQ(other->parameters()[i].second.to_vector(), training_.problem->parameters()[i].second.to_vector());
  }
  EXPECT_EQ(other->buffers()[1].second.to_vector(), training_.problem->buffers()[1].second.to_vector());
}

TEST_F(CheckpointTest, HoldsTheOptimizersStateToTheBit) {
  checkpoints().save("last", 4);
  const NamedTensors state = load_safetensors(folder_ / "c/last.state.safetensors").tensors;
  for (const auto& [name, tensor] : training_.optimizer->state()) {
    const auto found = std::find_if(state.begin(), state.end(), [&, wanted = name](const auto& entry) { return entry.first == wanted; });
    ASSERT_NE(found, state.end()) << name;
    EXPECT_EQ(found->second.to_vector(), tensor.to_vector()) << name;
  }
}

TEST_F(CheckpointTest, KeepsTheLatestOfTheNumberedOnes) {
  Checkpoints saved = checkpoints(2);
  saved.save("best", 1);
  for (int step = 1; step <= 4; ++step) saved.save_step(step);
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "c")) files.push_back(entry.path().filename().string());
  EXPECT_THAT(files, testing::UnorderedElementsAre("best.safetensors", "best.state.safetensors", "step-3.safetensors",
                                                   "step-3.state.safetensors", "step-4.safetensors", "step-4.state.safetensors"));
}

class LoadWeights : public ::testing::Test {
 protected:
  NamedTensors model_{{"0.weight", zeros({2})}, {"1.num_batches_tracked", zeros({})}};
  TemporaryFolder folder_;
  void save(const NamedTensors& tensors) const { save_safetensors(folder_ / "w", tensors); }
};

TEST_F(LoadWeights, ConvertsAndTakesCountersOrLeavesThem) {
  save({{"0.weight", tensor({1.5, 2}, DType::float64)}});
  load_weights(folder_ / "w", model_);
  EXPECT_EQ(model_[0].second.to_vector(), (std::vector<double>{1.5, 2}));
  save({{"0.weight", tensor({3, 4})}, {"7.num_batches_tracked", labels({5})}});
  load_weights(folder_ / "w", model_);
  EXPECT_EQ(model_[0].second.to_vector(), (std::vector<double>{3, 4}));
}

TEST_F(LoadWeights, NamesTheTensorThatIsMissingOrLeftOverOrOfAnotherShape) {
  const auto message = [&](const NamedTensors& tensors) {
    save(tensors);
    return error_of(ErrorKind::data, [&] { load_weights(folder_ / "w", model_); });
  };
  EXPECT_EQ(message({{"weight", zeros({2})}}), folder_ / "w" + ": tensor '0.weight' is missing");
  EXPECT_EQ(message({{"0.weight", zeros({2})}, {"0.bias", zeros({2})}}), folder_ / "w" + ": the model has no tensor '0.bias'");
  EXPECT_EQ(message({{"0.weight", zeros({2, 1})}}), folder_ / "w" + ": tensor '0.weight' has shape (2, 1), the model's (2,)");
}

}  // namespace
}  // namespace descent::test
