#pragma once
#include "descent/core/simd.h"

namespace descent::test {

// Calls f(isa) under every instruction set that this processor has, from the best to the baseline.
template <class F>
void with_every_isa(F&& f) {
  const Isa best = isa;
  for (int i = static_cast<int>(best); i >= 0; --i) {
    isa = static_cast<Isa>(i);
    f(isa);
  }
  isa = best;
}

}  // namespace descent::test
