#pragma once
#include <limits>
#include <string>
#include <vector>

#include "descent/optim/schedule.h"

namespace descent::optim {

// Multiplies the rate by `factor` when a metric has not improved for more than `patience` observations, as
// torch.optim.lr_scheduler.ReduceLROnPlateau. The one schedule with state: it depends on what was observed, not on the time.
class Plateau : public Schedule {
 public:
  enum class Mode { automatic, min, max };
  enum class ThresholdMode { rel, abs };

  void options(Options& option) override;
  double rate(double lr, std::int64_t time) const override;
  Plateau* plateau() override { return this; }

  void observe(double value);
  // What a checkpoint needs.
  std::vector<double> state() const;
  void set_state(const std::vector<double>& state);

  std::string metric = "automatic";
  Mode mode = Mode::automatic;  // which counts as min, until somebody who knows the metric sets another
  double factor = 0.1, threshold = 1e-4, min_lr = 0, eps = 1e-8;
  std::int64_t patience = 10, cooldown = 0;
  ThresholdMode threshold_mode = ThresholdMode::rel;

 private:
  double best_ = std::numeric_limits<double>::infinity();  // negated in mode max, so that less is better
  std::int64_t bad_ = 0, cooling_ = 0, reductions_ = 0;
};

}  // namespace descent::optim
