#include "descent/core/math.h"
#include "descent/data/generator.h"

namespace descent {
namespace {

struct Sine : Regression {
  double amplitude = 1, frequency = 1, phase = 0;
  Sine() {
    low = -kPi;
    high = kPi;
  }

  void options(Options& option) {
    Regression::options(option);
    option("amplitude", amplitude, kAny, "height of the wave");
    option("frequency", frequency, kAny, "radians for each unit of x");
    option("phase", phase, kAny, "radians at x = 0");
  }
  Table load(const LoadContext& context) const {
    return regress(context, 1, [this](const std::vector<double>& x) { return amplitude * math::sin(frequency * x[0] + phase); });
  }
};

const RegisterDataset<Sine> sine("sine", "y = amplitude·sin(frequency·x + phase) + noise·N(0, 1), x uniform in [low, high)");

}  // namespace
}  // namespace descent
