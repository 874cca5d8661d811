#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "descent/core/dtype.h"
#include "descent/experiment/compare_options.h"
#include "descent/experiment/sweep_options.h"
#include "descent/optim/clip.h"
#include "descent/options/options.h"

// What an experiment file says. Every key, its default, range and meaning is declared here, once.
namespace descent {

// Limits on the gradients, applied in this order.
struct Clip {
  std::optional<double> norm, tensor_norm, value;
  optim::ClipStyle style = optim::ClipStyle::pytorch;
  void options(Options& option);
};

// Stop when the metric has not improved by more than min_delta for `patience` evaluations.
struct EarlyStop {
  std::string metric;
  std::int64_t patience = 1;
  double min_delta = 0;
  void options(Options& option);
};

struct Train {
  std::optional<std::int64_t> epochs, steps;
  Value batch_size = 32;  // or "full"
  bool shuffle = true, drop_last = false;
  Clip clip;
  EarlyStop early_stop;
  Target target;  // training stops there
  void options(Options& option);
  std::int64_t rows_per_batch() const;  // 0: all
  std::int64_t total_steps(std::int64_t per_epoch) const { return steps ? *steps : *epochs * per_epoch; }
};

struct Log {
  enum class Loss { mean, last };
  std::optional<std::int64_t> every;
  Loss loss = Loss::mean;
  bool step_table = false, effective_lr = false, regret = false;
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
  SweepOptions sweep;
  CompareOptions compare;
  Value extends;  // never set: load() has followed it

  void options(Options& option);
  Value resolved() const;  // everything, with every default

  // Reads a file, with what it extends, and `--set` assignments. Throws Error(invalid) with all that is wrong.
  static Experiment load(const std::string& path, const std::vector<std::string>& assignments);
  // The same of a file that has been read, and that has this name unless it says another.
  static Experiment read(Value root, const std::string& name);
  bool is_study() const { return source.find("sweep") || source.find("compare"); }

  Value source;  // as read, with its marks
};

}  // namespace descent
