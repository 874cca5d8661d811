#include "descent/core/file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "tests/temporary_folder.h"

namespace descent {
namespace {

using test::error_of;
using test::slurp;
using test::spill;
using test::TemporaryFolder;
using testing::HasSubstr;

std::string data_error(const std::function<void()>& f) { return error_of(ErrorKind::data, f); }

RC_GTEST_PROP(WriteFile, WritesWhatReadFileReads, (const std::string& content)) {
  const TemporaryFolder folder;
  write_file(folder / "a", content);
  RC_ASSERT(read_file(folder / "a", content.size()) == content);
  RC_ASSERT(slurp(folder / "a") == content);
}

TEST(WriteFile, ReplacesALongerFile) {
  const TemporaryFolder folder;
  write_file(folder / "a", std::string(1 << 20, 'x'));
  write_file(folder / "a", "short");
  EXPECT_EQ(slurp(folder / "a"), "short");
}

TEST(WriteFile, LeavesNothingElseBehind) {
  const TemporaryFolder folder;
  write_file(folder / "a", "1");
  write_file(folder / "a", "2");
  EXPECT_EQ(folder.entries(), 1u);
}

TEST(WriteFile, TakesPathsInTheCurrentFolder) {
  const TemporaryFolder folder;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  write_file("plain", "1");
  std::filesystem::current_path(before);
  EXPECT_EQ(slurp(folder / "plain"), "1");
}

TEST(WriteFile, TakesTheLongestName) {
  const TemporaryFolder folder;
  const std::string path = folder / std::string(255, 'n');
  write_file(path, "1");
  EXPECT_EQ(slurp(path), "1");
}

TEST(WriteFile, GivesTheModeThatTheUmaskLeaves) {
  const TemporaryFolder folder;
  const mode_t before = ::umask(027);
  write_file(folder / "a", "1");
  ::umask(before);
  struct stat status {};
  ASSERT_EQ(::stat((folder / "a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0640u);
}

TEST(WriteFile, NamesAMissingFolder) {
  const TemporaryFolder folder;
  const std::string path = folder / "none/a";
  EXPECT_EQ(data_error([&] { write_file(path, "1"); }), path + ": cannot open: No such file or directory");
}

TEST(WriteFile, ReplacesNothingButRegularFiles) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "folder");
  std::filesystem::create_symlink("/dev/null", folder / "device");
  for (const std::string& path : {folder / "folder", folder / "device"}) {
    EXPECT_EQ(data_error([&] { write_file(path, "1"); }), path + ": not a regular file");
  }
  EXPECT_EQ(folder.entries(), 2u);
}

TEST(WriteFile, KeepsTheOldFileWhenTheDiskIsFull) {
  const TemporaryFolder folder;
  spill(folder / "a", "old");
  // A limit on the size of files stops the writing part of the way, as a full disk does.
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1 << 16, 1 << 16};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    try {
      write_file(folder / "a", std::string(1 << 20, 'x'));
    } catch (const Error& error) { ::_exit(error.what() == (folder / "a") + ": cannot write: File too large" ? 7 : 8); }
    ::_exit(9);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_EQ(slurp(folder / "a"), "old");
  EXPECT_EQ(folder.entries(), 1u);
}

TEST(WriteFile, IsNeverSeenHalfWritten) {
  const TemporaryFolder folder;
  const std::string path = folder / "a", one(300000, '1'), two(500000, '2');
  write_file(path, one);
  const pid_t child = ::fork();
  if (child == 0) {
    for (;;) {
      write_file(path, two);
      write_file(path, one);
    }
  }
  for (int i = 0; i < 200; ++i) {
    const std::string seen = slurp(path);
    EXPECT_TRUE(seen == one || seen == two) << seen.size();
  }
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
}

TEST(ReadFile, AcceptsExactlyTheLimit) {
  const TemporaryFolder folder;
  spill(folder / "a", "12345");
  EXPECT_EQ(read_file(folder / "a", 5), "12345");
  EXPECT_EQ(data_error([&] { read_file(folder / "a", 4); }), (folder / "a") + ": 5 bytes; at most 4 are accepted");
}

TEST(ReadFile, NamesAMissingFile) {
  EXPECT_EQ(data_error([] { read_file("/none", 1); }), "/none: cannot open: No such file or directory");
}

TEST(ReadFile, RefusesWhatIsNoRegularFileWithoutWaiting) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  for (const std::string& path : {folder / "fifo", folder.path(), std::string("/dev/zero")}) {
    EXPECT_EQ(data_error([&] { read_file(path, 100); }), path + ": not a regular file");
  }
}

TEST(Sha256OfFile, GivesTheDigestsOfTheStandard) {
  const TemporaryFolder folder;
  spill(folder / "a", "abc");
  EXPECT_EQ(sha256_of_file(folder / "a"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  spill(folder / "a", "");
  EXPECT_EQ(sha256_of_file(folder / "a"), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  spill(folder / "a", std::string(1000000, 'a'));  // more than one block
  EXPECT_EQ(sha256_of_file(folder / "a"), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(File, AppendsToWhatIsThere) {
  const TemporaryFolder folder;
  File::appending(folder / "a").write("one");
  File::appending(folder / "a").write("two");
  EXPECT_EQ(slurp(folder / "a"), "onetwo");
}

TEST(File, ReportsAFullDisk) {
  const File full = File::appending("/dev/full");
  EXPECT_EQ(data_error([&] { full.write("x"); }), "/dev/full: cannot write: No space left on device");
}

TEST(File, ReadsNoFurtherThanItsEnd) {
  const TemporaryFolder folder;
  spill(folder / "a", "123");
  const File file = File::regular(folder / "a");
  char bytes[4];
  EXPECT_THAT(data_error([&] { file.read(bytes, 4); }), HasSubstr("ends too early"));
}

TEST(File, IsNotInheritedByOtherPrograms) {
  const TemporaryFolder folder;
  spill(folder / "a", "");
  EXPECT_TRUE(::fcntl(File::regular(folder / "a").descriptor(), F_GETFD) & FD_CLOEXEC);
  EXPECT_TRUE(::fcntl(File::appending(folder / "a").descriptor(), F_GETFD) & FD_CLOEXEC);
}

TEST(RandomHex, HasTheDigitsAskedFor) {
  EXPECT_EQ(random_hex(4).size(), 4u);
  EXPECT_THAT(random_hex(20), testing::MatchesRegex("[0-9a-f]+"));
  EXPECT_NE(random_hex(20), random_hex(20));
}

}  // namespace
}  // namespace descent
