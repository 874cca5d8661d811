#include "harness.h"

#include <benchmark/benchmark.h>
#include <fmt/core.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace bench {
namespace {

constexpr double kRoundSeconds = 0.005, kRowSeconds = 2, kTolerance = 1e-4;
constexpr int kMinRounds = 5;

struct Row {
  std::string work, descent, against, ratio, asked, reached;
};
std::vector<Row> table{{"work", "descent", "against", "ratio", "asked", "reached"}};
bool failed = false;

// Seconds a step.
double time_steps(const Work& work, int steps) {
  const double start = cpu_seconds();
  for (int i = 0; i < steps; ++i) work.step();
  return (cpu_seconds() - start) / steps;
}

int steps_in_a_round(const Work& work) {
  int steps = 1;
  while (time_steps(work, steps) * steps < kRoundSeconds / 2) steps *= 2;
  return steps;
}

// One step unmeasured first: it brings the side's data back into the caches.
double time_round(const Work& work, int steps) {
  work.step();
  return time_steps(work, steps);
}

void check_agreement(const Work& ours, const Work& peer) {
  if (!ours.value || !peer.value) return;
  for (int i = 1; i <= ours.checked_steps; ++i) {
    ours.step();
    peer.step();
    const double a = ours.value(), b = peer.value();
    const bool close = std::abs(a - b) <= kTolerance * std::max(std::abs(a), std::abs(b));
    if (!close) throw std::runtime_error(fmt::format("step {}: {} here, {} there", i, a, b));
  }
}

std::string format_time(double seconds) {
  if (seconds < 1e-6) return fmt::format("{:.1f} ns", seconds * 1e9);
  if (seconds < 1e-3) return fmt::format("{:.2f} us", seconds * 1e6);
  return fmt::format("{:.2f} ms", seconds * 1e3);
}

Row ratio_row(const std::string& work, const std::string& peer, double asked, double ours, double theirs, double ratio) {
  return {work,
          format_time(ours),
          format_time(theirs) + " " + peer,
          fmt::format("{:.2f}", ratio),
          fmt::format(">= {:.4g}", asked),
          ratio >= asked ? "yes" : "no"};
}

// `measure` runs once and returns its row; what it throws becomes the row's error.
void add_row(const std::string& work, std::function<Row(benchmark::State&)> measure) {
  benchmark::RegisterBenchmark(work.c_str(),
                               [work, measure = std::move(measure)](benchmark::State& state) {
                                 try {
                                   for ([[maybe_unused]] auto once : state) table.push_back(measure(state));
                                 } catch (const std::exception& error) {
                                   failed = true;
                                   table.push_back({work, "error", error.what(), "", "", "no"});
                                   state.SkipWithError(error.what());
                                 }
                               })
      ->Iterations(1)
      ->UseManualTime();
}

}  // namespace

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void compare(const std::string& work, const std::string& peer, double asked, std::function<std::pair<Work, Work>()> prepare) {
  add_row(work, [=](benchmark::State& state) -> Row {
    const auto [ours, theirs] = prepare();
    check_agreement(ours, theirs);
    const int our_steps = steps_in_a_round(ours), their_steps = steps_in_a_round(theirs);
    std::vector<double> our_times, their_times, ratios;
    const double start = cpu_seconds();
    for (int round = 0; round < kMinRounds || cpu_seconds() - start < kRowSeconds; ++round) {
      our_times.push_back(time_round(ours, our_steps));
      their_times.push_back(time_round(theirs, their_steps));
      ratios.push_back(their_times.back() / our_times.back());
    }
    const double ratio = median(ratios);
    state.SetIterationTime(median(our_times));
    state.counters["ratio"] = ratio;
    return ratio_row(work, peer, asked, median(our_times), median(their_times), ratio);
  });
}

void ratio(const std::string& work, const std::string& peer, double asked, std::function<std::pair<double, double>()> measure) {
  add_row(work, [=](benchmark::State& state) -> Row {
    const auto [ours, theirs] = measure();
    state.SetIterationTime(ours);
    state.counters["ratio"] = theirs / ours;
    return ratio_row(work, peer, asked, ours, theirs, theirs / ours);
  });
}

void limit(const std::string& work, const std::string& unit, double most, int repetitions, std::function<double()> measure) {
  add_row(work, [=](benchmark::State& state) -> Row {
    std::vector<double> values;
    for (int i = 0; i < repetitions; ++i) values.push_back(measure());
    const double value = median(values);
    state.SetIterationTime(0);
    state.counters[unit] = value;
    return {work, fmt::format("{:.4g} {}", value, unit), "", "", fmt::format("<= {:g} {}", most, unit), value <= most ? "yes" : "no"};
  });
}

int run(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  for (const Row& row : table) {
    fmt::print("{:<52}| {:>11} | {:>21} | {:>7} | {:>11} | {}\n", row.work, row.descent, row.against, row.ratio, row.asked, row.reached);
  }
  return failed ? 1 : 0;
}

}  // namespace bench
