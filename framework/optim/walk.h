#pragma once
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "descent/optim/optimizer.h"

namespace descent::optim {

// A loss of all parameters w of step t, counted from 1: writes its gradient into g, returns its value.
using Slope = std::function<double(const std::vector<double>& w, std::int64_t t, std::vector<double>& g)>;

// An optimizer on a parameter "x", or on "a", "b", …, in float64 whose gradients are given.
class Walk {
 public:
  Walk(const std::string& optimizer, const Value& options, const std::vector<Shape>& shapes, const std::vector<double>& start);
  Walk(const std::string& optimizer, const Value& options, const std::vector<double>& start)
      : Walk(optimizer, options, {Shape{static_cast<std::int64_t>(start.size())}}, start) {}

  // `before_update` is called when the gradients are there.
  void step(const Slope& slope, const std::function<void()>& before_update = nullptr);
  void steps(const Slope& slope, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) step(slope);
  }
  std::vector<double> w() const;
  void set_w(const std::vector<double>& values);
  Optimizer& optimizer() { return *optimizer_; }
  const std::vector<std::pair<std::string, Tensor>>& parameters() const { return parameters_; }

 private:
  std::vector<std::pair<std::string, Tensor>> parameters_;
  std::unique_ptr<Optimizer> optimizer_;
  std::int64_t t_ = 0;
};

// Those of the options that the optimizer has.
Value options_of(const std::string& optimizer, const std::vector<std::pair<std::string, Value>>& wanted);
// Zero for every option that keeps a division finite: eps, eps_root, …
Value without_eps(const std::string& optimizer);
// The default learning rate.
double default_rate(const std::string& optimizer);
// The largest |a[i] − b[i]| relative to the largest |b[i]|.
double distance(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace descent::optim
