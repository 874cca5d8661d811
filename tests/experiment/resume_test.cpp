#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>

#include "descent/experiment/json.h"
#include "descent/experiment/run.h"
#include "descent/experiment/study_files.h"
#include "tests/experiment/experiment_test.h"

namespace descent::test {
namespace {

// Studies of four trials, and what becomes of them when something happens to their files.
class Resume : public ExperimentTest {
 protected:
  const std::string kFour =
      "objective: {type: sphere}\noptimizer: {type: sgd}\ntrain: {steps: 20}\nsweep: {grid: {optimizer.lr: [0.1, 0.2, 0.3, 0.4]}}\n";

  std::string study(const std::string& folder) const {
    const RunRequest request = request_of(kFour, folder);
    printed_by([&] { return run(request); });
    return request.out;
  }
  static Json results(const std::string& folder) {
    Json summary = parse_json(slurp(folder + "/summary.json"));
    summary.erase("seconds");
    return summary;
  }
};

std::string line_replaced(const std::string& text, int line, const std::string& by) {
  std::size_t begin = 0;
  for (int i = 0; i < line; ++i) begin = text.find('\n', begin) + 1;
  return text.substr(0, begin) + by + text.substr(text.find('\n', begin) + (by.empty() ? 1 : 0));
}

TEST_F(Resume, RunsAgainWhatIsDamagedOrMissing) {
  const std::string whole = study("whole");
  struct Damage {
    const char* file;
    int line;
    const char* now;
  };
  const Damage damages[] = {
      {"records.jsonl", 30, ""},
      {"records.jsonl", 30, "{"},
      {"records.jsonl", 30, "[1]"},
      {"records.jsonl", 30, R"({"trial":0,"step":1})"},
      {"records.jsonl", 30, R"({"trial":1})"},
      {"records.jsonl", 30, R"({"trial":"1","step":1})"},
      {"trials.jsonl", 1, ""},
      {"trials.jsonl", 1, "{"},
      {"trials.jsonl", 1, "[]"},
      {"trials.jsonl", 1, "{}"},
      {"trials.jsonl", 1, R"({"trial":1,"status":"lost","steps":20,"evaluations":20,"records":21,"value":1})"},
      {"trials.jsonl", 1, R"({"trial":1,"status":"done","steps":"x","evaluations":20,"records":21,"value":1})"},
      {"trials.jsonl", 1, R"({"trial":2,"status":"done","steps":20,"evaluations":20,"records":21,"value":1})"},
  };
  for (const Damage& damage : damages) {
    const std::string cut = folder_ / "cut";
    std::filesystem::remove_all(cut);
    std::filesystem::copy(whole, cut, std::filesystem::copy_options::recursive);
    spill(cut + '/' + damage.file, line_replaced(slurp(cut + '/' + damage.file), damage.line, damage.now));
    go_on(cut);
    for (const char* file : {"trials.jsonl", "records.jsonl"}) {
      EXPECT_EQ(slurp(cut + '/' + file), slurp(whole + '/' + file)) << damage.file << ": " << damage.now;
    }
    EXPECT_EQ(results(cut), results(whole)) << damage.file << ": " << damage.now;
    EXPECT_THAT(slurp(cut + "/run.log"), testing::HasSubstr("trials from number 1 on are run again"));
  }
}

TEST_F(Resume, MakesRecordsAgainWhenAllAreLost) {
  const std::string folder = study("run"), records = slurp(folder + "/records.jsonl");
  const Json before = results(folder);
  spill(folder + "/records.jsonl", "");
  go_on(folder);
  EXPECT_EQ(slurp(folder + "/records.jsonl"), records);
  EXPECT_EQ(results(folder), before);
}

TEST_F(Resume, RefusesTrialsOfAnotherExperiment) {
  const std::string folder = study("run");
  std::string resolved = slurp(folder + "/resolved.yaml");
  resolved.replace(resolved.find("0.3, 0.4]"), 3, "0.5");
  spill(folder + "/resolved.yaml", resolved);
  RunRequest request;
  request.quiet = true;
  EXPECT_THAT(error_of(ErrorKind::data, [&] { resume(request, folder); }), testing::HasSubstr("trials.jsonl:3: not the trial that"));
}

TEST_F(Resume, NeedsNoTimes) {
  const std::string folder = study("run");
  const Json before = results(folder);
  for (const char* times : {"", "{\n", "[]\n", "{\"trial\":0}\n", "{\"trial\":7,\"seconds\":1}\n"}) {
    spill(folder + "/timing.jsonl", times);
    go_on(folder);
    EXPECT_EQ(results(folder), before);
  }
}

TEST_F(Resume, FindsNoTrialWhoseRecordsDidNotFitOnTheDisk) {
  const RunFolder folder = RunFolder::existing(folder_.path());
  const auto before = ::signal(SIGXFSZ, SIG_IGN);
  rlimit kept{};
  ::getrlimit(RLIMIT_FSIZE, &kept);
  {
    StudyFiles files(folder);
    TrialResult result;
    result.line = "{\"trial\":0}";
    result.records = std::string(2000, 'r') + '\n';
    files.write({}, result);
    const rlimit a_kilobyte{1000, kept.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &a_kilobyte);
    EXPECT_THAT(error_of(ErrorKind::data, [&] { files.flush(); }), testing::HasSubstr("records.jsonl: cannot write"));
  }
  ::setrlimit(RLIMIT_FSIZE, &kept);
  ::signal(SIGXFSZ, before);
  EXPECT_EQ(slurp(folder.file("trials.jsonl")), "");
}

// A sweep over two data files that stand beside the experiment.
class ResumeData : public Resume {
 protected:
  ResumeData() {
    write("x,y\n1,1\n2,2\n3,3\n", "a.csv");
    write("x,y\n1,2\n2,4\n3,6\n", "b.csv");
    request_.file = write(
        "data: {type: csv, path: a.csv, target: y}\nmodel: {type: mlp, hidden: []}\nloss: mse\noptimizer: sgd\ntrain: {steps: 2}\n"
        "sweep: {grid: {data.path: [a.csv, b.csv]}}\n");
    request_.quiet = true;
  }
  std::string run_to(const std::string& folder, const std::string& experiment) {
    request_.file = experiment;
    request_.out = folder_ / folder;
    printed_by([&] { return run(request_); });
    return request_.out;
  }
  RunRequest request_;
};

TEST_F(ResumeData, ReadsTheSameFilesWhereverResolvedYamlStands) {
  const std::string first = run_to("first", request_.file), second = run_to("second", first + "/resolved.yaml");
  EXPECT_EQ(parse_json(slurp(first + "/summary.json"))["counts"]["done"], 2);
  EXPECT_EQ(slurp(first + "/records.jsonl"), slurp(second + "/records.jsonl"));
  const std::string trials = slurp(first + "/trials.jsonl");
  spill(first + "/trials.jsonl", "");
  go_on(first);
  EXPECT_EQ(slurp(first + "/trials.jsonl"), trials);
}

TEST_F(ResumeData, NotesFilesThatNoProcessHasNoted) {
  const std::string folder = run_to("first", folder_ / "e.yaml"), meta = folder + "/meta.json";
  const Json noted = parse_json(slurp(meta))["sha256"];
  for (const char* before : {"", "{}", R"({"sha256":null})", R"({"sha256":{}})"}) {
    *before ? spill(meta, before) : static_cast<void>(std::filesystem::remove(meta));
    go_on(folder);
    EXPECT_EQ(parse_json(slurp(meta))["sha256"], noted) << before;
  }
}

TEST_F(ResumeData, RefusesDataThatHasChanged) {
  for (const char* name : {"a.csv", "b.csv"}) {
    const std::string folder = run_to(std::string("of_") + name, folder_ / "e.yaml"), content = slurp(folder_ / name);
    EXPECT_EQ(parse_json(slurp(folder + "/meta.json"))["sha256"].size(), 2u);
    write("x,y\n1,1\n2,2\n3,4\n", name);
    EXPECT_THAT(error_of(ErrorKind::data, [&] { resume(request_, folder); }), testing::StartsWith(folder_ / name));
    write(content, name);
  }
}

}  // namespace
}  // namespace descent::test
