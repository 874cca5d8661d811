#pragma once
#include <ctime>

#include "descent/core/buffer.h"  // says whether the address sanitizer is on

namespace descent::test {

// Seconds of processor time since it was made: other programs on the machine do not count, and of a sanitizer's slowness only a fifth does.
class Stopwatch {
 public:
  double seconds() const { return static_cast<double>(std::clock() - start_) / CLOCKS_PER_SEC / (pool::kPooled ? 1 : 5); }

 private:
  std::clock_t start_ = std::clock();
};

}  // namespace descent::test
