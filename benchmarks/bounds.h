#pragma once
#include <string>
#include <utility>

// What is held against a number, not against another program.
namespace bench {

// y = x + x + … + x, a million additions, recorded, walked backward and dropped.
struct Chain {
  double bytes_per_op;  // resident memory that the process gained: 0 when the pool already held it
  double nanoseconds_per_op;
};
Chain run_chain();

// A whole `descent run` of a file in experiments/, repeated `runs` times in a scratch folder.
struct Process {
  double milliseconds;  // the median
  double megabytes;     // the greatest peak of resident memory
};
Process run_experiment(const std::string& file_and_options, int runs);

// The training loops of a comparison on the tutorial's linear regression, 100 epochs each: 5 optimizers, 11 rates, 3 seeds, then 10 seeds
// at the best rate. Seconds of the loops alone here, and of the same loops in PyTorch on one thread; the last losses must agree.
std::pair<double, double> tutorial_loops();

}  // namespace bench
