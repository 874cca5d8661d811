#pragma once
#include <array>

#include "descent/core/rng.h"
#include "descent/data/target.h"

// What the generators share: each of them states its formula and draws every part of the data from a stream of its own.
namespace descent {

inline constexpr double kPi = 3.141592653589793;

inline Rng rng_of(const LoadContext& context) { return context.rng(1 + context.part); }

struct Generator {
  std::int64_t samples = 100;
  double noise = 0;

  void options(Options& option) {
    option("samples", samples, Range{1, 1 << 22}, "the number of rows");
    option("noise", noise, kNotNegative, "standard deviation of the normal noise");
  }
  double noisy(double value, Rng& rng) const { return noise > 0 ? value + noise * rng.normal() : value; }

  // A table of rows add(i, x), which sets the features and returns the target.
  template <class Add>
  Table draw(const LoadContext& context, std::size_t features, const Add& add) const {
    Numbers numbers(context.dtype);
    TargetColumn target(context);
    std::vector<double> x(features);
    const auto check = [](const std::string& problem) {
      if (!problem.empty()) fail_argument("data: {}", problem);
    };
    for (std::int64_t i = 0; i < samples; ++i) {
      check(target.add(add(i, x)));
      for (double value : x) check(numbers.add(value));
    }
    Table table;
    table.x = numbers.tensor({samples, static_cast<std::int64_t>(features)});
    target.assign_to(table);
    return table;
  }
};

// y = f(x) + noise·N(0, 1), every feature uniform in [low, high).
struct Regression : Generator {
  double low = -1, high = 1;

  void options(Options& option) {
    Generator::options(option);
    option("low", low, kAny, "the least x");
    option("high", high, kAny, "the largest x");
  }
  template <class F>
  Table regress(const LoadContext& context, std::size_t features, const F& f) const {
    if (context.form == TargetForm::classes) fail_argument("data: the targets are numbers, but the loss needs classes");
    if (!(low < high)) fail_argument("data.high: expected more than low, {}, got {}", low, high);
    Rng rng = rng_of(context);
    return draw(context, features, [&](std::int64_t, std::vector<double>& x) {
      for (double& value : x) value = rng.uniform(low, high);
      return noisy(f(x), rng);
    });
  }
};

// Points of the plane, point(label, index, count) + noise·N(0, 1); the classes take turns, each has `count` rows.
struct Plane : Generator {
  template <class Point>
  Table scatter(const LoadContext& context, std::int64_t classes, const Point& point) const {
    Rng rng = rng_of(context);
    return draw(context, 2, [&](std::int64_t i, std::vector<double>& x) {
      const std::int64_t label = i % classes, index = i / classes, count = (samples - label + classes - 1) / classes;
      const std::array<double, 2> exact = point(label, static_cast<double>(index), static_cast<double>(count));
      for (std::size_t j = 0; j < 2; ++j) x[j] = noisy(exact[j], rng);
      return static_cast<double>(label);
    });
  }
};

}  // namespace descent
