#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "descent/core/rng.h"
#include "descent/optim/structural.h"
#include "descent/optim/walk.h"

namespace descent::optim {
namespace {

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

// Σ scale·aᵢ(wᵢ − cᵢ)²/2
Slope bowl(double scale) {
  return [=](const Vector& w, std::int64_t, Vector& g) {
    double loss = 0;
    for (std::size_t i = 0; i < w.size(); ++i) {
      const double a = scale * (1 + static_cast<double>(i)), x = w[i] - 0.5 + static_cast<double>(i) / 3;
      g[i] = a * x;
      loss += a * x * x / 2;
    }
    return loss;
  };
}

double rescaling(const std::string& optimizer) {
  const auto end = [&](double scale) {
    Walk walk(optimizer, without_eps(optimizer), {1, -2, 0.25, 3});
    walk.optimizer().set_minimum(0);
    walk.steps(bowl(scale), 10);
    return walk.w();
  };
  return std::max(distance(end(1e-3), end(1)), distance(end(1e3), end(1)));
}

// Q·v, a product of plane rotations; `back`: Qᵀ·v.
Vector rotated(Vector v, bool back = false) {
  constexpr double kCos = 0.6, kSin = 0.8;
  for (std::size_t n = 0; n + 1 < v.size(); ++n) {
    const std::size_t i = back ? v.size() - 2 - n : n;
    const double a = v[i], b = v[i + 1], s = back ? -kSin : kSin;
    v[i] = kCos * a - s * b;
    v[i + 1] = s * a + kCos * b;
  }
  return v;
}

double rotation(const std::string& optimizer) {
  const Vector start{1, -2, 0.25, 3};
  Walk walk(optimizer, without_eps(optimizer), start), turned(optimizer, without_eps(optimizer), rotated(start));
  walk.optimizer().set_minimum(0);
  turned.optimizer().set_minimum(0);
  const Slope slope = bowl(1);
  walk.steps(slope, 10);
  turned.steps(
      [&](const Vector& u, std::int64_t t, Vector& g) {
        const double loss = slope(rotated(u, true), t, g);
        g = rotated(g);
        return loss;
      },
      10);
  return distance(turned.w(), rotated(walk.w()));
}

double first_step(const std::string& optimizer) {
  Walk walk(optimizer, without_eps(optimizer), Vector(4));
  walk.step(bowl(1));
  Vector lengths;
  for (const double x : walk.w()) lengths.push_back(std::abs(x));
  return distance(lengths, Vector(4, default_rate(optimizer)));
}

double monotone_state(const std::string& optimizer) {
  Walk walk(optimizer, Value::map(), {1, -2, 0.25, 3});
  double worst = 0;
  Vector before;
  for (int t = 0; t < 20; ++t) {
    walk.step(bowl(1));
    const auto& state = walk.optimizer().parameters()[0].state;
    if (state.empty()) return 1;
    const Vector now = state[0].second.to_vector();
    for (std::size_t i = 0; i < before.size(); ++i) worst = std::max(worst, before[i] - now[i]);
    before = now;
  }
  return worst;
}

// Regret over its bound, (D²/(2·lr) + lr)·Σᵢ‖g₁..ₜ,ᵢ‖₂ with D the greatest distance |x − x*| of an element: Duchi, Hazan, Singer 2011,
// theorem 5. The losses are |⟨aₜ, x⟩ − bₜ| with three of ten features each, and are zero at x*.
double regret_ratio(const std::string& optimizer, std::uint64_t stream) {
  constexpr std::size_t kFeatures = 10;
  constexpr double kRate = 1;
  Rng rng(stream);
  Vector solution(kFeatures), squares(kFeatures);
  for (double& x : solution) x = rng.normal();
  Walk walk(optimizer, Value::map({{"lr", kRate}}), Vector(kFeatures));
  double regret = 0, reach = 0;
  for (int t = 0; t < 200; ++t) {
    Vector a(kFeatures);
    for (int k = 0; k < 3; ++k) a[rng.below(kFeatures)] = rng.normal();
    walk.step([&](const Vector& x, std::int64_t, Vector& g) {
      const double error = dot(a, x) - dot(a, solution);
      for (std::size_t i = 0; i < kFeatures; ++i) {
        g[i] = error == 0 ? 0 : std::copysign(1.0, error) * a[i];
        squares[i] += g[i] * g[i];
        reach = std::max(reach, std::abs(x[i] - solution[i]));
      }
      regret += std::abs(error);
      return std::abs(error);
    });
  }
  double norms = 0;
  for (const double square : squares) norms += std::sqrt(square);
  return regret / ((reach * reach / (2 * kRate) + kRate) * norms);
}

double regret(const std::string& optimizer) {
  double worst = 0;
  for (std::uint64_t stream = 0; stream < 15; ++stream) worst = std::max(worst, regret_ratio(optimizer, stream));
  return worst;
}

// Where the iterates lie on [-1, 1] in the last ten periods, at the best of several rates; the minimum is at -1.
double reddi(const std::string& optimizer) {
  constexpr std::int64_t kPeriod = 101, kPeriods = 200, kSeen = 10;
  double best = 1;
  for (const double rate : {1e-4, 1e-3, 1e-2, 1e-1, 1.0}) {
    Walk walk(optimizer, Value::map({{"lr", rate}}), {0});
    walk.optimizer().set_minimum(-1010);
    double sum = 0;
    for (std::int64_t t = 1; t <= kPeriod * kPeriods; ++t) {
      walk.step([&](const Vector& x, std::int64_t, Vector& g) {
        g[0] = t % kPeriod == 1 ? 1010 : -10;
        return g[0] * x[0];
      });
      const double x = std::clamp(walk.w()[0], -1.0, 1.0);
      walk.set_w({x});
      if (t > kPeriod * (kPeriods - kSeen)) sum += x;
    }
    best = std::min(best, sum / (kPeriod * kSeen));
  }
  return best;
}

// Distance from the shortest solution of two equations with four unknowns, from 0 (Wilson, Roelofs, Stern, Srebro, Recht 2017). The rows
// are orthogonal, so the shortest solution is Σ rowₖ·bₖ/‖rowₖ‖².
double min_norm(const std::string& optimizer) {
  const std::array<Vector, 2> rows{Vector{1, 2, 0, 1}, Vector{2, -1, 1, 0}};
  const std::array<double, 2> b{3, 1};
  Vector shortest(4);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    for (std::size_t i = 0; i < 4; ++i) shortest[i] += rows[k][i] * b[k] / dot(rows[k], rows[k]);
  }
  Walk walk(optimizer, options_of(optimizer, {{"lr", 0.05}, {"weight_decay", 0}}), Vector(4));
  walk.optimizer().set_minimum(0);
  walk.steps(
      [&](const Vector& w, std::int64_t, Vector& g) {
        double loss = 0;
        for (std::size_t k = 0; k < rows.size(); ++k) {
          const double error = dot(rows[k], w) - b[k];
          for (std::size_t i = 0; i < 4; ++i) g[i] += error * rows[k][i];
          loss += error * error / 2;
        }
        return loss;
      },
      3000);
  return distance(walk.w(), shortest);
}

// On w² + 10b² the best fixed rate, 2/(L + μ) = 1/11, shrinks the distance by (κ − 1)/(κ + 1) = 9/11 a step.
double contraction(const std::string& optimizer) {
  Walk walk(optimizer, options_of(optimizer, {{"lr", 1.0 / 11}, {"momentum", 0}, {"nesterov", false}, {"weight_decay", 0}}), {1, 1});
  const Slope slope = [](const Vector& w, std::int64_t, Vector& g) {
    g = {2 * w[0], 20 * w[1]};
    return w[0] * w[0] + 10 * w[1] * w[1];
  };
  walk.steps(slope, 50);
  const double before = dot(walk.w(), walk.w());
  walk.step(slope);
  return std::abs(std::sqrt(dot(walk.w(), walk.w()) / before) - 9.0 / 11);
}

// The longest step of an element, over lr·(1 − β₁)/√(1 − β₂), under rare gradients: Kingma, Ba 2015, section 2.1.
double bounded_step(const std::string& optimizer) {
  Walk walk(optimizer, without_eps(optimizer), {0});
  double longest = 0;
  for (int t = 0; t < 3000; ++t) {
    const double before = walk.w()[0];
    walk.step([&](const Vector&, std::int64_t, Vector& g) {
      g[0] = t % 1000 == 999 ? 1 : 1e-6;
      return g[0];
    });
    longest = std::max(longest, std::abs(walk.w()[0] - before));
  }
  return longest / default_rate(optimizer) / (0.1 / std::sqrt(0.001));
}

// The distance from AdaGrad's path with eps 0, from 0.
double equals_adagrad(const std::string& optimizer) {
  const auto end = [](const std::string& type, const Value& options) {
    Walk walk(type, options, Vector(4));
    walk.steps(bowl(1), 20);
    return walk.w();
  };
  const std::vector<std::pair<std::string, Value>> common{
      {"lr", 0.5}, {"initial_accumulator_value", 0.1}, {"beta", 0}, {"l1", 0}, {"l2", 0}, {"l2_shrinkage", 0}};
  const auto plain = [&](const std::string& type) {
    Value options = without_eps(type);
    for (const auto& [name, value, mark] : options_of(type, common).entries) options.set(name, value);
    return options;
  };
  return distance(end(optimizer, plain(optimizer)), end("adagrad", plain("adagrad")));
}

}  // namespace

std::vector<Property> theorems() {
  return {{"rescaling", "gradients times a constant leave the path, with eps 0", false, 1e-13, rescaling},
          {"rotation", "rotating the space rotates the path", false, 1e-13, rotation},
          {"first_step", "the first step is lr long in every element, with eps 0", false, 1e-14, first_step},
          {"bounded_step", "no step is longer than lr·(1 - β₁)/√(1 - β₂) (Kingma, Ba 2015)", false, 1, bounded_step},
          {"monotone_state", "the accumulator never decreases", false, 0, monotone_state},
          {"regret", "regret over its bound (Duchi, Hazan, Singer 2011, theorem 5)", false, 1, regret},
          {"equals_adagrad", "without regularisation it is AdaGrad", false, 1e-14, equals_adagrad},
          {"min_norm", "from 0 it finds the shortest solution (Wilson et al. 2017)", false, 1e-9, min_norm},
          {"contraction", "the distance shrinks by (κ-1)/(κ+1) a step at the best rate", false, 1e-9, contraction},
          {"reddi", "where it stays on Reddi's example; the minimum is at -1 (Reddi, Kale, Kumar 2018)", false, 0, reddi}};
}

}  // namespace descent::optim
