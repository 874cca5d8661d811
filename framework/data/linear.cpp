#include "descent/data/generator.h"

namespace descent {
namespace {

struct Linear : Regression {
  std::vector<double> weights = {2};
  double bias = 0;

  void options(Options& option) {
    Regression::options(option);
    option("weights", weights, kAny, "w, one for each feature");
    option("bias", bias, kAny, "b");
  }
  Table load(const LoadContext& context) const {
    if (weights.empty()) fail_argument("data: linear needs a weight at least");
    return regress(context, weights.size(), [this](const std::vector<double>& x) {
      double y = bias;
      for (std::size_t j = 0; j < x.size(); ++j) y += weights[j] * x[j];
      return y;
    });
  }
};

const RegisterDataset<Linear> linear("linear", "y = w·x + b + noise·N(0, 1), x uniform in [low, high)");

}  // namespace
}  // namespace descent
