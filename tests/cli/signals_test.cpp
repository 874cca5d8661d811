// SIGINT and SIGTERM: the run saves, and says so.
#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <thread>

#include "tests/cli/program.h"

namespace descent::test {
namespace {

using Seconds = std::chrono::duration<double>;

class Signals : public Cli {
 protected:
  // Starts a run in the folder "r" that would take hours, and waits until it has made its first steps.
  std::unique_ptr<Process> start(const std::string& experiment, const std::string& steps) {
    write("long.yaml", experiment);
    const Arguments arguments{"run", "long.yaml", "--out", "r", "--set", steps, "--set", "log.every=1000000000"};
    auto process = std::make_unique<Process>(folder.path(), arguments);
    const auto begin = std::chrono::steady_clock::now();
    while (file("r/run.log").empty() && Seconds(std::chrono::steady_clock::now() - begin) < Seconds(20)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    return process;
  }
  void expect_saved(const Result& result, int code) {
    EXPECT_EQ(result.code, code) << result.err;
    EXPECT_EQ(json("r/summary.json")["status"], "interrupted");
    EXPECT_GT(json("r/summary.json")["steps"], 0);
    EXPECT_TRUE(exists("r/checkpoints/last.safetensors"));
    EXPECT_TRUE(exists("r/checkpoints/last.state.safetensors"));
    EXPECT_TRUE(exists("r/metrics.csv"));
  }
};

TEST_F(Signals, AnInterruptedObjectiveIsSaved) {
  const auto process = start(kParabola, "train.steps=4000000000");
  process->send(SIGINT);
  expect_saved(process->wait(), 130);
}

TEST_F(Signals, ATerminatedModelIsSaved) {
  const auto process = start(kMoons, "train.epochs=400000000");
  process->send(SIGTERM);
  expect_saved(process->wait(), 143);
}

}  // namespace
}  // namespace descent::test
