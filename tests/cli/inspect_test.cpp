#include <gmock/gmock.h>

#include "tests/cli/program.h"

namespace descent::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

using Inspect = Cli;

TEST_F(Inspect, ShowsTheColumnsAndClassesOfATable) {
  write("t.csv", "width,count,kind\n1.5,2,oak\n-0.5,3,ash\n2,2,oak\n");
  EXPECT_EQ(descent({"inspect", "t.csv"}).out,
            "t.csv: csv, 3 rows of 2 features\n"
            "\ncolumns\n"
            "  width  number   -0.5  to  2\n"
            "  count  integer  2     to  3\n"
            "\n2 classes\n"
            "  ash  1 rows\n"
            "  oak  2 rows\n");
}

TEST_F(Inspect, TakesTheTargetByName) {
  write("t.csv", "width,count\n1.5,2\n-0.5,3\n");
  EXPECT_THAT(descent({"inspect", "t.csv", "--target", "width"}).out, HasSubstr("  width  number   -0.5  to  1.5\n"));
  const Result result = descent({"inspect", "t.csv", "--target", "wdth"});
  EXPECT_EQ(result.code, 4);
  EXPECT_THAT(result.err, HasSubstr("did you mean 'width'?"));
}

TEST_F(Inspect, ShowsTheTensorsOfAWeightFile) {
  write("m.yaml", kMoons);
  ASSERT_EQ(run("r", "m.yaml").code, 0);
  const std::string out = descent({"inspect", "r/checkpoints/last.safetensors"}).out;
  EXPECT_THAT(out, StartsWith("r/checkpoints/last.safetensors: safetensors, 4 tensors of 42 numbers\n\ntensors\n"));
  EXPECT_THAT(out, testing::ContainsRegex("\n  0.weight  float32  \\(8, 2\\)  -[0-9.]+ +to  [0-9.]+\n"));
}

TEST_F(Inspect, ABrokenFileIsReportedAtItsPlace) {
  write("t.csv", "a,b\n1,2\n3\n");
  const Result result = descent({"inspect", "t.csv"});
  EXPECT_EQ(result.code, 4);
  EXPECT_THAT(result.err, StartsWith("t.csv:3:"));
}

TEST_F(Inspect, AMissingFileIsADataError) {
  const Result result = descent({"inspect", "none.csv"});
  EXPECT_EQ(result.code, 4);
  EXPECT_EQ(result.err, "error: none.csv: cannot open: No such file or directory\n");
}

TEST_F(Inspect, AnUnknownFormatAndATargetOfNoTableAreUsageErrors) {
  write("t.csv", "a,b\n1,2\n");
  write("t.txt", "some words\n");
  EXPECT_THAT(descent({"inspect", "t.csv", "--format", "csvv"}).err, HasSubstr("did you mean 'csv'?"));
  EXPECT_EQ(descent({"inspect", "t.csv", "--format", "csvv"}).code, 2);
  EXPECT_EQ(descent({"inspect", "t.txt", "--target", "a"}).code, 2);
}

TEST_F(Inspect, CountsTheWordsOfAText) {
  write("t.txt", "to be\nor not to be\n");
  EXPECT_THAT(descent({"inspect", "t.txt"}).out, testing::ContainsRegex("lines +2\n  words +6\n  distinct words +4\n"));
}

}  // namespace
}  // namespace descent::test
