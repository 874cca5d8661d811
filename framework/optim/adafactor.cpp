#include <algorithm>
#include <limits>

#include "descent/autograd/kernels.h"
#include "descent/core/math.h"
#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// β = 1 − t^beta2_decay;  R, C = β·(R, C) + (1−β)·mean of g² over the columns, over the rows;  V = R·C/mean(R), for a vector
// V = β·V + (1−β)·g²;  u = g / max(√V, eps₁);  w -= max(eps₂, rms(w))·min(lr, 1/√t) · u / max(1, rms(u)/d)      Shazeer, Stern 2018
// eps₁ as in the paper is added to g² instead. Of more than two axes, the last two are rows and columns.
struct Adafactor : RuleOptions {
  enum class EpsPlacement { clamp, added };
  double beta2_decay = -0.8, d = 1;
  std::vector<double> eps{1e-3};
  bool relative_step = true, scale_parameter = true;
  EpsPlacement eps_placement = EpsPlacement::clamp;

  Adafactor() { lr = 1e-2, decay = Decay::decoupled; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("beta2_decay", beta2_decay, {-kInfinity, 0}, "a share of 1 - t^beta2_decay of the mean squares is kept");
    option("eps", eps, kNotNegative, "eps₁, which keeps the division finite, and eps₂, the least rms(w); one number: eps₂");
    option("eps_placement", eps_placement, {"clamp", "added"}, "eps₁: the least √V, or added to g²");
    option("d", d, kAtLeastOne, "the greatest root mean square of an update, before the rate");
    option("relative_step", relative_step, "the rate of step t is at most 1/√t");
    option("scale_parameter", scale_parameter, "the rate is relative to the root mean square of the parameter");
  }
  void check(const Value& given, const Reading& reading) const {
    if (eps.size() == 1 || eps.size() == 2) return;
    const Value* asked = given.find("eps");
    reading.at("eps").error(asked ? *asked : given, "expected one or two numbers");
  }
  static Dialects<Adafactor> dialects() {
    const auto paper = [](Adafactor& a) { a.eps = {1e-30, 1e-3}, a.eps_placement = EpsPlacement::added, a.decay = Decay::none; };
    return {{"pytorch", [](Adafactor&) {}},
            {"keras",
             [](Adafactor& a) {
               a.lr = 1e-3, a.eps = {1e-30, 1e-3}, a.eps_placement = EpsPlacement::added;
             }},
            {"paper", paper}};
  }
  Claims claims() const {
    return {{"rescaling"},
            {"permutation", "elements of one row or column share its mean square, and the norms are those of a whole tensor"}};
  }
  std::string formula() const {
    const bool is_added = eps_placement == EpsPlacement::added;
    const std::string square = is_added ? "(g² + eps₁)" : "g²", rate = relative_step ? "min(lr, 1/√t)" : "lr";
    return "β = 1 − t^beta2_decay\nR = β·R + (1 − β)·row mean of " + square + "\nC = β·C + (1 − β)·column mean of " + square +
           "\nV = R·C/mean(R)\nu = g/" + (is_added ? "√V" : "max(√V, eps₁)") + "\nw -= " + (scale_parameter ? "max(eps₂, rms(w))·" : "") +
           rate + "·u/max(1, rms(u)/d)";
  }

  template <class T>
  void update(Pass<T>& pass) const {
    const double step = static_cast<double>(pass.t), n = static_cast<double>(pass.value().size());
    const auto rms = [n](const Tensor& x) { return std::sqrt(square_sum(x.size(), x.data<T>()) / n); };
    const double rate = relative_step ? std::min(pass.lr, 1 / std::sqrt(step)) : pass.lr;
    const double scale = scale_parameter ? std::max(eps.back(), rms(pass.value())) : 1;  // of the value before its decay
    const Tensor g = pass.gradient(), u = empty(g.shape(), g.dtype());
    const double take = math::pow(step, beta2_decay);
    g.rank() > 1 ? factored(pass, g, u.data<T>(), take) : plain(pass, g, u.data<T>(), take);
    const bool is_clamped = eps_placement == EpsPlacement::clamp;
    vectorized([=, n = g.size(), slope = g.data<T>(), v = u.data<T>(), least = is_clamped ? small<T>() : T(0)] {
      for (std::int64_t i = 0; i < n; ++i) v[i] = slope[i] / std::max(std::sqrt(v[i]), least);
    });
    vectorized([n = g.size(), w = pass.value().template data<T>(), direction = u.data<T>(),
                factor = static_cast<T>(scale * rate / std::max(1.0, rms(u) / d))] {
      for (std::int64_t i = 0; i < n; ++i) w[i] -= factor * direction[i];
    });
  }

 private:
  template <class T>
  T small() const {
    return eps.size() == 2 ? static_cast<T>(eps[0]) : std::numeric_limits<T>::epsilon();
  }
  template <class T>
  T added() const {
    return eps_placement == EpsPlacement::added ? small<T>() : T(0);
  }

  template <class T>
  void plain(Pass<T>& pass, const Tensor& g, T* v, double take) const {
    T* const kept = pass.state({"variance"}).template data<T>();
    vectorized([=, n = g.size(), slope = g.data<T>(), more = added<T>(), share = static_cast<T>(take)] {
      for (std::int64_t i = 0; i < n; ++i) v[i] = kept[i] += share * (slope[i] * slope[i] + more - kept[i]);
    });
  }

  // V of every matrix that the last two axes make.
  template <class T>
  void factored(Pass<T>& pass, const Tensor& g, T* v, double take) const {
    Shape of_rows = g.shape(), of_columns = g.shape();
    const int last = g.rank() - 1;
    of_rows[last] = 1, of_columns[last - 1] = 1;
    T *r = pass.state({"row_var"}, of_rows).template data<T>(), *c = pass.state({"col_var"}, of_columns).template data<T>();
    const std::int64_t rows = g.shape()[last - 1], columns = g.shape()[last];
    const T* slope = g.data<T>();
    for (std::int64_t at = 0; at < g.size(); at += rows * columns) {
      follow(rows, columns, slope + at, r, c, take);
      double mean = 0;
      for (std::int64_t i = 0; i < rows; ++i) mean += static_cast<double>(r[i]) / static_cast<double>(rows);
      const T divisor = std::max(static_cast<T>(mean), small<T>());
      for (std::int64_t i = 0; i < rows * columns; ++i) v[at + i] = r[i / columns] * c[i % columns] / divisor;
      r += rows, c += columns;
    }
  }
  template <class T>
  void follow(std::int64_t rows, std::int64_t columns, const T* g, T* r, T* c, double take) const {
    std::vector<double> sums(static_cast<std::size_t>(columns));
    const auto move = [take](T& kept, double mean) { kept += static_cast<T>(take * (mean - static_cast<double>(kept))); };
    for (std::int64_t i = 0; i < rows; ++i) {
      double sum = 0;
      for (std::int64_t j = 0; j < columns; ++j) {
        const double slope = static_cast<double>(g[i * columns + j]), square = slope * slope + static_cast<double>(added<T>());
        sum += square;
        sums[static_cast<std::size_t>(j)] += square;
      }
      move(r[i], sum / static_cast<double>(columns));
    }
    for (std::int64_t j = 0; j < columns; ++j) move(c[j], sums[static_cast<std::size_t>(j)] / static_cast<double>(rows));
  }
};

const RegisterOptimizer<Adafactor> adafactor("adafactor", "Shazeer, Stern 2018");

}  // namespace
}  // namespace descent::optim
