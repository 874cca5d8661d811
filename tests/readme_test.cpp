// The documents tell the truth: every C++ block of README.md and CONTRIBUTING.md is part of a source file, this one among them, and so is
// compiled; experiments are run, and what is said to be printed is compared; tables hold exactly what is built in.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <sstream>

#include "descent/cli/commands.h"
#include "descent/data/generator.h"
#include "descent/descent.h"
#include "descent/experiment/run.h"
#include "descent/experiment/safetensors.h"
#include "descent/nn/metrics.h"
#include "descent/objective/function.h"
#include "descent/optim/properties.h"
#include "tests/temporary_folder.h"

namespace descent {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;

// x · scale with a learnt factor for each feature: (…, n) -> (…, n).
class Scale : public nn::Module {
 public:
  Shape build(const Shape& input, nn::Build& build) override {
    if (input.rank() == 0) fail_argument("scale: expected samples of at least one axis, got numbers");
    scale_ = register_parameter("scale", ones({input.back()}, build.dtype));
    return input;
  }
  Tensor forward(const Tensor& x) override { return x * scale_; }

 private:
  Tensor scale_;
};

const Register<nn::Module, Scale> scale("scale", "a learnt factor for each feature");

// log cosh d as |d| + log(1 + exp(-2|d|)) - log 2, which does not overflow.
Tensor log_cosh_loss(const Tensor& output, const Tensor& target, nn::Reduction reduction) {
  nn::check_same_shape("log_cosh", output, target);
  const Tensor distance = abs(output - target);
  return nn::reduce(distance + softplus(-2.0 * distance) - std::log(2.0), reduction);
}

const Register<nn::Loss, nn::LossFunction<log_cosh_loss>> log_cosh("log_cosh", "log cosh(output - target)");

// The mean of output - target.
struct Bias : nn::Metric {
  double total = 0, count = 0;

  void reset() override { total = count = 0; }
  void update(const Tensor& output, const Tensor& target) override {
    nn::check_same_shape("bias", output, target);
    total += sum(output - target).item();
    count += static_cast<double>(target.size());
  }
  double value() const override { return total / count; }
};

const Register<nn::Metric, Bias> bias("bias", "mean of output - target");

// m = β·m + (1−β)·g;  w -= lr · α^(sign(g)·sign(m)) · g      Bello, Zoph, Vasudevan, Le 2017
struct PowerSign : optim::RuleOptions {
  double beta = 0.9, alpha = 2.718281828459045;

  PowerSign() { lr = 1e-2; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("beta", beta, kFraction, "share of the mean gradient that is kept");
    option("alpha", alpha, kPositive, "factor on the rate where gradient and mean agree in sign, and divisor where they do not");
  }

  template <class T>
  void update(optim::Pass<T>& pass) const {
    const T rate = static_cast<T>(pass.lr), keep = static_cast<T>(beta), up = static_cast<T>(alpha), down = 1 / up;
    pass(
        [=](T& w, T g, T& m) {
          m = keep * m + (1 - keep) * g;
          w -= rate * (g * m > 0 ? up : g * m < 0 ? down : T(1)) * g;
        },
        optim::State{"exp_avg"});
  }
};

const optim::RegisterOptimizer<PowerSign> power_sign("power_sign", "Bello, Zoph, Vasudevan, Le 2017");

// lr / (1 + decay·time)
struct Harmonic : optim::Schedule {
  double decay = 0.1;
  void options(Options& option) override {
    Schedule::options(option);
    option("decay", decay, kNotNegative, "how fast the rate falls");
  }
  double rate(double lr, std::int64_t time) const override { return lr / (1 + decay * static_cast<double>(time)); }
};

const Register<optim::Schedule, Harmonic> harmonic("harmonic", "lr / (1 + decay time)");

// Points on a board of cells x cells fields, whose classes take turns like black and white.
struct Checkerboard : Generator {
  std::int64_t cells = 4;

  void options(Options& option) {
    Generator::options(option);
    option("cells", cells, {1, 1000}, "fields along each side");
  }
  Table load(const LoadContext& context) const {
    Rng rng = rng_of(context);
    return draw(context, 2, [&](std::int64_t, std::vector<double>& x) {
      for (double& coordinate : x) coordinate = rng.uniform(0, static_cast<double>(cells));
      const auto field = static_cast<std::int64_t>(x[0]) + static_cast<std::int64_t>(x[1]);
      for (double& coordinate : x) coordinate = noisy(coordinate, rng);
      return static_cast<double>(field % 2);
    });
  }
};

const RegisterDataset<Checkerboard> checkerboard("checkerboard", "points on a board, class by the field's colour");

const RegisterFunction bohachevsky({"bohachevsky", "x^2 + 2*y^2 - 0.3*cos(3*pi*x) - 0.4*cos(4*pi*y) + 0.7", {1, 1}, 0, {{0, 0}}});

const std::set<std::string> kExamples{"bias", "bohachevsky", "checkerboard", "harmonic", "log_cosh", "power_sign", "scale"};

const std::string kRoot = DESCENT_SOURCE_DIR "/";

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// The fenced blocks of one language.
std::vector<std::string> blocks_of(const std::string& name, const std::string& language) {
  std::vector<std::string> blocks;
  bool inside = false;
  for (const std::string& line : lines_of(test::slurp(kRoot + name))) {
    if (line == "```" + language) {
      blocks.emplace_back();
      inside = true;
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      blocks.back() += line + '\n';
    }
  }
  EXPECT_THAT(blocks, testing::Not(IsEmpty())) << name << " has no block of " << language;
  return blocks;
}

std::string without_indentation(const std::string& text) {
  std::string result;
  for (const std::string& line : lines_of(text)) result += line.substr(std::min(line.size(), line.find_first_not_of(' '))) + '\n';
  return result;
}

// The rows of the table under a heading.
std::vector<std::string> rows_under(const std::string& heading) {
  std::vector<std::string> rows;
  bool here = false;
  for (const std::string& line : lines_of(test::slurp(kRoot + "README.md"))) {
    if (line.rfind('#', 0) == 0) here = line == heading;
    if (here && line.rfind("| ", 0) == 0 && line.rfind("| ---", 0) != 0) rows.push_back(line);
  }
  return rows;
}

// The names of a kind, less those of this file.
std::vector<std::string> built_in(const ComponentKind& kind) {
  std::vector<std::string> names;
  for (const std::string& name : kind.names()) {
    if (kExamples.count(name) == 0) names.push_back(name);
  }
  return names;
}

// Runs an experiment in this process; returns what it prints, less the last line, which names the folder.
std::string run_printing(const std::string& file, const std::string& folder) {
  RunRequest request;
  request.file = file;
  request.out = folder;
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  std::string problem;
  try {
    run(request);
  } catch (const Error& error) { problem = error.what(); }
  const std::string text = testing::internal::GetCapturedStderr() + testing::internal::GetCapturedStdout();
  EXPECT_EQ(problem, "");
  return text.substr(0, text.rfind("run "));
}

TEST(Documents, ShowOnlyCodeThatIsCompiled) {
  std::string sources;
  for (const char* folder : {"framework", "models", "tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kRoot + folder)) {
      if (entry.is_regular_file()) sources += without_indentation(test::slurp(entry.path()));
    }
  }
  for (const char* name : {"README.md", "CONTRIBUTING.md"}) {
    for (const std::string& block : blocks_of(name, "cpp")) {
      // The #include lines of an example stand apart from it in its source.
      const std::size_t code = block.rfind("#include", 0) == 0 ? block.find("\n\n") + 2 : 0;
      for (const std::string& line : lines_of(block.substr(0, code))) EXPECT_NE(sources.find(line + '\n'), std::string::npos) << line;
      EXPECT_NE(sources.find(without_indentation(block.substr(code))), std::string::npos) << "no source has what " << name << " shows:\n"
                                                                                          << block;
    }
  }
}

TEST(Documents, ShowExperimentsThatPrintWhatIsSaid) {
  const test::TemporaryFolder folder;
  fs::create_directory_symlink(kRoot + "experiments", folder / "experiments");
  const std::vector<std::string> experiments = blocks_of("README.md", "yaml"), outputs = blocks_of("README.md", "text");
  ASSERT_EQ(experiments.size(), 2u);
  ASSERT_EQ(outputs.size(), 3u);
  test::spill(folder / "flowers.yaml", experiments[0]);
  EXPECT_EQ(run_printing(folder / "flowers.yaml", folder / "run"), outputs[0]);
  test::spill(folder / "five.yaml", experiments[1]);
  EXPECT_THAT(run_printing(folder / "five.yaml", folder / "five"), testing::HasSubstr(outputs[1]));
}

TEST(Documents, ShowWhatExplainPrints) {
  testing::internal::CaptureStdout();
  cli::explain("adagrad", "", "");
  const std::string printed = testing::internal::GetCapturedStdout();
  std::istringstream lines(blocks_of("README.md", "text").at(2));
  for (std::string line; std::getline(lines, line);) EXPECT_THAT(printed, testing::HasSubstr(line));
}

TEST(Documents, ShowALoopThatGivesTheBitsOfTheExperiment) {
  const Tensor x = tensor({{1}, {2}, {3}, {4}}, DType::float64), y = tensor({{2}, {4}, {6}, {8}}, DType::float64);
  nn::Sequential model{nn::Linear(1, 1, true, DType::float64)};
  for (const Tensor& parameter : model.parameters()) nn::fill(parameter, [] { return 0; });  // as the tutorial starts
  const auto optimizer = optim::make("adagrad", model.parameters(), {{"lr", 0.1}});

  Tensor loss;
  for (int epoch = 0; epoch < 100; ++epoch) {
    loss = nn::mse_loss(model(x), y);
    optimizer->zero_grad();
    loss.backward();
    optimizer->step();
  }
  EXPECT_EQ(loss.item(), 0.9546701070269216);

  const test::TemporaryFolder folder;
  run_printing(kRoot + "experiments/linear_regression.yaml", folder / "run");
  const NamedTensors trained = load_safetensors(folder / "run/checkpoints/last.safetensors").tensors;
  ASSERT_EQ(trained.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(model.parameters()[i].item(), trained[i].second.item());
}

TEST(Documents, ShowComponentsThatTrain) {
  for (const std::string& experiment : blocks_of("CONTRIBUTING.md", "yaml")) {
    const test::TemporaryFolder folder;
    test::spill(folder / "own.yaml", experiment);
    run_printing(folder / "own.yaml", folder / "run");
  }
}

TEST(Documents, ListWhatIsBuiltIn) {
  std::vector<std::string> expected;
  for (const ComponentKind* kind : ComponentKind::all()) {
    if (kind == &optim::Optimizer::kind()) continue;
    expected.push_back(fmt::format("| {} | `{}` |", kind->plural(), fmt::join(built_in(*kind), "`, `")));
  }
  for (const std::string& name : built_in(optim::Optimizer::kind())) {
    const optim::Traits traits = optim::traits(name);
    const std::string state = traits.state.empty() ? "none" : fmt::format("{}", fmt::join(traits.state, ", "));
    expected.push_back(fmt::format("| `{}` | {} | {} | {} | {} |", name, optim::Optimizer::kind().find(name)->meaning, traits.adapts_rate,
                                   traits.has_momentum ? "yes" : "no", state));
  }
  std::vector<std::string> rows = rows_under("## What is built in");
  for (const std::string& row : expected) {
    const auto at = std::find(rows.begin(), rows.end(), row);
    if (at == rows.end()) {
      ADD_FAILURE() << "README.md, What is built in, lacks the row\n" << row;
    } else {
      rows.erase(at);
    }
  }
  EXPECT_THAT(rows,
              testing::ElementsAre("| optimizer | reference | adapts the rate | momentum | state per parameter |", "| kind | names |"));
}

TEST(Documents, NameEveryExperiment) {
  std::vector<std::string> files, listed;
  for (const auto& entry : fs::directory_iterator(kRoot + "experiments")) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().stem().string());
  }
  for (const std::string& row : rows_under("## The tutorial's examples, and others")) {
    if (row != "| file | what it is | what it ends at |") listed.push_back(row.substr(3, row.find('`', 3) - 3));
  }
  EXPECT_THAT(listed, testing::UnorderedElementsAreArray(files));
}

}  // namespace
}  // namespace descent
