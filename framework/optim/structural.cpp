#include <algorithm>
#include <cmath>

#include "descent/core/rng.h"
#include "descent/optim/structural.h"
#include "descent/optim/walk.h"

namespace descent::optim {
namespace {

constexpr std::int64_t kSteps = 10;
const std::vector<Shape> kShapes{{2, 3}, {4}};
const std::vector<double> kStart{0.5, -1.5, 2, 0.25, -0.75, 1, 3, -2, 1.25, -0.5};

// Σ aᵢ(wᵢ − cᵢ)²/2 + nᵢ(t)·wᵢ with noise n. `order[i]` is the number of element i; sign -1 for its negative.
Slope noisy_bowl(const std::vector<std::size_t>& order, double sign = 1) {
  return [=](const std::vector<double>& w, std::int64_t t, std::vector<double>& g) {
    double loss = 0;
    for (std::size_t i = 0; i < w.size(); ++i) {
      const auto number = static_cast<double>(order[i]);
      Rng rng(order[i], Stream::user, static_cast<std::uint64_t>(t));
      const double a = 1 + number / 4, c = 1 - number / 3, noise = rng.normal();
      g[i] = sign * (a * (w[i] - c) + noise);
      loss += sign * (a * (w[i] - c) * (w[i] - c) / 2 + noise * w[i]);
    }
    return loss;
  };
}

std::vector<std::size_t> in_order() {
  std::vector<std::size_t> order(kStart.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  return order;
}

// Polyak's rule knows a minimum: one below all losses here.
Walk start(const std::string& optimizer, const Value& options = Value::map(), const std::vector<double>& at = kStart, double sign = 1) {
  Walk walk(optimizer, options, kShapes, at);
  walk.optimizer().set_minimum(sign * -100);
  return walk;
}

std::vector<double> path_end(const std::string& optimizer, const Value& options = Value::map()) {
  Walk walk = start(optimizer, options);
  walk.steps(noisy_bowl(in_order()), kSteps);
  return walk.w();
}

double permutation(const std::string& optimizer) {
  const std::vector<std::size_t> order{3, 0, 2, 5, 4, 1, 9, 6, 8, 7};
  std::vector<double> at, expected;
  for (const std::size_t i : order) at.push_back(kStart[i]);
  Walk walk = start(optimizer, Value::map(), at);
  walk.steps(noisy_bowl(order), kSteps);
  const std::vector<double> end = path_end(optimizer);
  for (const std::size_t i : order) expected.push_back(end[i]);
  return distance(walk.w(), expected);
}

double group_split(const std::string& optimizer) {
  return distance(path_end(optimizer, Value::map({{"groups", Value::list({Value::map({{"match", "b"}})})}})), path_end(optimizer));
}

double save_load(const std::string& optimizer) {
  double worst = 0;
  const std::vector<double> expected = path_end(optimizer);
  const Slope slope = noisy_bowl(in_order());
  for (std::int64_t at = 1; at < kSteps; ++at) {
    Walk first = start(optimizer);
    first.steps(slope, at);
    Walk second = start(optimizer, Value::map(), first.w());
    second.optimizer().set_state(first.optimizer().state());
    second.steps([&](const auto& w, std::int64_t t, auto& g) { return slope(w, t + at, g); }, kSteps - at);
    worst = std::max(worst, distance(second.w(), expected));
  }
  return worst;
}

double zero_gradient(const std::string& optimizer) {
  Walk walk = start(optimizer, options_of(optimizer, {{"weight_decay", 0}}));
  walk.steps([](const auto&, std::int64_t, auto&) { return 1; }, 3);
  return distance(walk.w(), kStart);
}

double maximize(const std::string& optimizer) {
  Walk walk = start(optimizer, Value::map({{"maximize", true}}), kStart, -1);
  walk.steps(noisy_bowl(in_order(), -1), kSteps);
  return distance(walk.w(), path_end(optimizer));
}

double zero_rate(const std::string& optimizer) {
  Walk walk = start(optimizer, Value::map({{"lr", 0}}));
  walk.steps(noisy_bowl(in_order()), kSteps);
  return distance(walk.w(), kStart);
}

}  // namespace

std::vector<Property> structural_properties() {
  return {{"permutation", "reordering the elements reorders the path", true, 0, permutation},
          {"group_split", "a group with the same options changes nothing", true, 0, group_split},
          {"save_load", "a restored state goes on as if nothing had happened, at any step", true, 0, save_load},
          {"zero_gradient", "without gradients and decay a fresh optimizer stays", true, 0, zero_gradient},
          {"maximize", "maximising the negated loss is minimising the loss", true, 0, maximize},
          {"zero_rate", "with lr 0 nothing moves", true, 0, zero_rate}};
}

}  // namespace descent::optim
