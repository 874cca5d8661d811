#include <cstdio>
#include <filesystem>

#include "descent/cli/commands.h"
#include "descent/core/error.h"
#include "descent/core/file.h"

namespace descent::cli {
namespace {

constexpr const char* kCMakeLists = R"(cmake_minimum_required(VERSION 3.25)
project(train LANGUAGES CXX)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
find_package(descent CONFIG REQUIRED)

add_executable(train main.cpp skip_mlp.cpp snake.cpp sign_momentum.cpp)
target_compile_options(train PRIVATE -Wall -Wextra)
target_link_libraries(train PRIVATE descent::descent)
)";

constexpr const char* kMain = R"(#include <descent/descent.h>

int main(int argc, char** argv) { return descent::main(argc, argv); }
)";

constexpr const char* kModel = R"(// A model: what an experiment file may name under `model:`.
#include <descent/descent.h>

namespace {

using namespace descent;

// Two hidden layers, a shortcut around the second one, and an output layer of the size that loss and data ask for.
class SkipMlp : public nn::FlatSequential {
 public:
  void options(Options& option) override {
    Model::options(option);
    option("width", width_, kAtLeastOne, "size of the hidden layers");
    option("activation", activation_, nn::Module::kind(), "after each hidden layer");
  }

  Shape build(const Shape& input, nn::Build& build) override {
    add(hidden_layer());
    add(make<nn::Module>(activation_));
    add(nn::Residual{hidden_layer(), make<nn::Module>(activation_)});
    add(nn::Linear());
    return FlatSequential::build(input, build);
  }

 private:
  nn::Linear hidden_layer() const { return nn::Linear(nn::LinearOptions{width_, true, {}}); }

  std::int64_t width_ = 32;
  Spec activation_{"relu", Value::map(), {}};
};

const Register<nn::Model, SkipMlp> skip_mlp("skip_mlp", "two hidden layers, the second with a shortcut");

}  // namespace
)";

constexpr const char* kOperation = R"(// An operation with its derivative, and the layer made of it.
#include <descent/autograd/xtensor.h>
#include <descent/nn/module.h>

#include <xtensor/xmath.hpp>

namespace {

using namespace descent;

// y = x + sin²x;  dy/dx = 1 + sin 2x      Ziyin, Hartwig, Ueda 2020
struct Snake {
  static constexpr const char* name = "snake";
  template <class T>
  static void forward(Node& y) {
    xt::noalias(out<T>(y)) = in<T>(y, 0) + xt::square(xt::sin(in<T>(y, 0)));
  }
  template <class T>
  static void backward(Node& y) {
    add_grad<T>(y, 0, out_grad<T>(y) * (1 + xt::sin(2 * in<T>(y, 0))));
  }
};

Tensor snake(const Tensor& x) {
  check_operands("snake", {&x});
  return apply<Snake>(x.shape(), {x});
}

const Register<nn::Module, nn::Function<snake>> snake_layer("snake", "x + sin(x)^2");

}  // namespace
)";

constexpr const char* kOptimizer =
    R"(// An optimizer: its equation, and the options beside lr, weight_decay, maximize and groups, which all have.
#include <descent/optim/rule.h>

namespace {

using namespace descent;

// m = beta·m + (1 − beta)·g;  w -= lr · sign(m)
struct SignMomentum : optim::RuleOptions {
  double beta = 0.9;

  void options(Options& option) {
    RuleOptions::options(option);
    option("beta", beta, kFraction, "share of the previous direction that is kept");
  }

  template <class T>
  void update(optim::Pass<T>& pass) const {
    const T rate = T(pass.lr), keep = T(beta);
    pass(
        [=](T& w, T g, T& m) {
          m = keep * m + (1 - keep) * g;
          w -= m > 0 ? rate : m < 0 ? -rate : 0;
        },
        optim::State{"momentum"});
  }
};

const optim::RegisterOptimizer<SignMomentum> sign_momentum("sign_momentum", "steps of equal length along the averaged gradient");

}  // namespace
)";

constexpr const char* kExperiment = R"(# A sine learnt by the model, the activation and the optimizer of this project.
name: sine
data: {type: sine, samples: 400, split: {validation: 0.25}}
model: {type: skip_mlp, width: 32, activation: snake}
loss: mse
optimizer: {type: sign_momentum, lr: 0.001}
train: {epochs: 100, batch_size: 32}
schedule: {type: step, step_size: 40}
)";

constexpr const char* kReadme = R"(# A project that trains with descent

    cmake -B build
    cmake --build build
    build/train run experiment.yaml

| file | holds |
| --- | --- |
| `skip_mlp.cpp` | a model |
| `snake.cpp` | an operation, forward and backward, and the layer made of it |
| `sign_momentum.cpp` | an optimizer |
| `experiment.yaml` | an experiment that uses all three |

`build/train list` shows them among what is built in. A new component is a new file, named in `CMakeLists.txt`.
If descent is installed under a prefix P of your own, `cmake --install … --prefix P`: `cmake -B build -DCMAKE_PREFIX_PATH=P`.
)";

struct ProjectFile {
  const char *name, *content;
};
constexpr ProjectFile kProject[] = {{"CMakeLists.txt", kCMakeLists},
                                    {"main.cpp", kMain},
                                    {"skip_mlp.cpp", kModel},
                                    {"snake.cpp", kOperation},
                                    {"sign_momentum.cpp", kOptimizer},
                                    {"experiment.yaml", kExperiment},
                                    {"README.md", kReadme}};

}  // namespace

int create_project(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) fail(ErrorKind::data, "{}: cannot create: {}", folder, error.message());
  const bool is_empty = std::filesystem::is_empty(folder, error);
  if (error) fail(ErrorKind::data, "{}: cannot read: {}", folder, error.message());
  if (!is_empty) fail(ErrorKind::data, "{}: exists and is not empty", folder);
  for (const auto& [name, content] : kProject) write_file(folder + '/' + name, content);
  std::printf(
      "%s: a project; next:\n  cd %s && cmake -B build && cmake --build build && build/train run experiment.yaml\n"
      "If descent is installed under a prefix P of your own, the first cmake needs -DCMAKE_PREFIX_PATH=P.\n",
      folder.c_str(), folder.c_str());
  return 0;
}

}  // namespace descent::cli
