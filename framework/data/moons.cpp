#include "descent/core/math.h"
#include "descent/data/generator.h"

namespace descent {
namespace {

// sklearn's make_moons: class 0 is (cos t, sin t), class 1 is (1 − cos t, ½ − sin t), t evenly over [0, π].
struct Moons : Plane {
  Table load(const LoadContext& context) const {
    return scatter(context, 2, [](std::int64_t label, double index, double count) -> std::array<double, 2> {
      const double t = count > 1 ? kPi * index / (count - 1) : 0, x = math::cos(t), y = math::sin(t);
      if (label == 0) return {x, y};
      return {1 - x, 0.5 - y};
    });
  }
};

const RegisterDataset<Moons> moons("moons", "two half circles that reach into each other + noise·N(0, 1), as sklearn's make_moons");

}  // namespace
}  // namespace descent
