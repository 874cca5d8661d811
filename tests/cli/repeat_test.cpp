// The same experiment gives the same bytes.
#include <gmock/gmock.h>

#include <map>

#include "tests/cli/program.h"

namespace descent::test {
namespace {

class Repeat : public Cli {
 protected:
  Repeat() {
    write("a.yaml", kParabola);
    write("m.yaml", kMoons);
  }
  // metrics and checkpoints of a run, by file name.
  std::map<std::string, std::string> bytes(const std::string& run_folder) const {
    std::map<std::string, std::string> files{{"metrics.jsonl", file(run_folder + "/metrics.jsonl")}};
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder / (run_folder + "/checkpoints"), none)) {
      files[entry.path().filename().string()] = slurp(entry.path());
    }
    return files;
  }
};

TEST_F(Repeat, TheSameFileTwiceGivesTheSameBytes) {
  for (const std::string name : {"a", "m"}) {
    ASSERT_EQ(run(name + "1", name + ".yaml").code, 0);
    ASSERT_EQ(run(name + "2", name + ".yaml").code, 0);
    EXPECT_EQ(bytes(name + "1"), bytes(name + "2"));
  }
  EXPECT_EQ(bytes("m1").size(), 9u);
}

TEST_F(Repeat, AnotherSeedGivesOtherBytes) {
  ASSERT_EQ(run("r1", "m.yaml").code, 0);
  ASSERT_EQ(run("r2", "m.yaml", {"--seed", "1"}).code, 0);
  EXPECT_NE(file("r1/metrics.jsonl"), file("r2/metrics.jsonl"));
}

TEST_F(Repeat, TheResolvedFileGivesTheSameBytes) {
  for (const std::string name : {"a", "m"}) {
    ASSERT_EQ(run(name + "1", name + ".yaml", {"--seed", "7", "--set", "optimizer.lr=0.03"}).code, 0);
    ASSERT_EQ(run(name + "2", name + "1/resolved.yaml").code, 0);
    EXPECT_EQ(bytes(name + "1"), bytes(name + "2"));
    EXPECT_EQ(file(name + "1/resolved.yaml"), file(name + "2/resolved.yaml"));
  }
}

TEST_F(Repeat, WatchingARunDoesNotChangeIt) {
  ASSERT_EQ(run("r1", "m.yaml").code, 0);
  ASSERT_EQ(run("r2", "m.yaml", {"--json"}).code, 0);
  ASSERT_EQ(run("r3", "m.yaml", {"--set", "log.step_table=true", "--set", "gradcheck=true"}).code, 0);
  EXPECT_EQ(bytes("r1"), bytes("r2"));
  EXPECT_EQ(bytes("r1"), bytes("r3"));
}

}  // namespace
}  // namespace descent::test
