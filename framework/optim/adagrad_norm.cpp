#include <numeric>

#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// G += ‖g‖²;  w -= lr·g / (√G + eps)      Ward, Wu, Bottou 2019: AdaGrad with one number for all parameters of a group
struct AdagradNorm : RuleOptions {
  double initial_accumulator_value = 0, eps = 1e-10;

  AdagradNorm() { lr = 1e-2; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("initial_accumulator_value", initial_accumulator_value, kNotNegative, "G before the first step");
    option("eps", eps, kNotNegative, "keeps the division finite");
  }
  Claims claims() const {
    return {{"rotation"},
            {"rescaling"},
            {"monotone_state"},
            {"reddi"},
            {"group_split", "the norm is that of all parameters of a group together"},
            {"permutation", "the norm rounds differently in another order"}};
  }
  std::string formula() const { return "G += ‖g‖²\nw -= lr·g/(√G + eps)"; }

  void update(Flat& flat) const {
    double& sum = flat.scalar({"sum", initial_accumulator_value});
    sum = std::inner_product(flat.g.begin(), flat.g.end(), flat.g.begin(), sum);
    const double rate = sum == 0 ? 0 : flat.lr / (std::sqrt(sum) + eps);
    for (std::size_t i = 0; i < flat.w.size(); ++i) flat.w[i] -= rate * flat.g[i];
  }
};

const RegisterOptimizer<AdagradNorm> adagrad_norm("adagrad_norm", "Ward, Wu, Bottou 2019");

}  // namespace
}  // namespace descent::optim
