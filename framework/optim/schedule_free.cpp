#include <algorithm>

#include "descent/core/math.h"
#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// The parameter is y, where gradients are taken; z makes the steps, along d; x, their average, is what is evaluated:
// z -= lr·(d + weight_decay·y);  x += c·(z − x);  y = z + β·(x − z)      Defazio, Yang, Mehta, Mishchenko, Khaled, Cutkosky 2024
// with lr rising linearly for warmup_steps, and c the share of tʳ·max(lr)^weight_lr_power in its sum so far.
struct ScheduleFree : RuleOptions {
  std::int64_t warmup_steps = 0;
  double r = 0, weight_lr_power = 2;

  ScheduleFree() { decay = Decay::own; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("warmup_steps", warmup_steps, kNotNegative, "steps in which the rate rises to lr");
    option("r", r, kNotNegative, "power of t in the weight of step t in the average");
    option("weight_lr_power", weight_lr_power, kNotNegative, "power of the largest rate so far in that weight");
  }
  template <class Rule>
  static Dialects<Rule> only_paper() {
    return {{"paper", [](Rule&) {}}};
  }
  std::string formula(const std::string& direction, const std::string& beta) const {
    const std::string rate = warmup_steps == 0 ? "lr" : "η", weight = (r == 0 ? "" : "tʳ·") + ("max(" + rate + ")^weight_lr_power");
    return (warmup_steps == 0 ? "" : "η = min(1, t/warmup_steps)·lr\n") + direction + "z -= " + rate + "·" +
           (weight_decay == 0 ? "d" : "(d + weight_decay·y)") + "\nc = " + weight + "/Σ " + weight + "\nx += c·(z − x)\ny = z + " + beta +
           "·(x − z)";
  }

  // `direction` makes d of the gradient and of further states.
  template <class T, class Direction, class... States>
  void update(Pass<T>& pass, double beta, const Direction& direction, const States&... states) const {
    const auto t = static_cast<double>(pass.t);
    const double warm = pass.t < warmup_steps ? pass.lr * t / static_cast<double>(warmup_steps) : pass.lr;
    double &largest = pass.scalar({"lr_max"}), &sum = pass.scalar({"weight_sum"});
    largest = std::max(largest, warm);
    const double weight = math::pow(t, r) * math::pow(largest, weight_lr_power);
    sum += weight;
    const T rate = static_cast<T>(warm), c = static_cast<T>(sum == 0 ? 0 : weight / sum), b = static_cast<T>(beta);
    const T pull = static_cast<T>(weight_decay);
    const bool starts = pass.t == 1;
    pass(
        [=](T& y, T g, T& z, T& x, auto&... s) {
          const T z0 = starts ? y : z, x0 = starts ? y : x;
          z = z0 - rate * (direction(g, s...) + pull * y);
          x = x0 + c * (z - x0);
          y = z + b * (x - z);
        },
        State{"z"}, State{"average"}, states...);
  }
};

// d = g
struct ScheduleFreeSgd : ScheduleFree {
  double momentum = 0.9;

  ScheduleFreeSgd() { lr = 1; }
  void options(Options& option) {
    ScheduleFree::options(option);
    option("momentum", momentum, kFraction, "share of the average in the point where gradients are taken");
  }
  static auto dialects() { return only_paper<ScheduleFreeSgd>(); }
  static Claims claims() { return {{"rotation"}, {"min_norm"}, {"reddi"}}; }
  std::string formula() const { return ScheduleFree::formula("d = g\n", "momentum"); }

  template <class T>
  void update(Pass<T>& pass) const {
    ScheduleFree::update(pass, momentum, [](T g) { return g; });
  }
};

// v = β₂·v + (1−β₂)·g²;  d = g/(√(v/(1−β₂ᵗ)) + eps)
struct ScheduleFreeAdamW : ScheduleFree {
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8;

  ScheduleFreeAdamW() { lr = 2.5e-3; }
  void options(Options& option) {
    ScheduleFree::options(option);
    option("betas", betas, kFraction, "shares of the average in the point where gradients are taken, and of the mean square that is kept");
    option("eps", eps, kNotNegative, "added to the root");
  }
  static auto dialects() { return only_paper<ScheduleFreeAdamW>(); }
  static Claims claims() { return {{"rescaling"}, {"first_step"}}; }
  std::string formula() const { return ScheduleFree::formula("v = β₂·v + (1 − β₂)·g²\nd = g/(√v/√(1 − β₂ᵗ) + eps)\n", "β₁"); }

  template <class T>
  void update(Pass<T>& pass) const {
    const T b2 = static_cast<T>(betas[1]), c2 = static_cast<T>(1 - betas[1]), e = static_cast<T>(eps);
    const T scale = static_cast<T>(1 / std::sqrt(bias_correction(betas[1], pass.t)));
    const auto scaled = [=](T g, T& v) {
      v = b2 * v + c2 * (g * g);
      return g / (std::sqrt(v) * scale + e);
    };
    ScheduleFree::update(pass, betas[0], scaled, State{"exp_avg_sq"});
  }
};

const RegisterOptimizer<ScheduleFreeSgd> schedule_free_sgd("schedule_free_sgd", "Defazio et al. 2024");
const RegisterOptimizer<ScheduleFreeAdamW> schedule_free_adamw("schedule_free_adamw", "Defazio et al. 2024");

}  // namespace
}  // namespace descent::optim
