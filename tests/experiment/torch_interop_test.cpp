#include <cmath>

#include "descent/autograd/ops.h"
#include "descent/experiment/checkpoint.h"
#include "tests/experiment/experiment_test.h"
#include "tests/python.h"

// Weights go from here to PyTorch and back. Skipped where /usr/bin/python3 has no torch.
namespace descent::test {
namespace {

const char* const kOurs =
    "{type: sequential, layers: [{type: linear, out: 5}, tanh, batch_norm1d, {type: linear, out: 4, bias: false}, layer_norm, gelu, "
    "dropout,"
    " {type: linear, out: 3}, elu, {type: linear, out: 3}, softmax]";
const char* const kTheirs =
    "Sequential(Linear(2, 5), Tanh(), BatchNorm1d(5), Linear(5, 4, bias=False), LayerNorm(4), GELU(), Dropout(), Linear(4, 3), ELU(), "
    "Linear(3, 3), Softmax(1))";
const char* const kX = "[[0.5, -1], [2, 0.25], [-3, 1.5], [0, 0], [1, 1], [-0.125, -2]]";

// The rows of a matrix as a list of YAML.
std::string rows_of(const Tensor& matrix) {
  std::string text;
  for (std::int64_t i = 0; i < matrix.size(); ++i) {
    text += i == 0 ? "[[" : i % matrix.size(1) == 0 ? "], [" : ", ";
    text += shortest(matrix.at(i));
  }
  return text + "]]";
}

class TorchInterop : public ExperimentTest {
 protected:
  void SetUp() override {
    if (!python_has_torch()) GTEST_SKIP() << "/usr/bin/python3 has no torch";
  }
  void torch(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), DESCENT_SOURCE_DIR "/tests/experiment/torch_interop.py");
    ASSERT_EQ(python(arguments), 0);
  }
  std::string inputs(DType dtype) const {
    const Tensor x = tensor({{0.5, -1}, {2, 0.25}, {-3, 1.5}, {0, 0}, {1, 1}, {-0.125, -2}}, dtype);
    save_safetensors(folder_ / "x", {{"x", x}});
    return folder_ / "x";
  }
  // An experiment with our model, whose targets are `y`.
  Experiment experiment(const std::string& y, const std::string& dtype, const std::string& init_from) const {
    const std::string rows = std::string("{x: ") + kX + ", y: " + y + "}";
    return load("data: {type: inline, x: " + std::string(kX) + ", y: " + y + ", validation: " + rows + "}\nmodel: " + kOurs + init_from +
                "}\nloss: mse\noptimizer: {type: adam, lr: 0.1}\ntrain: {epochs: 20, batch_size: 3}\ndtype: " + dtype + "\n");
  }
  // How far our outputs with the weights in the folder are from those that PyTorch has written: the root of the mean square.
  double distance(const std::string& dtype) const {
    const Tensor y = load_safetensors(folder_ / "y").tensors.at(0).second;
    return std::sqrt(make_problem(experiment(rows_of(y), dtype, ", init_from: weights"))->evaluate().at(0).loss);
  }
  void train_and_save(const std::string& dtype) const {
    const Training training(experiment("[[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 0, 1], [0, 1, 0]]", dtype, ""));
    Checkpoints(folder_.path(), *training.problem, *training.optimizer, *training.scheduler, 1).save("weights", 1);
    std::filesystem::rename(folder_ / "weights.safetensors", folder_ / "weights");
  }
};

TEST_F(TorchInterop, GivesTheSameOutputsWithOurWeights) {
  for (const auto& [dtype, name, tolerance] : {std::tuple(DType::float32, "float32", 2e-7), std::tuple(DType::float64, "float64", 1e-13)}) {
    train_and_save(name);
    torch({"run", kTheirs, folder_ / "weights", inputs(dtype), folder_ / "y"});
    EXPECT_LE(distance(name), tolerance) << name;
  }
}

TEST_F(TorchInterop, GivesTheSameOutputsWithItsWeightsOfAnyFloatType) {
  for (const char* stored : {"F64", "F32", "F16", "BF16"}) {
    torch({"make", kTheirs, stored, folder_ / "weights", inputs(DType::float64), folder_ / "y"});
    EXPECT_LE(distance("float64"), 1e-13) << stored;
    EXPECT_LE(distance("float32"), 2e-7) << stored;
  }
}

TEST_F(TorchInterop, TakesItsBatchCountersToo) {
  torch({"make", kTheirs, "F32", folder_ / "weights", inputs(DType::float64), folder_ / "y", "counter"});
  EXPECT_LE(distance("float64"), 1e-13);
}

}  // namespace
}  // namespace descent::test
