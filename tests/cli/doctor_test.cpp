#include <gmock/gmock.h>

#include "tests/cli/program.h"

namespace descent::test {
namespace {

using testing::ContainsRegex;

using Doctor = Cli;

TEST_F(Doctor, ShowsVersionsAndChecksTheProductsOfBlas) {
  const Result result = descent({"doctor"});
  EXPECT_EQ(result.code, 0);
  for (const char* line : {"version +[0-9]", "compiler +(g\\+\\+|clang) ", "flags +[^\n]*-ffp-contract=off", "BLAS kernel +[A-Za-z]",
                           "isa +[a-z]", "sgemm +ok, largest error ", "dgemm +ok, largest error ", "threads +[0-9]+ processors"}) {
    EXPECT_THAT('\n' + result.out, ContainsRegex("\n" + std::string(line)));
  }
}

TEST_F(Doctor, SaysWhereAMissingDataSetComesFrom) {
  const bool installed = std::filesystem::exists("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz");
  EXPECT_THAT(descent({"doctor"}).out,
              ContainsRegex(installed ? "fashion-mnist +/usr/share/datasets/fashion-mnist\n" : "fashion-mnist +missing; apt-get install"));
}

}  // namespace
}  // namespace descent::test
