#pragma once
#include <string>
#include <utility>
#include <vector>

#include "descent/experiment/scheduler.h"

namespace descent {

// Saves what a run needs to go on, in a folder: NAME.safetensors holds parameters and buffers under PyTorch's names, NAME.state.safetensors
// the state of the optimizer and of the schedule, the random generators and the step.
class Checkpoints {
 public:
  // `keep`: how many of the numbered ones stay.
  Checkpoints(std::string folder, Problem& problem, const optim::Optimizer& optimizer, const Scheduler& scheduler, std::int64_t keep)
      : folder_(std::move(folder)), problem_(problem), optimizer_(optimizer), scheduler_(scheduler), keep_(keep) {}

  // step-N, after which older ones are removed.
  void save_step(std::int64_t step);
  // "last", "best".
  void save(const std::string& name, std::int64_t step) const;

 private:
  std::string folder_;
  Problem& problem_;
  const optim::Optimizer& optimizer_;
  const Scheduler& scheduler_;
  std::int64_t keep_;
  std::vector<std::string> saved_;
};

// Copies the values of a weight file into tensors of the same names and shapes, converting from any float type. `num_batches_tracked` may
// be in the file or not; any other name that is missing or left over is an Error (kind data).
void load_weights(const std::string& path, const NamedTensors& tensors);

}  // namespace descent
