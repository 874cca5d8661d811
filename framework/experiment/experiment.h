#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "descent/core/dtype.h"
#include "descent/options/options.h"

// What an experiment file says. Every key, its default, range and meaning is declared here, once.
namespace descent {

struct Clip {
  std::optional<double> norm, value;
  void options(Options& option);
};

// Stop when the metric has not improved by more than min_delta for `patience` evaluations.
struct EarlyStop {
  std::string metric;
  std::int64_t patience = 1;
  double min_delta = 0;
  void options(Options& option);
};

// Stop as soon as the metric is as good as this.
struct Target {
  std::string metric;
  double value = 0;
  void options(Options& option);
};

struct Train {
  std::optional<std::int64_t> epochs, steps;
  Value batch_size = 32;  // or "full"
  bool shuffle = true, drop_last = false;
  Clip clip;
  EarlyStop early_stop;
  Target target;
  void options(Options& option);
  std::int64_t rows_per_batch() const;  // 0: all
};

struct Log {
  enum class Loss { mean, last };
  std::optional<std::int64_t> every;
  Loss loss = Loss::mean;
  bool step_table = false;
  void options(Options& option);
};

struct CheckpointEvery {
  std::optional<std::int64_t> epochs, steps;
  void options(Options& option);
};

struct CheckpointOptions {
  CheckpointEvery every;
  std::int64_t keep = 2;
  std::string best;
  void options(Options& option);
};

struct Experiment {
  std::int64_t version = 1;
  std::string name;
  std::uint64_t seed = 0;
  DType dtype = DType::float32;
  std::int64_t threads = 1;
  Spec objective, data, model, loss, optimizer, schedule;
  std::vector<Spec> metrics;
  Train train;
  Log log;
  CheckpointOptions checkpoint;
  bool gradcheck = false;
  Value extends;  // never set: load() has followed it

  void options(Options& option);
  Value resolved() const;  // everything, with every default

  // Reads a file, with what it extends, and `--set` assignments. Throws Error(invalid) with all that is wrong.
  static Experiment load(const std::string& path, const std::vector<std::string>& assignments);

  Value source;  // as read, with its marks
};

}  // namespace descent
