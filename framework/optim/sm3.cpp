#include <algorithm>

#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// AdaGrad with one number for each row, column, … instead of each element: SM3-II of Anil, Gupta, Koren, Singer 2019.
// ν = min over the axes of μ_axis[index] + g²;  w -= lr·g / (√ν + eps);  μ_axis[index] = max of the ν there
struct Sm3 : RuleOptions {
  double momentum = 0, eps = 1e-30;

  Sm3() { lr = 0.1; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("momentum", momentum, kFraction, "share of the mean direction that is kept");
    option("eps", eps, kNotNegative, "keeps the division finite");
  }
  Claims claims() const {
    return {{"rescaling"}, {"first_step"}, {"monotone_state"},
            {"regret"},    {"reddi"},      {"permutation", "elements of one row or column share its accumulator"}};
  }
  std::string formula() const {
    const std::string direction = "g/(√ν + eps)";
    return "ν = min(μ_axis[index]) + g²\n" +
           (momentum == 0 ? "w -= lr·" + direction : "m = momentum·m + (1 − momentum)·" + direction + "\nw -= lr·m") +
           "\nμ_axis[index] = max(ν)";
  }

  template <class T>
  void update(Pass<T>& pass) const {
    const Tensor g = pass.gradient(), u = empty(g.shape(), g.dtype());
    precondition(pass, g.data<T>(), u.data<T>());
    const T rate = static_cast<T>(pass.lr), keep = static_cast<T>(momentum), take = static_cast<T>(1 - momentum);
    T *const w = pass.value().template data<T>(), *const direction = u.data<T>();
    T* const m = momentum > 0 ? pass.state({"momentum_buffer"}).template data<T>() : nullptr;
    vectorized([=, n = g.size()] {
      for (std::int64_t i = 0; m && i < n; ++i) direction[i] = m[i] = keep * m[i] + take * direction[i];
      for (std::int64_t i = 0; i < n; ++i) w[i] -= rate * direction[i];
    });
  }

 private:
  static constexpr std::array<const char*, Shape::kMaxRank> kNames{"accumulator_0", "accumulator_1", "accumulator_2",
                                                                   "accumulator_3", "accumulator_4", "accumulator_5"};

  // u = g / (√ν + eps), and the accumulators' next values. Indices count like those of nested loops over the axes.
  template <class T>
  void precondition(Pass<T>& pass, const T* g, T* u) const {
    const Shape shape = pass.value().rank() == 0 ? Shape{1} : pass.value().shape();
    const auto axes = static_cast<std::size_t>(shape.rank());
    std::vector<std::vector<T>> before;
    std::array<T*, Shape::kMaxRank> after{};
    std::array<std::int64_t, Shape::kMaxRank> index{};
    for (std::size_t a = 0; a < axes; ++a) {
      const Tensor kept = pass.state({kNames[a]}, {shape[static_cast<int>(a)]});
      after[a] = kept.data<T>();
      before.emplace_back(after[a], after[a] + kept.size());
    }
    for (std::int64_t i = 0; i < shape.size(); ++i) {
      T least = before[0][static_cast<std::size_t>(index[0])];
      for (std::size_t a = 1; a < axes; ++a) least = std::min(least, before[a][static_cast<std::size_t>(index[a])]);
      const T sum = least + g[i] * g[i];
      u[i] = g[i] / (std::sqrt(sum) + static_cast<T>(eps));
      for (std::size_t a = 0; a < axes; ++a) after[a][index[a]] = std::max(after[a][index[a]], sum);
      for (std::size_t a = axes; a-- > 0 && ++index[a] == shape[static_cast<int>(a)];) index[a] = 0;
    }
  }
};

const RegisterOptimizer<Sm3> sm3("sm3", "Anil, Gupta, Koren, Singer 2019");

}  // namespace
}  // namespace descent::optim
