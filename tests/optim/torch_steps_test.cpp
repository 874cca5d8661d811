#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "descent/autograd/ops.h"
#include "descent/core/rng.h"
#include "descent/optim/optimizer.h"
#include "tests/optim/golden.h"
#include "tests/python.h"

// A thousand steps of a small net by every optimizer that PyTorch has, beside PyTorch. Skipped where /usr/bin/python3 has no torch.
namespace descent::test {
namespace {

constexpr std::size_t kSteps = 1000;
const std::vector<Shape> kShapes{{8, 2}, {8}, {1, 8}, {1}};
constexpr std::size_t kSize = 33;

struct Case {
  const char *type, *torch;
  Value options;
};
const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"sgd", "SGD(p, lr=0.1)", Value::map({{"lr", 0.1}})},
      {"momentum", "SGD(p, lr=0.05, momentum=0.9)", Value::map({{"lr", 0.05}})},
      {"nesterov", "SGD(p, lr=0.05, momentum=0.9, nesterov=True)", Value::map({{"lr", 0.05}})},
      {"adagrad", "Adagrad(p, lr=0.1, lr_decay=1e-3)", Value::map({{"lr", 0.1}, {"lr_decay", 1e-3}})},
      {"rmsprop", "RMSprop(p, lr=1e-4)", Value::map({{"lr", 1e-4}})},
      {"rmsprop", "RMSprop(p, lr=1e-5, momentum=0.9, centered=True)", Value::map({{"lr", 1e-5}, {"momentum", 0.9}, {"centered", true}})},
      {"adam", "Adam(p)", Value::map()},
      {"amsgrad", "Adam(p, lr=0.01, amsgrad=True)", Value::map({{"lr", 0.01}})},
      {"adamw", "AdamW(p)", Value::map()},
      {"adamax", "Adamax(p)", Value::map()},
      {"nadam", "NAdam(p, foreach=True)", Value::map()},
      {"radam", "RAdam(p)", Value::map()},
      {"adadelta", "Adadelta(p, lr=0.1)", Value::map({{"lr", 0.1}})},
      {"rprop", "Rprop(p)", Value::map()},
      {"asgd", "ASGD(p, lr=0.1, t0=100)", Value::map({{"lr", 0.1}, {"t0", 100}})},
  };
  return all;
}

using test::Numbers;

// What a step of PyTorch left: its gradient, its parameters, and those of its run that started one unit in the last place away.
struct Step {
  double gradient[kSize], parameters[kSize], nudged[kSize];
};

class Net {
 public:
  Net(const Numbers& numbers, const Case& of)
      : optimizer_(static_cast<optim::Optimizer*>(optim::Optimizer::kind().make(of.type, of.options).release())) {
    auto from = numbers.begin();
    const auto next = [&](const Shape& shape) {
      from += shape.size();
      return tensor(shape, Numbers(from - shape.size(), from), DType::float64);
    };
    x_ = next({16, 2}), y_ = next({16, 1});
    std::vector<std::pair<std::string, Tensor>> named;
    for (const Shape& shape : kShapes) {
      w_.push_back(next(shape).set_requires_grad());
      named.emplace_back(std::to_string(named.size()), w_.back());
    }
    optimizer_->add_parameters(named);
  }
  void train() {
    optimizer_->zero_grad();
    const Tensor hidden = tanh(matmul(x_, transpose(w_[0])) + w_[1]);
    mean(square(matmul(hidden, transpose(w_[2])) + w_[3] - y_)).backward();
    optimizer_->step();
  }
  void step_with(const double* gradient) {
    optimizer_->zero_grad();
    for (Tensor& w : w_) {
      w.backward(tensor(w.shape(), Numbers(gradient, gradient + w.size()), DType::float64));
      gradient += w.size();
    }
    optimizer_->step();
  }
  Numbers parameters() const {
    Numbers all;
    for (const Tensor& w : w_) all.insert(all.end(), w.data<double>(), w.data<double>() + w.size());
    return all;
  }

 private:
  Tensor x_, y_;
  std::vector<Tensor> w_;
  std::unique_ptr<optim::Optimizer> optimizer_;
};

// The largest distance of a parameter tensor, relative to its norm.
double distance(const double* a, const double* b) {
  double worst = 0;
  for (const Shape& shape : kShapes) {
    double difference = 0, norm = 0;
    for (std::int64_t i = 0; i < shape.size(); ++i, ++a, ++b) difference += (*a - *b) * (*a - *b), norm += *b * *b;
    const double relative = std::sqrt(difference / norm);
    if (!(relative <= worst)) worst = relative;
  }
  return worst;
}

class TorchSteps : public testing::Test {
 protected:
  void SetUp() override {
    if (!python_has_torch()) GTEST_SKIP() << "/usr/bin/python3 has no torch";
    Rng rng(3);
    for (std::size_t i = 0; i < 16 * 2 + 16 + kSize; ++i) start_.push_back(rng.uniform(-1, 1));
    spill(folder_ / "start", {reinterpret_cast<const char*>(start_.data()), start_.size() * sizeof(double)});
    std::vector<std::string> arguments{DESCENT_SOURCE_DIR "/tests/optim/torch_steps.py", folder_.path(), std::to_string(kSteps)};
    for (const Case& each : cases()) arguments.push_back(std::to_string(&each - cases().data()) + '=' + each.torch);
    ASSERT_EQ(python(arguments), 0);
  }
  std::vector<Step> steps_of(const Case& each) const {
    const std::string bytes = slurp(folder_ / std::to_string(&each - cases().data()));
    std::vector<Step> steps(kSteps);
    EXPECT_EQ(bytes.size(), kSteps * sizeof(Step));
    std::memcpy(steps.data(), bytes.data(), std::min(bytes.size(), kSteps * sizeof(Step)));
    return steps;
  }

  const TemporaryFolder folder_;
  Numbers start_;
};

TEST_F(TorchSteps, AreFollowedToTheLastDigitsWithTheSameGradients) {
  for (const Case& each : cases()) {
    Net net(start_, each);
    double worst = 0;
    for (const Step& step : steps_of(each)) {
      net.step_with(step.gradient);
      worst = std::max(worst, distance(net.parameters().data(), step.parameters));
    }
    EXPECT_LE(worst, 1e-14) << each.torch;
  }
}

// By our own gradients, whose rounding differs: compared with what PyTorch's run makes of one unit in the last place.
TEST_F(TorchSteps, AreFollowedAsCloselyAsTheyFollowThemselves) {
  for (const Case& each : cases()) {
    Net net(start_, each);
    double worst = 0, own = 0;
    for (const Step& step : steps_of(each)) {
      net.train();
      worst = std::max(worst, distance(net.parameters().data(), step.parameters));
      own = std::max(own, distance(step.nudged, step.parameters));
    }
    EXPECT_LE(worst, std::max(100 * own, 1e-12)) << each.torch;
  }
}

}  // namespace
}  // namespace descent::test
