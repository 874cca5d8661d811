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

namespace {

// A hundred steps from 1 down a plane whose slopes are from 1 to 100 times `scale` and waver, then one on level ground.
struct Course {
  std::vector<double> rates;  // how far it went along each slope, by the sum of its gradients
  bool coasts;                // went on by itself

  Course(const std::string& optimizer, const Value& options, double scale) {
    Walk walk(optimizer, options, {Shape{2, 3}}, std::vector<double>(6, 1));
    walk.optimizer().set_minimum(-1e6);
    std::vector<double> slopes(6);
    walk.steps(
        [&](const auto& w, std::int64_t t, auto& g) {
          double height = 0;
          for (std::size_t i = 0; i < 6; ++i) {
            const auto at = static_cast<double>(i);
            g[i] = scale * std::pow(10, 0.4 * at) * (1 + 0.3 * std::sin(1.7 * static_cast<double>(t) + at));
            slopes[i] += g[i];
            height += g[i] * w[i];
          }
          return height;
        },
        100);
    const std::vector<double> end = walk.w();
    for (std::size_t i = 0; i < 6; ++i) rates.push_back((1 - end[i]) / slopes[i]);
    walk.step([](const auto&, std::int64_t, auto&) { return 0; });
    coasts = end[5] - walk.w()[5] > 1e-9 * (1 - end[5]);
  }
};

}  // namespace

Traits traits(const std::string& optimizer, const Value& options) {
  Value undecayed = options;
  for (const auto& [name, value, mark] : options_of(optimizer, {{"weight_decay", 0}}).entries) undecayed.set(name, value);
  const Course course(optimizer, undecayed, 1), steeper(optimizer, undecayed, 100);
  const auto [least, most] = std::minmax_element(course.rates.begin(), course.rates.end());
  Traits traits{};
  traits.adapts_rate = *most > 2 * *least ? "of each number" : steeper.rates[0] < course.rates[0] / 2 ? "of all together" : "no";
  traits.has_momentum = course.coasts;
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
