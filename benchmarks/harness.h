#pragma once
#include <functional>
#include <string>
#include <utility>

#include "workload.h"

// Rows of the final table. Each is a benchmark of Google Benchmark, so that --benchmark_filter, --benchmark_out and the like work.
namespace bench {

// Times the first work against the second, `peer`, in alternating rounds, so that what disturbs one disturbs the other. The row holds both
// medians and the median of peer/descent, which reaches its target from `asked` upwards. Where both have values, these must agree in the
// first steps, or the row is an error.
void compare(const std::string& work, const std::string& peer, double asked, std::function<std::pair<Work, Work>()> prepare);

// The same for works that measure themselves once: seconds here and there.
void ratio(const std::string& work, const std::string& peer, double asked, std::function<std::pair<double, double>()> measure);

// A quantity that must stay within `most`: the median of `repetitions`.
void limit(const std::string& work, const std::string& unit, double most, int repetitions, std::function<double()> measure);

// Runs what was declared and prints the table. Returns the exit code: 1 after an error, else 0; a missed target is no error.
int run(int argc, char** argv);

// The processor's time for all threads of this process: on one thread what a quiet machine's clock shows, whatever else runs.
double cpu_seconds();
double median(std::vector<double> values);

}  // namespace bench
