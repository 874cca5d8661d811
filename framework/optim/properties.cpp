#include "descent/optim/properties.h"

#include <algorithm>
#include <cmath>

#include "descent/core/error.h"
#include "descent/optim/structural.h"
#include "descent/optim/walk.h"

namespace descent::optim {

const std::vector<Property>& properties() {
  static const std::vector<Property> all = [] {
    std::vector<Property> list = structural_properties();
    for (const Property& theorem : theorems()) list.push_back(theorem);
    return list;
  }();
  return all;
}

namespace {

// An optimizer that refuses what the experiment needs has not the property.
double figure_of(const Property& property, const std::string& optimizer) {
  try {
    return property.figure(optimizer);
  } catch (const Error&) { return kInfinity; }
}

}  // namespace

std::vector<Verdict> verify(const std::string& optimizer) {
  std::vector<Verdict> verdicts;
  const Claims claims = descent::make<Optimizer>(optimizer)->claims();
  for (const Property& property : properties()) {
    const auto claim = std::find_if(claims.begin(), claims.end(), [&](const Claim& c) { return c.property == std::string(property.name); });
    const bool is_known = claim != claims.end(), is_claimed = is_known ? claim->why_not == nullptr : property.is_presumed;
    const double figure = figure_of(property, optimizer);
    const bool holds = figure <= property.bound;
    verdicts.push_back({&property,
                        !is_claimed ? Verdict::Status::not_claimed
                        : holds     ? Verdict::Status::pass
                                    : Verdict::Status::fail,
                        figure, is_known && !is_claimed ? claim->why_not : ""});
  }
  return verdicts;
}

Traits traits(const std::string& optimizer, const Value& options) {
  Value undecayed = options;
  for (const auto& [name, value, mark] : options_of(optimizer, {{"weight_decay", 0}}).entries) undecayed.set(name, value);
  // From 0, where no decay pulls: two elements with unequal gradients; then one that turns its sign in the first step only.
  const auto end = [&](double first, double second, int steps) {
    Walk walk(optimizer, undecayed, {0, 0});
    walk.optimizer().set_minimum(-1);
    std::vector<double> before;
    for (int t = 0; t < steps; ++t) {
      before = walk.w();
      walk.step([&](const auto&, std::int64_t, auto& g) {
        g = {t == 0 ? first : second, 100 * (t == 0 ? first : second)};
        return 1;
      });
    }
    return std::pair(walk.w()[0] - before[0], walk.w()[1] - before[1]);
  };
  const auto [small, large] = end(1, 1, 1);
  Traits traits{};
  traits.adapts_rate = std::abs(large - 100 * small) > 1e-6 * std::abs(large);
  traits.has_momentum = std::abs(end(1, 1, 2).first - end(-1, 1, 2).first) > 1e-9 * std::abs(end(1, 1, 2).first);
  Walk walk(optimizer, options, {Shape{2, 3}}, std::vector<double>(6, 1));
  walk.optimizer().set_minimum(-1);
  walk.step([](const auto&, std::int64_t, auto& g) {
    g = {1, 2, 3, 4, 5, 6};
    return 1;
  });
  for (const auto& [name, value] : walk.optimizer().parameters()[0].state) {
    const bool is_like = value.shape() == Shape{2, 3};
    traits.state.push_back(is_like ? name : name + ' ' + to_string(value.shape()));
  }
  return traits;
}

}  // namespace descent::optim
