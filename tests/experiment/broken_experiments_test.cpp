#include <map>
#include <sstream>

#include "descent/autograd/ops.h"
#include "descent/experiment/safetensors.h"
#include "tests/experiment/experiment_test.h"

namespace descent::test {
namespace {

struct Broken {
  std::string name, text, expected;
  ErrorKind kind = ErrorKind::invalid;
};

bool starts_with(const std::string& text, const std::string& prefix) { return text.rfind(prefix, 0) == 0; }

// The corpus beside this file; its first lines tell its form.
std::vector<Broken> corpus() {
  std::map<std::string, std::string> common;
  std::vector<Broken> all;
  bool in_report = false;
  std::istringstream lines(slurp(DESCENT_SOURCE_DIR "/tests/experiment/broken_experiments.txt"));
  for (std::string line; std::getline(lines, line);) {
    if (starts_with(line, "=== ")) {
      all.push_back({line.substr(4), "", ""});
      in_report = false;
    } else if (all.empty()) {
      if (line[0] == '@') common[line.substr(0, line.find(' '))] = line.substr(line.find(' ') + 1);
    } else if (starts_with(line, ">>> ")) {
      all.back().kind = static_cast<ErrorKind>(line[4] - '0');
      in_report = true;
    } else if (in_report) {
      all.back().expected += line + '\n';
    } else {
      all.back().text += (line[0] == '@' ? common.at(line) : line) + '\n';
    }
  }
  return all;
}

// As in the corpus.
std::string brief(const std::string& report) {
  std::string result;
  std::istringstream lines(report);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t bar = line.find(" | "), known = line.find("known: ");
    if (bar != std::string::npos && line.find_first_not_of(" 0123456789") > bar) continue;
    if (line.find("nothing was run") != std::string::npos) continue;
    if (known != std::string::npos) line.replace(known, std::string::npos, "known: …");
    if (const std::size_t error = line.find("error: "); error != std::string::npos) line.erase(error, 7);
    result += (starts_with(line, "e.yaml:") ? line.substr(7) : line) + '\n';
  }
  return result;
}

class BrokenExperiments : public ExperimentTest {
 protected:
  BrokenExperiments() {
    write("x,y\n1,a\n2,b\n", "t.csv");
    write("x,z,y\n1,2,a\n", "wide.csv");
    write("x,y\n1,a\n2\n", "broken.csv");
    save_safetensors(folder_ / "narrow.safetensors", {{"0.weight", zeros({2, 1})}, {"0.bias", zeros({2})}});
    save_safetensors(folder_ / "other.safetensors", {{"0.weight", zeros({3, 1})}, {"0.bias", zeros({3})}, {"1.weight", zeros({1})}});
  }
};

TEST_F(BrokenExperiments, AreRefusedWithTheirExactReports) {
  const std::vector<Broken> all = corpus();
  ASSERT_GE(all.size(), 130u);
  for (const Broken& file : all) {
    SCOPED_TRACE(file.name);
    EXPECT_EQ(brief(refusal(file.text, file.kind)), file.expected);
  }
}

TEST_F(BrokenExperiments, ShowTheLineWithACaret) {
  EXPECT_EQ(refusal("train: {steps: 010}\nobjective: beale\noptimizer: sgd\n"),
            "e.yaml:1:16: error: train.steps: expected an integer >= 1, got '010'\n"
            "   1 | train: {steps: 010}\n"
            "     |                ^^^\n"
            "1 error; nothing was run");
}

TEST_F(BrokenExperiments, MayBeNoTextAtAll) {
  EXPECT_EQ(brief(refusal("")), "1:1: the file is empty\n");
  EXPECT_EQ(brief(refusal(std::string("seed: 1\0\n", 9) + kParabola)), "1:8: invisible character U+0000\n");
  EXPECT_EQ(brief(refusal(std::string("name: caf\xe9\n") + kParabola)), "1:10: byte 0xe9 is not UTF-8\n");
  EXPECT_EQ(brief(refusal(std::string("\xff\xfes\0e\0", 6))), "1:1: byte 0xff is not UTF-8\n");
}

TEST_F(BrokenExperiments, MayBeTooLargeOrTooDeep) {
  EXPECT_EQ(refusal("# " + std::string(1 << 20, 'x') + '\n' + kParabola), "e.yaml: 1048693 bytes; at most 1048576 are accepted");
  EXPECT_EQ(brief(refusal("log: " + std::string(40, '[') + std::string(40, ']') + '\n' + kParabola)), "1:37: more than 32 levels deep\n");
  EXPECT_EQ(brief(refusal("log: " + std::string(500000, '[') + '\n' + kParabola)), "1:22: more than 32 levels deep\n");
  std::string many = kParabola + std::string("metrics: [");
  for (int i = 0; i < 30000; ++i) many += "a, ";
  EXPECT_EQ(brief(refusal(many + "a]\n")).substr(0, 5), "4:599");
}

TEST_F(BrokenExperiments, ReportSeveralErrorsInTheOrderOfTheFile) {
  EXPECT_EQ(brief(refusal("seed: -1\n"
                          "optimiser: sgd\n"
                          "train: {epochs: 3, steps: 0, shuffle: no}\n"
                          "objective: {type: expression, expression: \"w^\", start: {w: 1}}\n"
                          "model: linear_regression\n")),
            "1:1: missing key 'optimizer'\n"
            "  help: such as optimizer: {type: adagrad, lr: 0.1}\n"
            "1:7: seed: expected an integer in [0, 2^64), got '-1'\n"
            "2:1: unknown key 'optimiser'\n"
            "  help: did you mean 'optimizer'?\n"
            "3:17: train.epochs: an objective has no data to go through\n"
            "  help: count in steps\n"
            "3:27: train.steps: expected an integer >= 1, got '0'\n"
            "3:27: train.steps: there are epochs already; give one of them\n"
            "3:39: train.shuffle: expected true or false, got 'no'\n"
            "3:39: train.shuffle: an objective has no data to go through\n"
            "  help: count in steps\n"
            "4:46: objective.expression: expected an operand, got the end\n"
            "5:8: model: there is an objective already\n");
}

TEST_F(BrokenExperiments, ReportFiveHundredErrorsBriefly) {
  std::string text = kParabola;
  for (int i = 0; i < 500; ++i) text += "a_rather_long_key_that_nobody_knows_" + std::to_string(i) + ": {x: [1, 2, 3]}\n";
  const std::string report = refusal(text);
  EXPECT_NE(report.find("e.yaml:4:1: error: unknown key 'a_rather_long_key_that_nobody_knows_0'"), std::string::npos);
  EXPECT_NE(report.find("… and 481 more\n500 errors; nothing was run"), std::string::npos) << report;
}

TEST_F(BrokenExperiments, ReportMetricNamesTogether) {
  EXPECT_EQ(brief(refusal("objective: beale\noptimizer: sgd\n"
                          "train: {steps: 1, early_stop: {metric: los}, target: {metric: loss, value: 1}}\ncheckpoint: {best: a/b}\n")),
            "3:40: train.early_stop.metric: nothing that is measured has the name 'los'\n"
            "  help: did you mean 'loss'? known: …\n"
            "4:20: checkpoint.best: nothing that is measured has the name 'a/b'\n"
            "  help: known: …\n");
}

TEST_F(BrokenExperiments, AreBlamedInTheFileThatTheyExtend) {
  write("seed: x\n" + std::string(kParabola), "base.yaml");
  EXPECT_EQ(brief(refusal("extends: base.yaml\nthreads: 0\n")),
            "base.yaml:1:7: seed: expected an integer in [0, 2^64), got 'x'\n2:10: threads: expected an integer in [1, 1024], got '0'\n");
}

TEST_F(BrokenExperiments, MayBeACycleOfFiles) {
  write("extends: e.yaml\n", "a.yaml");
  EXPECT_EQ(brief(refusal("extends: a.yaml\n" + std::string(kParabola))), "a.yaml:1:10: extends: a cycle: e.yaml -> a.yaml -> e.yaml\n");
}

TEST_F(BrokenExperiments, AreBlamedInAnAssignment) {
  EXPECT_EQ(brief(refusal(kParabola, ErrorKind::invalid, {"train.steps=0"})),
            "--set:1:13: train.steps: expected an integer >= 1, got '0'\n");
  EXPECT_EQ(brief(refusal(kParabola, ErrorKind::invalid, {"train.target.metric=nothing", "train.target.value=1"})),
            "--set:1:21: train.target.metric: nothing that is measured has the name 'nothing'\n  help: known: …\n");
  EXPECT_EQ(brief(refusal(kParabola, ErrorKind::invalid, {"extends=b.yaml"})), "--set:1:9: extends: only a file extends another\n");
}

TEST_F(BrokenExperiments, AreNoFilesAtAll) {
  for (const char* path : {"none.yaml", "", "/dev/zero"}) {
    RunRequest request;
    request.file = path[0] == '/' ? path : folder_ / path;
    EXPECT_FALSE(error_of(ErrorKind::invalid, [&] { check(request, false); }).empty());
  }
}

}  // namespace
}  // namespace descent::test
