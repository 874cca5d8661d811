#pragma once
#include <cstdint>
#include <optional>

#include "descent/options/registry.h"

namespace descent::optim {

class Plateau;

// A learning-rate schedule: a pure function of the time, so that a run resumed anywhere goes on as it would have. Time is counted from 0,
// in epochs or steps.
class Schedule : public Component {
 public:
  // What time is counted in; automatic: in epochs when training is given in epochs, else in steps.
  enum class Unit { automatic, epochs, steps };

  static ComponentKind& kind();
  void options(Options& option) override { option("unit", unit, {"automatic", "epochs", "steps"}, "of the schedule's time"); }
  // Gives lengths that are not set the length of the run.
  virtual void prepare(std::int64_t /*total*/) {}
  // The rate at a time of parameters whose own rate is `lr`.
  virtual double rate(double lr, std::int64_t time) const = 0;
  // The momentum, or first beta, at a time; nothing at any time leaves the optimizer's own.
  virtual std::optional<double> momentum(std::int64_t /*time*/) const { return {}; }
  // What also depends on a metric, in this schedule; null in all but `plateau` and those that are composed of it.
  virtual Plateau* plateau() { return nullptr; }

  Unit unit = Unit::automatic;

 protected:
  // The value of an option that prepare() sets; throws when it did not.
  static double known(const std::optional<std::int64_t>& length, const char* option);
};

}  // namespace descent::optim
