#include "descent/data/generator.h"

namespace descent {
namespace {

struct Xor : Generator {
  Xor() { samples = 4; }

  Table load(const LoadContext& context) const {
    Rng rng = rng_of(context);
    return draw(context, 2, [&](std::int64_t i, std::vector<double>& x) {
      const std::int64_t a = i / 2 % 2, b = i % 2;
      x[0] = noisy(static_cast<double>(a), rng);
      x[1] = noisy(static_cast<double>(b), rng);
      return static_cast<double>(a ^ b);
    });
  }
};

const RegisterDataset<Xor> exclusive_or("xor", "corners (a, b) of the unit square in turn + noise·N(0, 1), class a xor b");

}  // namespace
}  // namespace descent
