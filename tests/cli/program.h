#pragma once
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "descent/experiment/json.h"

#include "tests/temporary_folder.h"

namespace descent::test {

using Arguments = std::vector<std::string>;
using Environment = std::vector<std::pair<std::string, std::string>>;

// What a program left behind.
struct Result {
  int code = -1;         // of its exit; -1 when a signal ended it
  std::string out, err;  // what it wrote to stdout and to stderr
};

// The built program, running in a folder.
class Process {
 public:
  // Its stdout goes to the open file `out` if that is given.
  Process(const std::string& folder, const Arguments& arguments, const Environment& environment = {}, int out = -1) {
    pid_ = ::fork();
    if (pid_ == 0) become_program(folder, arguments, environment, out);
  }
  void send(int signal) const { ::kill(pid_, signal); }
  Result wait() const {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, slurp(streams_ / "out"), slurp(streams_ / "err")};
  }

 private:
  [[noreturn]] void become_program(const std::string& folder, const Arguments& arguments, const Environment& environment, int out) const {
    redirect(out < 0 ? ::open((streams_ / "out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : out, STDOUT_FILENO);
    redirect(::open((streams_ / "err").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600), STDERR_FILENO);
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    std::vector<char*> argv{const_cast<char*>(DESCENT_PROGRAM)};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    if (::chdir(folder.c_str()) == 0) ::execv(DESCENT_PROGRAM, argv.data());
    ::_exit(127);
  }
  static void redirect(int from, int to) { ::dup2(from, to); }

  TemporaryFolder streams_;
  pid_t pid_;
};

// Tests of the program in a new folder that is its current one.
class Cli : public testing::Test {
 protected:
  Result descent(const Arguments& arguments, const Environment& environment = {}) const {
    return Process(folder.path(), arguments, environment).wait();
  }
  // Runs in the folder `name` under the current one, which is then there.
  Result run(const std::string& name, const std::string& file, Arguments more = {}) const {
    more.insert(more.begin(), {"run", file, "--out", name});
    return descent(more);
  }
  std::string write(const std::string& name, const std::string& content) const {
    spill(folder / name, content);
    return name;
  }
  std::string file(const std::string& name) const { return slurp(folder / name); }
  bool exists(const std::string& name) const { return std::filesystem::exists(folder / name); }
  Json json(const std::string& name) const { return parse_json(file(name)); }
  // The records of a metrics.jsonl.
  std::vector<Json> records(const std::string& run_folder) const {
    std::istringstream lines(file(run_folder + "/metrics.jsonl"));
    std::vector<Json> all;
    for (std::string line; std::getline(lines, line);) all.push_back(parse_json(line));
    return all;
  }

  TemporaryFolder folder;
};

// A parabola that takes no time.
inline const std::string kParabola = R"(objective: {type: expression, expression: "x^2", start: {x: 5}}
optimizer: {type: adagrad, lr: 0.1}
train: {steps: 3}
)";

// A small network with dropout on generated data.
inline const std::string kMoons = R"(data: {type: moons, samples: 100, noise: 0.2, split: {validation: 0.2}}
model: {type: mlp, hidden: [8], activation: tanh, dropout: 0.1}
loss: cross_entropy
metrics: [accuracy]
optimizer: {type: adam, lr: 0.01}
train: {epochs: 3, batch_size: 16}
checkpoint: {every: {epochs: 1}, best: validation/loss}
)";

}  // namespace descent::test
