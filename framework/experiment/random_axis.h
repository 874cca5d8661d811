#pragma once
#include <cstdint>
#include <vector>

#include "descent/experiment/sweep_options.h"

namespace descent {

// `random:` of a sweep: one axis of values drawn at random.
struct RandomAxis {
  std::int64_t samples = 10;
  std::uint64_t seed = 0;
  Value over;

  void options(Options& option);
  // Sample i of a path is a function of the seed, i and the path's place.
  std::vector<Assignment> draw() const;
};

}  // namespace descent
