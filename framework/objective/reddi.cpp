#include <algorithm>

#include "descent/autograd/ops.h"
#include "descent/objective/function.h"

namespace descent {
namespace {

constexpr int kPeriod = 101;
constexpr double kRare = 1010, kFrequent = -10, kMean = (kRare + (kPeriod - 1) * kFrequent) / kPeriod;

// An online problem on which Adam and RMSprop walk away from the minimum: the rare large gradients are right, the frequent small ones
// wrong. Reddi, Kale, Kumar 2018, section 3.
class Reddi final : public Function {
 public:
  Reddi() : Function({"reddi", "1010*x in steps 1, 102, 203, …, -10*x in all others, on [-1, 1]", {0}, -kMean, {{-1}}}) {
    definition_.value = [](const Tensor& x) { return x * kMean; };
  }

  void options(Options& option) override { option("start", start_, {-1, 1}, "the first point"); }

  Tensor sample(const std::vector<Tensor>& parameters, std::int64_t step) const override {
    return parameters[0] * (step % kPeriod == 1 ? kRare : kFrequent);
  }

  void project(const std::vector<Tensor>& parameters) const override {
    dispatch(parameters[0].dtype(), [&](auto zero) {
      using T = decltype(zero);
      T& x = *parameters[0].data<T>();
      x = std::clamp(x, T(-1), T(1));
    });
  }
};

const Register<Objective, Reddi> reddi("reddi", "an online problem on which Adam fails (Reddi, Kale, Kumar 2018)");

}  // namespace
}  // namespace descent
