#include <algorithm>
#include <numeric>

#include "descent/optim/line_search.h"
#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

using Vector = std::vector<double>;

double dot(const double* a, const Vector& b) { return std::inner_product(b.begin(), b.end(), a, 0.0); }
double dot(const Vector& a, const Vector& b) { return dot(a.data(), b); }
double largest(const Vector& a) {
  return std::accumulate(a.begin(), a.end(), 0.0, [](double top, double x) { return std::max(top, std::abs(x)); });
}
// y += factor·x
void add(Vector& y, double factor, const double* x) {
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += factor * x[i];
}

// What is kept from iteration to iteration: the last gradient and step, and the last pairs y, s of their changes, from which Nocedal's two
// loops make the product of the inverse Hessian with a gradient (Nocedal, Wright 2006, algorithm 7.4).
class History {
 public:
  History(Flat& flat, std::int64_t most)
      : n_(static_cast<std::int64_t>(flat.w.size())),
        most_(most),
        iterations_(flat.scalar({"n_iter"})),
        pairs_(flat.scalar({"pairs"})),
        t_(flat.scalar({"t"})),
        scale_(flat.scalar({"H_diag", 1})),
        d_(flat.state({"d"}, {n_})),
        g_(flat.state({"prev_flat_grad"}, {n_})),
        y_(flat.state({"old_dirs"}, {most, n_})),
        s_(flat.state({"old_stps"}, {most, n_})),
        rho_(flat.state({"ro"}, {most})) {}

  bool is_new() const { return iterations_ == 0; }

  // The next direction from the gradient at the point that was reached.
  Vector direction(const Vector& g) {
    if (!is_new()) add_pair(g);
    Vector q(g.size());
    for (std::size_t i = 0; i < q.size(); ++i) q[i] = -g[i];
    Vector alpha(static_cast<std::size_t>(most_));
    const auto newest = static_cast<std::int64_t>(pairs_), oldest = std::max<std::int64_t>(newest - most_, 0);
    for (std::int64_t k = newest; k-- > oldest;) {
      double& a = alpha[static_cast<std::size_t>(k % most_)];
      a = dot(s(k), q) * rho(k);
      add(q, -a, y(k));
    }
    for (double& x : q) x *= scale_;
    for (std::int64_t k = oldest; k < newest; ++k) add(q, alpha[static_cast<std::size_t>(k % most_)] - dot(y(k), q) * rho(k), s(k));
    std::copy(g.begin(), g.end(), g_.data<double>());
    std::copy(q.begin(), q.end(), d_.data<double>());
    ++iterations_;
    return q;
  }
  void set_step(double t) { t_ = t; }

 private:
  double* y(std::int64_t k) const { return y_.data<double>() + k % most_ * n_; }
  double* s(std::int64_t k) const { return s_.data<double>() + k % most_ * n_; }
  double& rho(std::int64_t k) const { return rho_.data<double>()[k % most_]; }

  // Only of positive curvature, so that the matrix stays positive definite.
  void add_pair(const Vector& g) {
    const double *before = g_.data<double>(), *direction = d_.data<double>();
    Vector change(g.size()), step(g.size());
    for (std::size_t i = 0; i < g.size(); ++i) change[i] = g[i] - before[i], step[i] = direction[i] * t_;
    const double curvature = dot(change, step);
    if (!(curvature > 1e-10)) return;
    const auto k = static_cast<std::int64_t>(pairs_);
    std::copy(change.begin(), change.end(), y(k));
    std::copy(step.begin(), step.end(), s(k));
    rho(k) = 1 / curvature;
    scale_ = curvature / dot(change, change);
    ++pairs_;
  }

  const std::int64_t n_, most_;
  double &iterations_, &pairs_, &t_, &scale_;
  const Tensor d_, g_, y_, s_, rho_;
};

// w += t·d with d = −H·g, H the inverse Hessian as the last history_size steps show it, and t by line search: max_iter times in a step
// Liu, Nocedal 1989; everything as in torch.optim.LBFGS, but the line search is on by default
struct Lbfgs : RuleOptions {
  enum class LineSearch { strong_wolfe, none };
  std::int64_t max_iter = 20, history_size = 100;
  std::optional<std::int64_t> max_eval;
  double tolerance_grad = 1e-7, tolerance_change = 1e-9;
  LineSearch line_search_fn = LineSearch::strong_wolfe;

  Lbfgs() { lr = 1; }
  void options(Options& option) {
    RuleOptions::options(option);
    option("max_iter", max_iter, kAtLeastOne, "iterations in a step");
    option("max_eval", max_eval, kAtLeastOne, "evaluations of the loss in a step after which no iteration begins; unset: 5/4 of max_iter");
    option("tolerance_grad", tolerance_grad, kNotNegative, "a step ends where no element of the gradient is larger");
    option("tolerance_change", tolerance_change, kNotNegative, "a step ends when loss or parameters change by less");
    option("history_size", history_size, {1, 10'000}, "steps that are remembered");
    option("line_search_fn", line_search_fn, {"strong_wolfe", "none"}, "finds the step's length; none: it is lr");
  }
  // Both would make the loss another function than the one whose gradient the rule sees.
  void check(const Value& given, const Reading& reading) const {
    const char* const why = "lbfgs evaluates the loss of all parameters several times in a step";
    for (const char* key : {"groups", "accumulate"}) {
      const Value* asked = given.find(key);
      if (asked && asked->text != "1") reading.at(key).error(*asked, why);
    }
    const Value* asked = given.find("decay");
    if (decay == Decay::decoupled) reading.at("decay").error(asked ? *asked : given, "lbfgs minimises the loss with its decay: l2");
  }
  Claims claims() const {
    return {{"group_split", "the inverse Hessian relates all parameters to each other: groups are refused"},
            {"permutation", "scalar products round differently in another order"}};
  }
  std::string formula() const {
    return std::string("d = −H·g, H from the last history_size changes of w and g\nw += t·d, ") +
           (line_search_fn == LineSearch::none ? "t = lr" : "t by strong Wolfe line search from lr") + "\nmax_iter times";
  }

  void update(Flat& flat) const {
    History history(flat, history_size);
    if (flat.lr == 0 || largest(flat.g) <= tolerance_grad) return;
    const std::int64_t most = max_eval.value_or(max_iter * 5 / 4);
    double loss = flat.loss();
    std::int64_t evaluations = 1;
    for (std::int64_t k = 1; k <= max_iter && flat.evaluations_left() > 0; ++k) {
      double t = flat.lr * (history.is_new() ? std::min(1.0, 1 / sum_of_absolutes(flat.g)) : 1);
      const Vector d = history.direction(flat.g);
      history.set_step(t);
      if (dot(flat.g, d) > -tolerance_change) return;
      const double before = loss;
      if (line_search_fn == LineSearch::strong_wolfe) {
        t = search(flat, d, t, loss, evaluations);
        history.set_step(t);
      } else {
        add(flat.w, t, d.data());
        if (k == max_iter) return;  // nobody needs the loss there
        loss = flat.evaluate();
        ++evaluations;
      }
      const bool is_still = std::abs(t) * largest(d) <= tolerance_change || std::abs(loss - before) < tolerance_change;
      if (evaluations >= most || largest(flat.g) <= tolerance_grad || is_still) return;
    }
  }

 private:
  static double sum_of_absolutes(const Vector& g) {
    return std::accumulate(g.begin(), g.end(), 0.0, [](double sum, double x) { return sum + std::abs(x); });
  }

  // Moves to the length that it returns, with loss and gradient there.
  double search(Flat& flat, const Vector& d, double t, double& loss, std::int64_t& evaluations) const {
    const Vector from = flat.w;
    const auto probe = [&](double length) {
      flat.w = from;
      add(flat.w, length, d.data());
      const double value = flat.evaluate();
      ++evaluations;
      return Probe{length, value, flat.g, dot(flat.g, d)};
    };
    const Probe start{0, loss, flat.g, dot(flat.g, d)};
    Probe found = strong_wolfe(probe, start, t, largest(d), tolerance_change, std::min<std::int64_t>(26, flat.evaluations_left()));
    flat.w = from;
    add(flat.w, found.t, d.data());
    flat.g = std::move(found.g);
    loss = found.loss;
    return found.t;
  }
};

const RegisterOptimizer<Lbfgs> lbfgs("lbfgs", "Liu, Nocedal 1989");

}  // namespace
}  // namespace descent::optim
