// What can be typed, and what is answered to everything else.
#include <gmock/gmock.h>

#include "tests/cli/program.h"

namespace descent::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using Usage = Cli;

TEST_F(Usage, WithoutArgumentsShowsTheHelpAsAnError) {
  const Result result = descent({});
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("Usage: descent"));
}

TEST_F(Usage, HelpIsAResult) {
  for (const char* command : {"run", "check", "list", "inspect", "doctor", "new"}) {
    const Result result = descent({command, "--help"});
    EXPECT_EQ(result.code, 0) << command;
    EXPECT_THAT(result.out, HasSubstr("Usage: descent " + std::string(command)));
    EXPECT_THAT(descent({"--help"}).out, HasSubstr("\n  " + std::string(command) + ' '));
  }
}

TEST_F(Usage, VersionIsTheProgramsNameAndNumber) { EXPECT_THAT(descent({"--version"}).out, testing::MatchesRegex("descent [0-9.]+\n")); }

TEST_F(Usage, UnknownCommandIsToldTheNearestOne) {
  const Result result = descent({"rn", "x.yaml"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, StartsWith("error: unknown command 'rn'\n  help: did you mean 'run'? known: run check list"));
}

TEST_F(Usage, UnknownOptionIsToldTheNearestOneOfItsCommand) {
  for (const Arguments& arguments : {Arguments{"run", "x.yaml", "--thread", "2"}, {"run", "--thread=2", "x.yaml"}}) {
    const Result result = descent(arguments);
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.err, StartsWith("error: unknown option '--thread'\n  help: did you mean '--threads'?"));
  }
  EXPECT_THAT(descent({"list", "--jsn"}).err, HasSubstr("did you mean '--json'? known: --help --json --markdown --color\n"));
  EXPECT_THAT(descent({"--colour", "never", "list"}).err, HasSubstr("did you mean '--color'?"));
}

TEST_F(Usage, MissingAndSurplusArgumentsAreUsageErrors) {
  for (const Arguments& arguments : {Arguments{"run"}, {"new"}, {"inspect"}, {"run", "a.yaml", "b.yaml"}, {"run", "a.yaml", "--set"}}) {
    const Result result = descent(arguments);
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.err, StartsWith("error: "));
    EXPECT_THAT(result.err, HasSubstr("help: descent " + arguments[0] + " --help"));
  }
}

TEST_F(Usage, ColorIsOneOfThree) {
  EXPECT_EQ(descent({"--color", "blue", "doctor"}).code, 2);
  EXPECT_EQ(descent({"--color", "never", "list", "schedules"}).code, 0);
}

TEST_F(Usage, ErrorsAreColouredOnlyWhenAskedForSinceThisIsNoTerminal) {
  const std::string red = "\x1b[1;31merror:\x1b[0m ";
  EXPECT_THAT(descent({"run", "none.yaml"}).err, StartsWith("error: "));
  EXPECT_THAT(descent({"run", "none.yaml", "--color", "always"}).err, StartsWith(red));
  EXPECT_THAT(descent({"--color", "always", "run", "none.yaml"}).err, StartsWith(red));
}

TEST_F(Usage, NoEscapeSequencesWithoutATerminal) {
  write("a.yaml", kParabola);
  for (const Environment& environment : {Environment{{"NO_COLOR", "1"}}, {{"TERM", "dumb"}}, {{"TERM", "xterm"}}}) {
    const Result result = descent({"run", "a.yaml"}, environment);
    EXPECT_THAT(result.out + result.err, Not(HasSubstr("\x1b")));
  }
}

TEST_F(Usage, AnAssignmentWithoutSetIsToldHowToBeWritten) {
  write("a.yaml", kParabola);
  const Result result = descent({"run", "a.yaml", "optimizer.lr=0.5"});
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.err, "error: 'optimizer.lr=0.5' is not expected\n  help: --set optimizer.lr=0.5\n");
}

TEST_F(Usage, AFullDiskUnderStdoutIsAnError) {
  const int full = ::open("/dev/full", O_WRONLY);
  const Result result = Process(folder.path(), {"list"}, {}, full).wait();
  ::close(full);
  EXPECT_EQ(result.code, 4);
  EXPECT_EQ(result.err, "error: stdout: cannot write\n");
}

TEST_F(Usage, TrainingOutlivesWhoeverReadsItsOutput) {
  write("a.yaml", kParabola);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  const Result result = Process(folder.path(), {"run", "a.yaml", "--out", "r"}, {}, ends[1]).wait();
  ::close(ends[1]);
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, Not(HasSubstr("cannot write")));
  EXPECT_EQ(json("r/summary.json")["status"], "done");
}

// The shell's `>&-`.
Result with_closed_stdout(const std::string& folder, const Arguments& arguments) {
  const int saved = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10);
  ::close(STDOUT_FILENO);
  const Result result = Process(folder, arguments, {}, STDOUT_FILENO).wait();
  ::dup2(saved, STDOUT_FILENO);
  ::close(saved);
  return result;
}

TEST_F(Usage, AClosedStdoutIsAnErrorAndNoFileTakesItsPlace) {
  write("a.yaml", kParabola);
  const Result result = with_closed_stdout(folder.path(), {"run", "a.yaml", "--out", "r"});
  EXPECT_EQ(result.code, 4);
  EXPECT_THAT(result.err, HasSubstr("error: stdout: cannot write\n"));
  for (const auto& entry : std::filesystem::directory_iterator(folder / "r")) {
    EXPECT_THAT(slurp(entry.path()), Not(HasSubstr("done after"))) << entry.path();
  }
}

TEST_F(Usage, AnEmptyFolderNameIsAnError) {
  write("a.yaml", kParabola);
  for (const Arguments& arguments : {Arguments{"run", "a.yaml", "--out", ""}, {"run", "a.yaml", "--out="}}) {
    const Result result = descent(arguments);
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.err, StartsWith("error: --out: "));
    EXPECT_FALSE(exists("runs"));
  }
}

TEST_F(Usage, AnOptionBehindTwoDashesIsToldThatItIsNone) {
  const Result result = descent({"run", "--", "a.yaml", "--out", "x"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, StartsWith("error: '--out' is no option behind '--'"));
}

}  // namespace
}  // namespace descent::test
