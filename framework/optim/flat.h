#pragma once
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

#include "descent/optim/pass.h"

namespace descent::optim {

// Evaluates the loss and its gradients where the parameters are: zero_grad, forward, backward; returns the loss.
using Closure = std::function<double()>;

// What step(closure) knows and step() does not.
struct Evaluated {
  std::optional<double> loss, minimum;  // the loss at the parameters, and the least there is, where it is known
  std::int64_t evaluations = std::numeric_limits<std::int64_t>::max();  // how many more there may be
  const Closure* closure = nullptr;
};

// One update of all parameters of a group together, as one vector of doubles: for rules that relate them to each other.
class Flat {
 public:
  Flat(std::vector<Parameter*> parameters, double rate, const Adjustment& adjustment, const Evaluated& evaluated);

  std::vector<double> w, g;  // the values and their gradient, in the order of the parameters
  const std::int64_t t;      // this update's number, from 1
  const double lr;           // the scheduled rate

  // With the penalty ½·l2·‖w‖² that g includes. Throws for step() without a closure.
  double loss() const;
  // Throws where none is known.
  double minimum() const;
  // Moves the parameters to w and evaluates there: g is the gradient at w then. Returns the loss.
  double evaluate();
  // How often that may still be done.
  std::int64_t evaluations_left() const { return evaluated_.evaluations - evaluations_; }
  // Moves the parameters to w; to be called last.
  void store() const;
  // What the rule keeps, in float64; asked for in the same order in every update.
  Tensor& state(const State& state, const Shape& shape);
  double& scalar(const State& state) { return *this->state(state, {}).data<double>(); }

 private:
  void load();
  double penalty() const;  // whose gradient l2 has added
  std::vector<Parameter*> parameters_;
  const Adjustment adjustment_;
  const Evaluated& evaluated_;
  std::size_t next_ = 0;
  std::int64_t evaluations_ = 0;
};

}  // namespace descent::optim
