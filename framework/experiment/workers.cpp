#include "descent/experiment/workers.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <limits>
#include <map>
#include <new>
#include <thread>

#include "descent/core/error.h"
#include "descent/core/file.h"

namespace descent {
namespace {

constexpr std::int64_t kIdle = -1, kMostWorkers = 1024;
// How far workers may run ahead of a slow trial, whose successors' results must wait: trials, and bytes of their results.
constexpr std::int64_t kAhead = 4096, kMostWaiting = std::int64_t{64} << 20;

// What workers share: which trial comes next, which result is due, how many bytes wait for it, and which trial each is at.
struct Shared {
  std::atomic<std::int64_t> next{0}, due{0}, waiting{0};
  std::atomic<std::int64_t> at[kMostWorkers];
};

// Memory that stays the same in all processes forked from here.
class SharedMemory {
 public:
  SharedMemory() {
    void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) fail_system("workers", "share memory");
    shared_ = new (memory) Shared;
  }
  ~SharedMemory() { ::munmap(shared_, sizeof(Shared)); }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  Shared* operator->() const { return shared_; }

 private:
  Shared* shared_;
};

// A result on its way through a pipe: this, then the texts and numbers that it counts.
struct Header {
  std::int64_t index;
  TrialResult::Status status;
  std::int64_t steps, evaluations;
  double value, seconds;
  std::size_t line, records, curve;
};

std::string packed(std::int64_t index, const TrialResult& r) {
  const Header header{index, r.status, r.steps, r.evaluations, r.value, r.seconds, r.line.size(), r.records.size(), r.curve.size()};
  const auto bytes = [](const auto* data, std::size_t count) {
    return std::string_view(reinterpret_cast<const char*>(data), count * sizeof *data);
  };
  std::string message(bytes(&header, 1));
  message += r.line;
  message += r.records;
  message += bytes(r.curve_at.data(), r.curve_at.size());
  message += bytes(r.curve.data(), r.curve.size());
  return message;
}

std::size_t size_of(const Header& header) { return sizeof header + header.line + header.records + 2 * header.curve * sizeof(double); }

TrialResult unpacked(const Header& header, const char* from) {
  TrialResult result;
  result.status = header.status;
  result.steps = header.steps;
  result.evaluations = header.evaluations;
  result.value = header.value;
  result.seconds = header.seconds;
  result.line.assign(from, header.line);
  from += header.line;
  result.records.assign(from, header.records);
  from += header.records;
  for (std::vector<double>* numbers : {&result.curve_at, &result.curve}) {
    numbers->resize(header.curve);
    if (header.curve > 0) std::memcpy(numbers->data(), from, header.curve * sizeof(double));
    from += header.curve * sizeof(double);
  }
  return result;
}

using Waiting = std::map<std::int64_t, TrialResult>;  // results, for those of the trials before them

std::int64_t bytes_of(const Waiting& waiting) {
  std::size_t bytes = 0;
  for (const auto& [index, r] : waiting) bytes += r.line.size() + r.records.size() + 2 * r.curve.size() * sizeof(double);
  return static_cast<std::int64_t>(bytes);
}

class Workers {
 public:
  Workers(const std::vector<Trial>& trials, std::int64_t first, std::int64_t jobs, const std::function<TrialResult(const Trial&)>& run)
      : trials_(trials),
        first_(first),
        run_(run),
        workers_(static_cast<std::size_t>(std::min({jobs, static_cast<std::int64_t>(trials.size()) - first, kMostWorkers}))) {
    shared_->next = shared_->due = first;
    for (std::size_t i = 0; i < workers_.size(); ++i) start(i);
  }
  ~Workers() {
    for (const Worker& worker : workers_) {
      if (worker.pid > 0) ::kill(worker.pid, SIGKILL), ::waitpid(worker.pid, nullptr, 0), ::close(worker.pipe);
    }
  }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  bool collect(const std::function<void(const Trial&, TrialResult)>& result) {
    Waiting waiting;
    std::int64_t due = first_;
    while (due < static_cast<std::int64_t>(trials_.size())) {
      if (interrupted_by != 0) return false;
      const bool has_worker = std::any_of(workers_.begin(), workers_.end(), [](const Worker& worker) { return worker.pid > 0; });
      if (!has_worker) fail(ErrorKind::internal, "workers: the result of trial {} was lost", due);
      wait();
      for (std::size_t i = 0; i < workers_.size(); ++i) receive(i, waiting);
      for (auto first = waiting.find(due); first != waiting.end(); first = waiting.find(due)) {
        result(trials_[static_cast<std::size_t>(due++)], std::move(first->second));
        waiting.erase(first);
      }
      shared_->due = due;
      shared_->waiting = bytes_of(waiting);
    }
    return true;
  }

 private:
  struct Worker {
    pid_t pid = 0;
    int pipe = -1;
    std::string received;
  };

  void start(std::size_t i) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) fail_system("workers", "make a pipe");
    shared_->at[i] = kIdle;
    const pid_t parent = ::getpid(), pid = ::fork();
    if (pid < 0) fail_system("workers", "start a process");
    if (pid == 0) work(i, ends[1], parent);
    ::close(ends[1]);
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    ::fcntl(ends[0], F_SETPIPE_SZ, static_cast<int>(std::max<std::size_t>(1 << 16, (1 << 22) / workers_.size())));
    workers_[i] = {pid, ends[0], {}};
  }

  // In the new process: takes trials until there are none. It dies with its parent.
  [[noreturn]] void work(std::size_t i, int pipe, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::signal(SIGINT, SIG_IGN);
    std::signal(SIGTERM, SIG_DFL);
    if (::getppid() != parent) ::_exit(1);
    try {
      take_trials(i, pipe);
    } catch (...) { ::_exit(1); }  // nothing may unwind into what the parent does
    ::_exit(0);
  }
  void take_trials(std::size_t i, int pipe) {
    for (std::int64_t index = shared_->next++; index < static_cast<std::int64_t>(trials_.size()); index = shared_->next++) {
      shared_->at[i] = index;
      // The trial that is due never waits here, so all others come to their turn.
      while (index - shared_->due > kAhead || (index != shared_->due && shared_->waiting > kMostWaiting)) ::usleep(1000);
      send(pipe, packed(index, run_(trials_[static_cast<std::size_t>(index)])));
      shared_->at[i] = kIdle;
    }
  }
  static void send(int pipe, std::string_view message) {
    while (!message.empty()) {
      const ssize_t written = ::write(pipe, message.data(), message.size());
      if (written < 0 && errno != EINTR) ::_exit(1);
      if (written > 0) message.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void wait() {
    std::vector<pollfd> ends;
    for (const Worker& worker : workers_) {
      if (worker.pid > 0) ends.push_back({worker.pipe, POLLIN, 0});
    }
    if (::poll(ends.data(), ends.size(), 100) > 0) ::usleep(1000);  // results gather: waking for each would take the workers' time
  }

  void receive(std::size_t i, Waiting& results) {
    Worker& worker = workers_[i];
    if (worker.pid <= 0) return;
    static char buffer[1 << 18];
    ssize_t count = 0;
    while ((count = ::read(worker.pipe, buffer, sizeof buffer)) > 0) worker.received.append(buffer, static_cast<std::size_t>(count));
    std::size_t at = 0;
    for (Header header; worker.received.size() - at >= sizeof header; at += size_of(header)) {
      std::memcpy(&header, worker.received.data() + at, sizeof header);
      if (worker.received.size() - at < size_of(header)) break;
      results[header.index] = unpacked(header, worker.received.data() + at + sizeof header);
    }
    worker.received.erase(0, at);
    if (count == 0) bury(i, results);
  }

  // A worker that has ended. One that was at a trial takes it along.
  void bury(std::size_t i, Waiting& results) {
    int status = 0;
    ::waitpid(workers_[i].pid, &status, 0);
    ::close(workers_[i].pipe);
    workers_[i] = {};
    const std::int64_t index = shared_->at[i];
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
    if (index != kIdle) results.emplace(index, lost(trials_[static_cast<std::size_t>(index)], status));
    start(i);
  }
  static TrialResult lost(const Trial& trial, int status) {
    TrialResult result;
    result.status = TrialResult::Status::crashed;
    result.value = std::numeric_limits<double>::quiet_NaN();
    const bool is_signal = WIFSIGNALED(status);
    result.line = trial_line(trial, result,
                             is_signal ? fmt::format("its process was ended by signal {}", WTERMSIG(status))
                                       : fmt::format("its process ended with exit code {}", WEXITSTATUS(status)));
    return result;
  }

  const std::vector<Trial>& trials_;
  const std::int64_t first_;
  const std::function<TrialResult(const Trial&)>& run_;
  SharedMemory shared_;
  std::vector<Worker> workers_;
};

}  // namespace

std::int64_t worker_count(std::int64_t jobs) {
  return jobs > 0 ? jobs : std::max<std::int64_t>(1, static_cast<std::int64_t>(std::thread::hardware_concurrency()));
}

bool run_in_workers(const std::vector<Trial>& trials, std::int64_t first, std::int64_t jobs,
                    const std::function<TrialResult(const Trial&)>& run, const std::function<void(const Trial&, TrialResult)>& result) {
  std::fflush(nullptr);  // or each worker would print again what is not yet printed
  return Workers(trials, first, worker_count(jobs), run).collect(result);
}

}  // namespace descent
