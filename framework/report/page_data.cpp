#include "descent/report/page_data.h"

#include <filesystem>

#include "descent/core/error.h"
#include "descent/core/file.h"
#include "descent/experiment/json.h"
#include "descent/experiment/landscape.h"
#include "descent/experiment/run_folder.h"
#include "descent/report/records_data.h"

namespace descent::report {
namespace {

std::string kind_of(const Json& summary) { return summary.is_object() ? summary.value("kind", "run") : "run"; }

// Up to where a number is no longer finite.
Landscape::Path path_of(const Json& train) {
  std::vector<const Json*> columns;
  for (const auto& [name, column] : train.items()) {
    if (name.rfind("params.", 0) == 0) columns.push_back(&column);
  }
  Landscape::Path path;
  for (std::size_t i = 0; !columns.empty() && i < columns[0]->size(); ++i) {
    std::vector<double> point;
    for (const Json* column : columns) {
      if (!(*column)[i].is_number()) return path;
      point.push_back((*column)[i].get<double>());
    }
    path.steps.push_back(train["step"][i].get<double>());
    path.points.push_back(std::move(point));
  }
  return path;
}

// null for an objective that this program does not have: another one, with components of its own, may have made the run.
Json objective_of(const std::string& resolved, const Json& records) {
  try {
    return Landscape::json_of(Experiment::load(resolved, {}), {path_of(records.value("train", Json::object()))});
  } catch (const Error&) { return nullptr; }
}

// What every kind has.
Json common(const std::string& folder, Json summary) {
  const std::string resolved = folder + "/resolved.yaml";
  const Json settings = read_settings(folder);
  return {{"kind", kind_of(summary)},
          {"name", settings.value("name", "")},
          {"folder", folder},
          {"meta", read_json(folder + "/meta.json")},
          {"resolved", read_file(resolved)},
          {"settings", settings},
          {"summary", std::move(summary)}};
}

Json run_data(const std::string& folder, Json summary) {
  Json data = common(folder, std::move(summary));
  data["records"] = records_data(folder + "/metrics.jsonl");
  if (data["settings"].contains("objective.type")) data["objective"] = objective_of(folder + "/resolved.yaml", data["records"]);
  return data;
}

// A study has its records in other files than a run.
void check_is_no_study(const std::string& folder) {
  std::error_code ignored;
  if (!std::filesystem::exists(folder + "/trials.jsonl", ignored)) return;
  fail(ErrorKind::data, "{}: this sweep or comparison is not finished\n  help: descent resume {} goes on with it", folder, folder);
}

}  // namespace

Json page_data(const std::string& folder, Json summary) {
  return kind_of(summary) == "run" ? run_data(folder, std::move(summary)) : common(folder, std::move(summary));
}

Json page_data(const std::vector<std::string>& folders) {
  Json runs = Json::array();
  for (const std::string& folder : folders) {
    Json summary = read_summary(folder);
    if (summary.is_null()) check_is_no_study(folder);
    const std::string kind = kind_of(summary);
    if (kind != "run" && folders.size() > 1) fail(ErrorKind::usage, "{} is no single run ({}) and has a page of its own", folder, kind);
    if (folders.size() == 1) return page_data(folder, std::move(summary));
    runs.push_back(run_data(folder, std::move(summary)));
  }
  return {{"kind", "runs"}, {"name", fmt::format("{} runs", runs.size())}, {"runs", runs}};
}

}  // namespace descent::report
