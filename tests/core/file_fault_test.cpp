#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>

#include "descent/core/file.h"
#include "tests/temporary_folder.h"

// The system calls of write_files fail one after the other, in every way, each in a process of its own.
namespace {

enum class Fault { none, no_space, io_error, interrupted, short_write, killed_before, killed_after, killed_half_way };

constexpr int kKilled = 42;

Fault fault = Fault::none;
bool sticky = false;
int calls_left = 0;  // before the fault strikes

bool strikes() {
  if (fault == Fault::none) return false;
  --calls_left;
  return sticky ? calls_left < 0 : calls_left == -1;
}

// Makes the call, or lets it fail. `half` is what a write does with half of its bytes.
template <class Call, class Half>
long inject(const Call& call, const Half& half) {
  if (!strikes()) return call();
  if (fault == Fault::short_write) return half();
  if (fault == Fault::killed_after) call();
  if (fault == Fault::killed_half_way) half();
  if (fault >= Fault::killed_before) ::_exit(kKilled);
  errno = fault == Fault::no_space ? ENOSPC : fault == Fault::io_error ? EIO : EINTR;
  return -1;
}
template <class Call>
long inject(const Call& call) {
  return inject(call, call);
}

}  // namespace

extern "C" {
int openat(int folder, const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const unsigned mode = flags & O_CREAT ? va_arg(arguments, unsigned) : 0;
  va_end(arguments);
  return static_cast<int>(inject([&] { return ::syscall(SYS_openat, folder, path, flags, mode); }));
}
ssize_t write(int file, const void* bytes, std::size_t count) {
  return inject([&] { return ::syscall(SYS_write, file, bytes, count); },
                [&] { return ::syscall(SYS_write, file, bytes, (count + 1) / 2); });
}
int fsync(int file) {
  return static_cast<int>(inject([&] { return ::syscall(SYS_fsync, file); }));
}
int close(int file) {
  return static_cast<int>(inject([&] { return ::syscall(SYS_close, file); }));
}
int renameat(int folder, const char* from, int to_folder, const char* to) noexcept {
  return static_cast<int>(inject([&] { return ::syscall(SYS_renameat2, folder, from, to_folder, to, 0); }));
}
}

namespace descent {
namespace {

enum Outcome { written, failed, no_fault, killed = kKilled };

// Replaces the files in a child whose n-th call fails.
Outcome replace(const std::string& folder, const std::vector<FileContent>& files, Fault kind, bool for_ever, int n) {
  const pid_t child = ::fork();
  if (child == 0) {
    fault = kind, sticky = for_ever, calls_left = n;
    try {
      write_files(folder, files);
    } catch (const Error&) { ::_exit(failed); }
    ::_exit(calls_left >= 0 ? no_fault : written);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  return static_cast<Outcome>(WEXITSTATUS(status));
}

// Replaces `file` and makes `other`. Returns how many calls there are.
int fail_every_call(Fault kind, bool for_ever) {
  const std::string before(5000, 'b'), after(9000, 'a');
  for (int n = 0;; ++n) {
    const test::TemporaryFolder folder;
    test::spill(folder / "file", before);
    const Outcome outcome = replace(folder.path(), {{"file", {after}}, {"other", {after, before}}}, kind, for_ever, n);
    if (outcome == no_fault) return n;
    const std::string seen = test::slurp(folder / "file");
    EXPECT_TRUE(seen == before || seen == after) << seen.size() << " bytes after fault " << n;
    const bool has_other = std::filesystem::exists(folder / "other");
    EXPECT_TRUE(!has_other || (seen == after && test::slurp(folder / "other") == after + before)) << "after fault " << n;
    EXPECT_TRUE(outcome != written || has_other) << "success without the new files after fault " << n;
    EXPECT_TRUE(outcome == killed || folder.entries() == (has_other ? 2u : 1u)) << "a temporary file is left after fault " << n;
    EXPECT_LT(n, 100);
  }
}

TEST(WriteFiles, LeavesOldOrNewFilesInTheirOrderAfterEveryFault) {
  constexpr int kCalls = 13;  // open, write, write, sync, close, rename of each, sync, close
  for (const Fault kind : {Fault::no_space, Fault::io_error, Fault::killed_before, Fault::killed_after, Fault::killed_half_way}) {
    EXPECT_GE(fail_every_call(kind, false), kCalls);
    EXPECT_GE(fail_every_call(kind, true), kCalls);
  }
}

TEST(WriteFiles, GoesOnAfterInterruptedAndShortWrites) {
  const test::TemporaryFolder folder;
  const std::string content(9000, 'a');
  EXPECT_EQ(replace(folder.path(), {{"file", {content}}}, Fault::short_write, true, 0), written);
  EXPECT_EQ(test::slurp(folder / "file"), content);
  for (const int call : {1, 2, 3, 5}) {  // write, sync, close, sync of the folder
    const std::string other = content + char('0' + call);
    EXPECT_EQ(replace(folder.path(), {{"file", {other}}}, Fault::interrupted, false, call), written) << call;
    EXPECT_EQ(test::slurp(folder / "file"), other);
  }
}

}  // namespace
}  // namespace descent
