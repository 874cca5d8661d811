#include "descent/data/generator.h"

namespace descent {
namespace {

struct Polynomial : Regression {
  std::vector<double> coefficients = {0, 0, 1};

  void options(Options& option) {
    Regression::options(option);
    option("coefficients", coefficients, kAny, "c0, c1, c2, …");
  }
  Table load(const LoadContext& context) const {
    return regress(context, 1, [this](const std::vector<double>& x) {
      double y = 0;
      for (auto c = coefficients.rbegin(); c != coefficients.rend(); ++c) y = y * x[0] + *c;
      return y;
    });
  }
};

const RegisterDataset<Polynomial> polynomial("polynomial", "y = c0 + c1·x + c2·x² + … + noise·N(0, 1), x uniform in [low, high)");

}  // namespace
}  // namespace descent
