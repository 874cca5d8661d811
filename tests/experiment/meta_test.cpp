#include "descent/experiment/meta.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <ctime>

#include "descent/experiment/json.h"
#include "tests/temporary_folder.h"

namespace descent {
namespace {

using testing::HasSubstr;

TEST(Meta, HoldsEverythingThatARunDependsOn) {
  const test::TemporaryFolder folder;
  test::spill(folder / "data.csv", "abc");
  const auto content = meta({"run", "bowl.yaml"}, 18446744073709551615u, 2, {folder / "data.csv"});
  EXPECT_EQ(content["arguments"], (std::vector<std::string>{"run", "bowl.yaml"}));
  EXPECT_EQ(content["seed"].dump(), "18446744073709551615");
  EXPECT_EQ(content["threads"], 2);
  EXPECT_EQ(content["sha256"][folder / "data.csv"], "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_FALSE(content["started"].get<std::string>().empty());
  EXPECT_TRUE(content["finished"].is_null());
}

TEST(Meta, NamesADataFileThatIsGone) {
  EXPECT_EQ(test::error_of(ErrorKind::data, [] { meta({}, 0, 1, {"/none"}); }), "/none: cannot open: No such file or directory");
}

TEST(Environment, NamesTheBuildAndTheMachine) {
  const auto content = environment();
  for (const char* key : {"version", "compiler", "flags", "libc", "isa", "host"}) {
    EXPECT_FALSE(content.at(key).get<std::string>().empty()) << key;
  }
  EXPECT_THAT(content["compiler"].get<std::string>(), testing::AnyOf(HasSubstr("g++ "), HasSubstr("clang ")));
  EXPECT_THAT(content["blas"]["config"].get<std::string>(), HasSubstr("OpenBLAS"));
  EXPECT_FALSE(content["blas"]["kernel"].get<std::string>().empty());
  char host[256] = "";
  ::gethostname(host, sizeof host);
  EXPECT_EQ(content["host"], host);
}

TEST(Environment, TellsWhenTheKernelWasChosenByHand) {
  const char* before = ::getenv("OPENBLAS_CORETYPE");
  const std::string kept = before ? before : "";
  ::setenv("OPENBLAS_CORETYPE", "Haswell", 1);
  EXPECT_EQ(environment()["blas"]["OPENBLAS_CORETYPE"], "Haswell");
  ::unsetenv("OPENBLAS_CORETYPE");
  EXPECT_FALSE(environment()["blas"].contains("OPENBLAS_CORETYPE"));
  if (before) ::setenv("OPENBLAS_CORETYPE", kept.c_str(), 1);
}

TEST(UtcNow, IsTheTimeInIso8601) {
  const std::time_t before = std::time(nullptr);
  const std::string text = utc_now();
  const std::time_t after = std::time(nullptr);
  std::tm parts{};
  ASSERT_EQ(::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts), text.c_str() + text.size());
  EXPECT_GE(::timegm(&parts), before);
  EXPECT_LE(::timegm(&parts), after);
}

}  // namespace
}  // namespace descent
