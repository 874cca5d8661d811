#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

// measure RUNS COMMAND…: runs the command that often, its output thrown away, and prints the median seconds and the greatest peak of
// resident bytes. A program of its own: Linux counts the memory of the process that starts a command as the command's own peak, so it must
// be small.
namespace {

struct Usage {
  double seconds;
  long kilobytes;
};

Usage run_once(char** command) {
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child == 0) {
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    execv(command[0], command);
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  if (child < 0 || wait4(child, &status, 0, &usage) < 0 || status != 0) {
    std::fprintf(stderr, "measure: %s failed\n", command[0]);
    std::exit(1);
  }
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), usage.ru_maxrss};
}

}  // namespace

int main(int argc, char** argv) {
  const int runs = argc > 2 ? std::atoi(argv[1]) : 0;
  if (runs < 1) return 2;
  std::vector<double> seconds;
  long kilobytes = 0;
  for (int i = 0; i < runs; ++i) {
    const Usage usage = run_once(argv + 2);
    seconds.push_back(usage.seconds);
    kilobytes = std::max(kilobytes, usage.kilobytes);
  }
  std::sort(seconds.begin(), seconds.end());
  std::printf("%.6f %ld\n", seconds[seconds.size() / 2], kilobytes * 1024);
}
