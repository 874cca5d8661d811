#include "descent/experiment/run_folder.h"
#include "descent/experiment/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ctime>
#include <set>

#include "tests/temporary_folder.h"

namespace descent {
namespace {

namespace fs = std::filesystem;
using test::error_of;
using test::slurp;
using test::spill;
using test::TemporaryFolder;

// Runs start in the current folder.
class RunFolderTest : public testing::Test {
 protected:
  RunFolderTest() { fs::current_path(folder_.path()); }
  ~RunFolderTest() override { fs::current_path(before_); }

  const fs::path before_ = fs::current_path();
  const TemporaryFolder folder_;
};

// Starts `count` processes that create a folder each at the same time; returns how many succeeded.
int create_at_once(int count, const std::string& out) {
  int gate[2];
  EXPECT_EQ(::pipe(gate), 0);
  for (int i = 0; i < count; ++i) {
    if (::fork() != 0) continue;
    char go;
    ::close(gate[1]);
    (void)!::read(gate[0], &go, 1);  // until the parent closes its end
    try {
      RunFolder("race", out).write({{"owner", std::to_string(::getpid())}});
    } catch (const Error&) { ::_exit(1); }
    ::_exit(0);
  }
  ::close(gate[0]);
  ::close(gate[1]);
  int succeeded = 0;
  for (int i = 0, status; i < count; ++i) {
    ::wait(&status);
    succeeded += WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  return succeeded;
}

TEST_F(RunFolderTest, IsNamedAfterTheExperimentAndTheLocalTime) {
  char before[20], after[20];
  const auto now = [](char* text) {
    const std::time_t time = std::time(nullptr);
    std::strftime(text, 20, "%Y%m%d-%H%M%S", std::localtime(&time));
  };
  now(before);
  const RunFolder run("bowl");
  now(after);
  EXPECT_THAT(run.path(), testing::MatchesRegex("runs/bowl/[0-9]{8}-[0-9]{6}-[0-9a-f]{4}"));
  EXPECT_TRUE(fs::is_directory(run.path()));
  const std::string stamp = run.path().substr(10, 15);
  EXPECT_LE(before, stamp);
  EXPECT_GE(after, stamp);
}

TEST_F(RunFolderTest, LatestPointsToTheNewest) {
  const RunFolder first("bowl");
  EXPECT_EQ("runs/bowl" / fs::read_symlink("runs/bowl/latest"), first.path());
  const RunFolder second("bowl");
  EXPECT_EQ("runs/bowl" / fs::read_symlink("runs/bowl/latest"), second.path());
  EXPECT_NE(first.path(), second.path());
}

TEST_F(RunFolderTest, RefusesAFolderInThePlaceOfLatest) {
  fs::create_directories("runs/bowl/latest");
  EXPECT_EQ(error_of(ErrorKind::data, [] { RunFolder("bowl"); }), "runs/bowl/latest: cannot replace: Is a directory");
}

TEST_F(RunFolderTest, RefusesAFileInThePlaceOfRuns) {
  spill("runs", "");
  EXPECT_EQ(error_of(ErrorKind::data, [] { RunFolder("bowl"); }), "runs/bowl: cannot create: Not a directory");
}

TEST_F(RunFolderTest, IsExactlyWhatWasAskedFor) {
  const RunFolder run("bowl", "some/where");
  EXPECT_EQ(run.path(), "some/where");
  EXPECT_TRUE(fs::is_directory("some/where"));
  EXPECT_FALSE(fs::exists("runs"));
}

TEST_F(RunFolderTest, TakesAnEmptyFolderAndOneThroughALink) {
  fs::create_directory("empty");
  fs::create_directory_symlink("empty", "link");
  RunFolder("bowl", "link").write({{"a", "1"}});
  EXPECT_EQ(slurp("empty/a"), "1");
}

TEST_F(RunFolderTest, RefusesAFolderThatIsNotEmpty) {
  fs::create_directory("full");
  spill("full/.hidden", "");
  EXPECT_EQ(error_of(ErrorKind::data, [] { RunFolder("bowl", "full"); }), "full: exists and is not empty");
  EXPECT_FALSE(fs::exists("full/experiment.yaml"));
}

TEST_F(RunFolderTest, RefusesToStartTwiceInOneFolder) {
  const RunFolder first("bowl", "out");
  EXPECT_EQ(error_of(ErrorKind::data, [] { RunFolder("bowl", "out"); }), "out: exists and is not empty");
}

TEST_F(RunFolderTest, RefusesAFileAsAFolder) {
  spill("file", "");
  EXPECT_EQ(error_of(ErrorKind::data, [] { RunFolder("bowl", "file"); }), "file: cannot create: Not a directory");
}

TEST_F(RunFolderTest, IsNeverSharedByProcessesThatStartTogether) {
  EXPECT_EQ(create_at_once(16, ""), 16);
  std::set<std::string> owners;
  for (const auto& entry : fs::directory_iterator("runs/race")) {
    if (!entry.is_symlink()) owners.insert(slurp(entry.path() / "owner"));
  }
  EXPECT_EQ(owners.size(), 16u);
}

TEST_F(RunFolderTest, GoesToOneOfTheProcessesThatAskForTheSame) {
  for (int round = 0; round < 10; ++round) EXPECT_EQ(create_at_once(8, "out" + std::to_string(round)), 1);
}

TEST_F(RunFolderTest, WritesTextAndJson) {
  const RunFolder run("bowl");
  const Json summary{{"status", "done"}, {"loss", NAN}, {"host", "\xff"}};
  run.write({{"experiment.yaml", "seed: 0\n"}, {"summary.json", json_file(summary)}});
  EXPECT_EQ(slurp(run.file("experiment.yaml")), "seed: 0\n");
  EXPECT_EQ(slurp(run.path() + "/summary.json"), "{\n  \"status\": \"done\",\n  \"loss\": null,\n  \"host\": \"\ufffd\"\n}\n");
}

}  // namespace
}  // namespace descent
