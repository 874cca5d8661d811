#include "descent/core/math.h"
#include "descent/data/generator.h"

namespace descent {
namespace {

// sklearn's make_circles: r·(cos t, sin t) with r = 1 for class 0 and `factor` for class 1, t evenly over [0, 2π).
struct Circles : Plane {
  double factor = 0.8;

  void options(Options& option) {
    Plane::options(option);
    option("factor", factor, kFraction, "radius of the inner circle");
  }
  Table load(const LoadContext& context) const {
    return scatter(context, 2, [this](std::int64_t label, double index, double count) -> std::array<double, 2> {
      const double t = 2 * kPi * index / count, r = label == 0 ? 1 : factor;
      return {r * math::cos(t), r * math::sin(t)};
    });
  }
};

const RegisterDataset<Circles> circles("circles", "a circle around a smaller one + noise·N(0, 1), as sklearn's make_circles");

}  // namespace
}  // namespace descent
