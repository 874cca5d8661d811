#include "descent/core/math.h"
#include "descent/data/generator.h"

namespace descent {
namespace {

// Arm c: r·(cos t, sin t) with t = 2π·(turns·r + c / classes) and r evenly over (0, 1].
struct Spirals : Plane {
  std::int64_t classes = 3;
  double turns = 0.75;
  Spirals() {
    samples = 300;
    noise = 0.02;
  }

  void options(Options& option) {
    Plane::options(option);
    option("classes", classes, {2, TargetColumn::kMostClasses}, "the number of arms");
    option("turns", turns, kAny, "how often an arm winds around");
  }
  Table load(const LoadContext& context) const {
    return scatter(context, classes, [this](std::int64_t label, double index, double count) -> std::array<double, 2> {
      const double r = (index + 1) / count, t = 2 * kPi * (turns * r + static_cast<double>(label) / static_cast<double>(classes));
      return {r * math::cos(t), r * math::sin(t)};
    });
  }
};

const RegisterDataset<Spirals> spirals("spirals", "arms that wind around the origin, one for each class, + noise·N(0, 1)");

}  // namespace
}  // namespace descent
