#include "descent/optim/optimizer.h"

namespace descent::optim {
namespace {

// m = β₁·m + (1−β₁)·g;  v = β₂·v + (1−β₂)·g²;  w -= lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + eps)      Kingma, Ba 2015
// amsgrad (Reddi, Kale, Kumar 2018): the largest v so far instead of v
struct Adam : RuleOptions {
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8;
  bool amsgrad = false;

  void options(Options& option) {
    RuleOptions::options(option);
    option("betas", betas, kFraction, "shares of the mean and of the mean square that are kept");
    option("eps", eps, kNotNegative, "added to the root");
    option("amsgrad", amsgrad, "divide by the largest mean square so far");
  }

  template <class T>
  void update(Pass<T>& pass) const {
    const T b1 = static_cast<T>(betas[0]), b2 = static_cast<T>(betas[1]), e = static_cast<T>(eps);
    const T c1 = static_cast<T>(1 - betas[0]), c2 = static_cast<T>(1 - betas[1]);
    const T rate = static_cast<T>(pass.lr / bias_correction(betas[0], pass.t));
    const T correction = static_cast<T>(1 / std::sqrt(bias_correction(betas[1], pass.t)));
    const auto moments = [=](T g, T& m, T& v) {
      m = b1 * m + c1 * g;
      v = b2 * v + c2 * (g * g);
    };
    const State mean{"exp_avg"}, square{"exp_avg_sq"}, largest{"max_exp_avg_sq"};
    if (amsgrad) {
      pass(
          [=](T& w, T g, T& m, T& v, T& top) {
            moments(g, m, v);
            top = v > top ? v : top;
            w -= rate * m / (std::sqrt(top) * correction + e);
          },
          mean, square, largest);
    } else {
      pass(
          [=](T& w, T g, T& m, T& v) {
            moments(g, m, v);
            w -= rate * m / (std::sqrt(v) * correction + e);
          },
          mean, square);
    }
  }
};

const RegisterOptimizer<Adam> adam("adam", "Kingma, Ba 2015");

}  // namespace
}  // namespace descent::optim
