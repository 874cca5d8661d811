// The project's files; tests/install_test.sh compiles and runs them.
#include <gmock/gmock.h>

#include "tests/cli/program.h"

namespace descent::test {
namespace {

using testing::HasSubstr;

using New = Cli;

TEST_F(New, WritesAProjectWhoseFilesAreAllBuilt) {
  EXPECT_EQ(descent({"new", "a/project"}).code, 0);
  const std::string cmake = file("a/project/CMakeLists.txt");
  std::size_t sources = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "a/project")) {
    if (entry.path().extension() != ".cpp") continue;
    EXPECT_THAT(cmake, HasSubstr(entry.path().filename().string()));
    ++sources;
  }
  EXPECT_EQ(sources, 4u);
  EXPECT_TRUE(exists("a/project/experiment.yaml"));
  EXPECT_TRUE(exists("a/project/README.md"));
}

TEST_F(New, FillsAnEmptyFolder) {
  std::filesystem::create_directory(folder / "empty");
  EXPECT_EQ(descent({"new", "empty"}).code, 0);
  EXPECT_TRUE(exists("empty/main.cpp"));
}

TEST_F(New, RefusesAFolderWithFiles) {
  write("mine.txt", "");
  const Result result = descent({"new", "."});
  EXPECT_EQ(result.code, 4);
  EXPECT_EQ(result.err, "error: .: exists and is not empty\n");
  EXPECT_EQ(folder.entries(), 1u);
}

TEST_F(New, RefusesAFile) {
  write("mine", "");
  EXPECT_EQ(descent({"new", "mine"}).code, 4);
}

TEST_F(New, TheBuiltInProgramNamesWhatTheExperimentLacks) {
  ASSERT_EQ(descent({"new", "p"}).code, 0);
  const Result result = descent({"check", "p/experiment.yaml"});
  EXPECT_EQ(result.code, 3);
  EXPECT_THAT(result.err, HasSubstr("'skip_mlp'"));
  EXPECT_THAT(result.err, HasSubstr("'sign_momentum'"));
}

}  // namespace
}  // namespace descent::test
