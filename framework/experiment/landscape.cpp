#include "descent/experiment/landscape.h"

#include <algorithm>
#include <cmath>

#include "descent/experiment/setup.h"
#include "descent/experiment/trainer.h"
#include "descent/objective/objective.h"

namespace descent {
namespace {

using Numbers = std::vector<double>;

constexpr std::size_t kMostPoints = 300, kLine = 241, kGrid = 61;
constexpr double kFarAway = 1e6;
constexpr int kRounds = 24;  // of the search for what a path was heading for

Numbers point_of(const NamedTensors& parameters) {
  Numbers point;
  for (const auto& [name, value] : parameters) {
    for (const double x : value.to_vector()) point.push_back(x);
  }
  return point;
}

// The interval that holds the points, with room around it.
struct Interval {
  double low = kInfinity, high = -kInfinity;
  void hold(double x) { low = std::min(low, x), high = std::max(high, x); }
  Numbers spaced(std::size_t count) const {
    const double room = std::max(0.15 * (high - low), 1e-3 + 0.05 * std::abs(high));
    Numbers all;
    for (std::size_t i = 0; i < count; ++i) {
      all.push_back(low - room + (high - low + 2 * room) * static_cast<double>(i) / static_cast<double>(count - 1));
    }
    return all;
  }
};

void hold(std::vector<Interval>& bounds, const Numbers& point) {
  for (std::size_t i = 0; i < bounds.size(); ++i) bounds[i].hold(point[i]);
}

// Start, aims and paths. A path that flies off does not stretch the picture: it counts as far out as start and aims are apart.
std::vector<Interval> bounds_of(const Numbers& start, const std::vector<Numbers>& aims, const std::vector<Landscape::Path>& paths) {
  std::vector<Interval> bounds(start.size());
  hold(bounds, start);
  for (const Numbers& point : aims) hold(bounds, point);
  const std::vector<Interval> known = bounds;
  double widest = 0;
  for (const Interval& interval : known) widest = std::max(widest, interval.high - interval.low);
  const auto is_near = [&](const Numbers& point) {
    for (std::size_t i = 0; i < point.size(); ++i) {
      const double apart = widest > 0 ? std::max(known[i].high - known[i].low, widest / 2) : 20 * (1 + std::abs(start[i]));
      if (point[i] < known[i].low - apart || point[i] > known[i].high + apart) return false;
    }
    return true;
  };
  for (const Landscape::Path& path : paths) {
    for (const Numbers& point : path.points) {
      if (is_near(point)) hold(bounds, point);
    }
  }
  for (Interval& interval : bounds) {
    if (interval.high == interval.low) interval = {interval.low - widest / 2, interval.high + widest / 2};
  }
  return bounds;
}

// f at a point of the parameters, which are moved.
double value_at(Problem& problem, const Numbers& point) {
  auto from = point.begin();
  for (const auto& [name, value] : problem.parameters()) {
    dispatch(value.dtype(), [&, &to = value](auto zero) {
      for (std::int64_t i = 0; i < to.size(); ++i) to.template data<decltype(zero)>()[i] = static_cast<decltype(zero)>(*from++);
    });
  }
  return *problem.value();
}

// Where a few steps along the axes lead to, each downhill; they get shorter where none is.
Numbers compass_search(Problem& problem, Numbers point, double step) {
  double least = value_at(problem, point);
  for (int round = 0; round < kRounds; ++round) {
    const Numbers before = point;
    for (std::size_t i = 0; i < point.size(); ++i) {
      for (const double move : {-step, step}) {
        Numbers there = point;
        there[i] += move;
        const double value = value_at(problem, there);
        if (value < least) least = value, point = there;
      }
    }
    if (point == before) step /= 2;
  }
  return point;
}

// The minimisers; where they are not known, where the best path was heading, however slowly.
std::vector<Numbers> aims_of(Problem& problem, const std::vector<Landscape::Path>& paths) {
  if (const std::vector<Numbers> known = problem.minimisers(); !known.empty()) return known;
  const Landscape::Path* best = nullptr;
  double least = kInfinity;
  for (const Landscape::Path& path : paths) {
    const double value = path.points.empty() ? kInfinity : value_at(problem, path.points.back());
    if (value < least) least = value, best = &path;
  }
  if (!best) return {};
  double length = 0;
  for (const Numbers& point : best->points) {
    for (std::size_t i = 0; i < point.size(); ++i) length = std::max(length, std::abs(point[i] - best->points[0][i]));
  }
  return {compass_search(problem, best->points.back(), length)};
}

Json grid_of(Problem& problem, const std::vector<Interval>& bounds) {
  Json f = Json::array();
  if (bounds.size() == 1) {
    const Numbers x = bounds[0].spaced(kLine);
    for (const double at : x) f.push_back(json_number(value_at(problem, {at})));
    return {{"x", x}, {"f", std::move(f)}};
  }
  const Numbers x = bounds[0].spaced(kGrid), y = bounds[1].spaced(kGrid);
  for (const double row : y) {
    f.push_back(Json::array());
    for (const double column : x) f.back().push_back(json_number(value_at(problem, {column, row})));
  }
  return {{"x", x}, {"y", y}, {"f", std::move(f)}};
}

}  // namespace

Landscape::Path Landscape::path_of(const Experiment& experiment, std::int64_t most_evaluations) {
  Path path;
  if (!experiment.objective) return path;
  const Setup setup(experiment);
  const NamedTensors parameters = setup.problem->parameters();
  if (parameter_count(*setup.problem) > 2) return path;
  const auto stride = std::max<std::int64_t>(1, most_evaluations / static_cast<std::int64_t>(kMostPoints));
  bool is_near = true;
  const auto note = [&](std::int64_t step) {
    const Numbers point = point_of(parameters);
    is_near = is_near && std::all_of(point.begin(), point.end(), [](double x) { return std::abs(x) < kFarAway; });
    if (is_near) path.steps.push_back(static_cast<double>(step)), path.points.push_back(point);
  };
  note(0);
  TrainerEvents events;
  events.step = [&](std::int64_t step, double) {
    if (step % stride == 0 || step == most_evaluations) note(step);
  };
  Trainer(experiment, *setup.problem, *setup.optimizer, *setup.scheduler, events, most_evaluations).run();
  return path;
}

Json Landscape::json_of(const Experiment& experiment, const std::vector<Path>& paths) {
  if (!experiment.objective) return nullptr;
  const Setup setup(experiment);
  const NamedTensors parameters = setup.problem->parameters();
  const Numbers start = point_of(parameters);
  const auto objective = make<Objective>(experiment.objective);
  objective->prepare(experiment.dtype, experiment.seed);
  const auto minimum = setup.problem->minimum();
  Json json{{"formula", objective->formula()},
            {"start", start},
            {"minimum", minimum ? Json(*minimum) : Json(nullptr)},
            {"minimisers", setup.problem->minimisers()}};
  for (const auto& [name, value] : parameters) {
    for (std::int64_t i = 0; i < value.size(); ++i) json["names"].push_back(value.rank() > 0 ? fmt::format("{}[{}]", name, i) : name);
  }
  if (start.size() > 2) return json;
  json["grid"] = grid_of(*setup.problem, bounds_of(start, aims_of(*setup.problem, paths), paths));
  return json;
}

}  // namespace descent
