#include "descent/experiment/summary.h"

#include "descent/experiment/json.h"

namespace descent {
namespace {

constexpr std::int64_t kMostNumbers = 100;

}  // namespace

std::int64_t parameter_count(const Problem& problem) {
  std::int64_t total = 0;
  for (const auto& [name, tensor] : problem.parameters()) total += tensor.size();
  return total;
}

Json summary(const Outcome& outcome, const Problem& problem) {
  Json json{{"status", name(outcome.status)}, {"steps", outcome.steps}};
  const auto loss = outcome.values.find("loss");
  json["loss"] = loss == outcome.values.end() ? Json(nullptr) : json_number(loss->second);
  if (const auto minimum = problem.minimum()) json["minimum"] = json_number(*minimum);
  for (const auto& [metric, value] : outcome.values) {
    if (metric != "loss") json["metrics"][metric] = json_number(value);
  }
  for (const auto& [metric, value] : outcome.best) json["best"][metric] = json_number(value);
  json["parameter_count"] = parameter_count(problem);
  if (parameter_count(problem) > kMostNumbers) return json;
  for (const auto& [name, tensor] : problem.parameters()) {
    Json values = Json::array();
    for (const double value : tensor.to_vector()) values.push_back(json_number(value));
    json["parameters"][name] = tensor.rank() == 0 ? values[0] : values;
  }
  return json;
}

}  // namespace descent
