#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "descent/options/options.h"

namespace descent {

constexpr double kMostTrials = 1e6;

// What one trial changes in an experiment file: values of dotted paths.
using Assignment = std::vector<std::pair<std::string, Value>>;

// Which trials become run folders.
enum class Keep { best, all, none };

// `sweep:` of an experiment file. Every way to name trials is one axis; the trials are all combinations of all axes.
struct SweepOptions {
  Value grid, log_grid, zip, random;
  std::int64_t jobs = 0;  // 0: one for each core
  Keep keep = Keep::none;
  std::string metric;

  void options(Options& option);
  // How many combinations there are, even where they are too many.
  double count() const;
  // One assignment for each trial, the last axis varying fastest.
  std::vector<Assignment> trials() const;
  // What each axis assigns, one after the other.
  std::vector<std::vector<Assignment>> axes() const;
};

// Reads {path: axis} by `read_axis`.
void read_paths(const Value& map, const Reading& reading, const std::function<void(const Value&, const Reading&)>& read_axis);
// Reports what is no list with at least one value.
bool read_values(const Value& list, const Reading& reading);
// Reports values that are there before, in another spelling too.
void check_distinct(const std::vector<Value>& values, const Reading& reading);

// The values of an axis of `grid` as [0.1, 1], or {log_grid: [low, high, count]}: reported and empty when it is neither.
std::vector<Value> axis_values(const Value& axis, const Reading& reading);
// `count` numbers from low to high with equal ratios, rounded to four digits.
std::vector<Value> log_grid(double low, double high, std::int64_t count);

// All combinations of one assignment of each axis, the last axis varying fastest.
std::vector<Assignment> combinations(const std::vector<std::vector<Assignment>>& axes);

}  // namespace descent
