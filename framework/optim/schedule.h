#pragma once
#include <cstdint>

#include "descent/options/registry.h"

namespace descent::optim {

// A learning-rate schedule: a pure function of the time, so that a run resumed anywhere goes on as it would have.
class Schedule : public Component {
 public:
  // What time is counted in; automatic: in epochs when training is given in epochs, else in steps.
  enum class Unit { automatic, epochs, steps };

  static ComponentKind& kind();
  void options(Options& option) override { option("unit", unit, {"automatic", "epochs", "steps"}, "of the schedule's time"); }
  // The factor on the rate after `time` epochs or steps, counted from 0.
  virtual double factor(std::int64_t time) const = 0;

  Unit unit = Unit::automatic;
};

}  // namespace descent::optim
