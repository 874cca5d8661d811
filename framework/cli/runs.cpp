#include <fmt/format.h>

#include <cstdio>

#include "descent/cli/commands.h"
#include "descent/cli/text_table.h"
#include "descent/core/error.h"
#include "descent/experiment/find_run.h"
#include "descent/experiment/json.h"
#include "descent/experiment/run_folder.h"
#include "descent/experiment/study.h"

// What run folders hold, on the terminal.
namespace descent::cli {
namespace {

std::string number(const Json& value) {
  return value.is_number() ? fmt::format("{:.6g}", value.get<double>()) : value.is_null() ? "-" : to_text(value);
}

std::string kind_of(const Json& summary) { return summary.is_null() ? "unfinished" : summary.value("kind", "run"); }

// A run's loss, a study's best or its first verdict.
std::string result_of(const Json& summary) {
  if (summary.is_null()) return "";
  if (kind_of(summary) == "sweep")
    return fmt::format("best {} {}", summary.at("metric").get<std::string>(), number(summary.at("best").at("value")));
  if (kind_of(summary) == "compare") return summary.at("problems").at(0).at("ranking").at("verdict");
  return "loss " + number(summary.value("loss", Json(nullptr)));
}

// What was measured, by name.
Json figures_of(const std::string& folder) {
  Json all = Json::object();
  const Json summary = read_summary(folder);
  if (summary.is_null()) return all;
  for (const char* key : {"status", "steps", "loss"}) {
    if (summary.contains(key)) all[key] = summary[key].is_string() ? summary[key] : Json(number(summary[key]));
  }
  return read_at(folder + "/summary.json", [&] {
    const Json metrics = summary.value("metrics", Json::object());
    for (const auto& [name, value] : metrics.items()) all[name] = number(value);
    return all;
  });
}

Json differences(const Json& a, const Json& b) {
  Json rows = Json::object();
  for (const Json* all : {&a, &b}) {
    for (const auto& [key, ignored] : all->items()) {
      const Json first = a.value(key, Json(nullptr)), second = b.value(key, Json(nullptr));
      if (first != second) rows[key] = {first, second};
    }
  }
  return rows;
}

// What `runs` says of a folder.
Json overview_of(const std::string& folder) {
  try {
    const Json summary = read_summary(folder);
    return read_at(folder, [&]() -> Json {
      const std::string status = summary.is_null() ? "" : summary.at("status").get<std::string>();
      return {{"folder", folder}, {"kind", kind_of(summary)}, {"status", status}, {"result", result_of(summary)}};
    });
  } catch (const Error& error) { return {{"folder", folder}, {"kind", "damaged"}, {"status", ""}, {"result", error.what()}}; }
}

// What `show` prints below the folder's name.
void print_summary(const Json& summary, const std::string& folder) {
  if (kind_of(summary) == "sweep") print_sweep(summary);
  if (kind_of(summary) == "compare") print_comparison(summary);
  if (kind_of(summary) != "run") return;
  TextTable table;
  const Json figures = figures_of(folder);
  for (const auto& [name, value] : figures.items()) table.add({name, value.get<std::string>()});
  const Json best = summary.value("best", Json::object()), parameters = summary.value("parameters", Json::object());
  for (const auto& [name, value] : best.items()) table.add({"best " + name, number(value)});
  for (const auto& [name, value] : parameters.items()) table.add({name, to_text(value)});
  std::printf("%s", table.text("  ").c_str());
}

void print_differences(const char* title, const Json& rows) {
  TextTable table;
  const auto text = [](const Json& value) { return value.is_null() ? std::string("-") : value.get<std::string>(); };
  for (const auto& [key, pair] : rows.items()) table.add({key, text(pair[0]), text(pair[1])});
  std::printf("%s\n%s", title, table.empty() ? "  none\n" : table.text("  ").c_str());
}

}  // namespace

int runs(bool json) {
  Json all = Json::array();
  TextTable table;
  for (const std::string& folder : all_runs()) {
    all.push_back(overview_of(folder));
    std::vector<std::string> row;
    for (const auto& [key, text] : all.back().items()) row.push_back(text);
    table.add(std::move(row));
  }
  std::printf("%s", json ? (to_text(all, 2) + '\n').c_str() : table.text("").c_str());
  return 0;
}

int show(const std::string& run, bool json) {
  const std::string folder = find_run(run);
  const Json summary = read_summary(folder);
  if (json) {
    std::printf("%s\n", to_text(summary, 2).c_str());
    return 0;
  }
  std::printf("%s  %s\n", folder.c_str(), kind_of(summary).c_str());
  read_at(folder + "/summary.json", [&] { print_summary(summary, folder); });
  return 0;
}

int diff(const std::string& first, const std::string& second, bool json) {
  const std::string a = find_run(first), b = find_run(second);
  const Json settings = differences(read_settings(a), read_settings(b)), figures = differences(figures_of(a), figures_of(b));
  if (json) {
    std::printf("%s\n", to_text({{"runs", {a, b}}, {"settings", settings}, {"figures", figures}}, 2).c_str());
    return 0;
  }
  std::printf("%s\n%s\n", a.c_str(), b.c_str());
  print_differences("settings", settings);
  print_differences("figures", figures);
  return 0;
}

}  // namespace descent::cli
