#include "bounds.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

#include "descent/autograd/ops.h"
#include "descent/experiment/setup.h"
#include "descent/experiment/trial.h"
#include "harness.h"

namespace bench {
namespace {

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// Seconds of all, and the last one's loss.
double our_loops(double& last) {
  using namespace descent;
  static const auto experiment = Experiment::load(DESCENT_EXPERIMENTS "/linear_regression.yaml", {});
  static const std::vector<Value> rates = log_grid(1e-4, 10, 11);
  Value root = experiment.source;
  double seconds = 0;
  for (const char* optimizer : {"sgd", "momentum", "adagrad", "rmsprop", "adam"}) {
    root.set("optimizer", optimizer);
    const TrialBase base(root, "regression");
    for (std::size_t i = 0; i < 43; ++i) {
      const Experiment& trial = base.with({{"optimizer.lr", i < 33 ? rates[i / 3] : Value(0.01)}});
      const Setup setup(trial);
      Trainer trainer(trial, *setup.problem, *setup.optimizer, *setup.scheduler, {});
      const double start = cpu_seconds();
      last = trainer.run().values.at("loss");
      seconds += cpu_seconds() - start;
    }
  }
  return seconds;
}

// Ours are timed before and after theirs, which take longer.
std::pair<double, double> loops_round() {
  double last = 0, theirs = 0, their_last = 0;
  std::vector<double> ours;
  const auto repeat = [&] { std::generate_n(std::back_inserter(ours), 20, [&] { return our_loops(last); }); };
  repeat();
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> output(popen("/usr/bin/python3 '" DESCENT_LOOPS "'", "r"), pclose);
  if (!output || std::fscanf(output.get(), "%lf %lf", &theirs, &their_last) != 2) throw std::runtime_error("PyTorch's loops failed");
  if (std::abs(last - their_last) > 1e-12 * std::abs(last)) throw std::runtime_error(fmt::format("losses {} and {}", last, their_last));
  repeat();
  return {median(ours), theirs};
}

}  // namespace

Chain run_chain() {
  constexpr int kOps = 1'000'000;
  const double before = resident_bytes(), start = cpu_seconds();
  descent::Tensor x = descent::ones({}), y = x;
  x.set_requires_grad();
  for (int i = 0; i < kOps; ++i) y = y + x;
  y.backward();
  const double after = resident_bytes();
  if (y.item() != kOps + 1 || x.grad().item() != kOps + 1) throw std::runtime_error("the chain's value or gradient is wrong");
  y = descent::Tensor();
  return {(after - before) / kOps, (cpu_seconds() - start) * 1e9 / kOps};
}

Process run_experiment(const std::string& file_and_options, int runs) {
  const std::string measure =
      fmt::format("'{}' {} '{}' run '{}'/{}", DESCENT_MEASURE, runs, DESCENT_PROGRAM, DESCENT_EXPERIMENTS, file_and_options);
  const std::string command = "folder=$(mktemp -d) && cd \"$folder\" && " + measure + "; rm -rf \"$folder\"";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> output(popen(command.c_str(), "r"), pclose);
  double seconds = 0, bytes = 0;
  if (!output || std::fscanf(output.get(), "%lf %lf", &seconds, &bytes) != 2) throw std::runtime_error("descent run failed");
  return {seconds * 1e3, bytes / 1e6};
}

std::pair<double, double> tutorial_loops() {
  std::vector<std::pair<double, double>> rounds;
  for (int i = 0; i < 5; ++i) rounds.push_back(loops_round());
  const auto faster = [](const auto& a, const auto& b) { return a.second / a.first < b.second / b.first; };
  std::sort(rounds.begin(), rounds.end(), faster);
  return rounds[rounds.size() / 2];
}

}  // namespace bench
