#include <algorithm>
#include <cmath>
#include <cstdio>

#include "descent/experiment/comparison.h"

namespace descent {
namespace {

constexpr std::size_t kSparks = 24;

std::string number(const Json& value, const char* none) { return value.is_null() ? none : fmt::format("{:.4g}", value.get<double>()); }

// A curve in one line, on a logarithmic scale where all of it is positive.
std::string sparkline(const Json& curve) {
  constexpr const char* kBars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::vector<double> heights;
  for (const Json& value : curve) heights.push_back(value.is_null() ? INFINITY : value.get<double>());
  const bool is_positive = std::all_of(heights.begin(), heights.end(), [](double h) { return h > 0; });
  double low = INFINITY, high = -INFINITY;
  for (double& h : heights) {
    if (is_positive) h = std::log10(h);
    if (std::isfinite(h)) low = std::min(low, h), high = std::max(high, h);
  }
  std::string text;
  for (std::size_t i = 0; i < std::min(kSparks, heights.size()); ++i) {
    const double h = heights[i * (heights.size() - 1) / std::max<std::size_t>(1, std::min(kSparks, heights.size()) - 1)];
    const double share = !std::isfinite(h) ? 1 : high > low ? (h - low) / (high - low) : 0;
    text += kBars[static_cast<std::size_t>(std::lround(7 * share))];
  }
  return text;
}

std::string chosen(const Json& optimizer) {
  std::string text;
  if (!optimizer.contains("chosen")) return "as given";
  for (const auto& [name, value] : optimizer.at("chosen").items())
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, to_text(value));
  return optimizer.at("at_edge").empty() ? text : text + '*';
}

bool holds(const Json& list, const std::string& name) { return std::find(list.begin(), list.end(), name) != list.end(); }

// By characters, not bytes.
void print_row(const std::string& name, const std::string& set, const std::string& median, const std::string& quartiles,
               const std::string& time, const std::string& curve) {
  std::printf("%s\n", fmt::format("  {:<22} {:<16} {:>11}  {:<23} {:>9}  {}", name, set, median, quartiles, time, curve).c_str());
}

const Json& optimizer_named(const Json& problem, const Json& name) {
  const Json& all = problem.at("optimizers");
  const auto found = std::find_if(all.begin(), all.end(), [&](const Json& optimizer) { return optimizer.at("name") == name; });
  return all.at(static_cast<std::size_t>(found - all.begin()));
}

const Json& best_figures(const Json& optimizer) { return optimizer.contains("tuned") ? optimizer.at("tuned") : optimizer.at("as_given"); }

// The median; where most runs have not reached it, how many have.
std::string time_to_target(const Json& figures) {
  if (!figures.at("median_time_to_target").is_null()) return number(figures.at("median_time_to_target"), "");
  const Json& times = figures.at("time_to_target");
  const auto reached = std::count_if(times.begin(), times.end(), [](const Json& time) { return !time.is_null(); });
  return reached == 0 ? "never" : fmt::format("{} of {}", reached, times.size());
}

void print_problem(const Json& problem) {
  const Json& ranking = problem.at("ranking");
  const bool has_target = !problem.at("target").is_null();
  std::printf("%s, %lld steps, by %s\n", problem.at("name").get<std::string>().c_str(), problem.at("steps").get<long long>(),
              problem.at("metric").get<std::string>().c_str());
  std::printf("  %-22s %-16s %11s  %-23s %9s  %s\n", "optimizer", "chosen", "median", "quartiles", has_target ? "to target" : "",
              "curve of the median");
  bool is_at_edge = false;
  std::string worse;
  for (const Json& name : ranking.at("order")) {
    const Json& optimizer = optimizer_named(problem, name);
    const Json& figures = best_figures(optimizer);
    is_at_edge = is_at_edge || (optimizer.contains("at_edge") && !optimizer.at("at_edge").empty());
    if (optimizer.value("worse_than_given", false)) worse += (worse.empty() ? "" : ", ") + name.get<std::string>();
    const std::string mark = ranking.at("winner") == name ? "best " : holds(ranking.at("tied"), name) ? "tied " : "";
    const std::string quartiles = number(figures.at("q25"), "lost") + " … " + number(figures.at("q75"), "lost");
    print_row(mark + name.get<std::string>(), chosen(optimizer), number(figures.at("median"), "lost"), quartiles,
              has_target ? time_to_target(figures) : "", sparkline(figures.at("curve").at("median")));
  }
  std::printf("  %s\n", ranking.at("verdict").get<std::string>().c_str());
  if (is_at_edge) std::printf("  * the best value lies at the end of its grid: extend it, or say widen: true\n");
  if (!worse.empty()) std::printf("  worse as tuned than as given, so tune on more seeds: %s\n", worse.c_str());
}

Json row_of(const Json& problem, const Json& name) {
  const Json& optimizer = optimizer_named(problem, name);
  Json row{{"problem", problem.at("name")}, {"optimizer", name}, {"is_winner", problem.at("ranking").at("winner") == name}};
  if (optimizer.contains("chosen")) row["chosen"] = optimizer.at("chosen");
  for (const auto& [key, value] : best_figures(optimizer).items()) {
    if (key != "curve") row[key] = value;
  }
  row["median_as_given"] = optimizer.at("as_given").at("median");
  return row;
}

}  // namespace

CsvTable table_of(const Json& summary) {
  CsvTable table;
  for (const Json& problem : summary.at("problems")) {
    for (const Json& name : problem.at("ranking").at("order")) table.add(row_of(problem, name));
  }
  return table;
}

void print_comparison(const Json& summary) {
  for (const Json& problem : summary.at("problems")) print_problem(problem);
  const Json& overall = summary.at("overall");
  if (summary.at("problems").size() < 2) return;
  std::printf("over all problems: the mean rank of the medians%s\n",
              summary.at("profile").is_null() ? "" : "; the profile's score is of the problems with a target");
  for (std::size_t i = 0; i < overall.at("optimizers").size(); ++i) {
    const std::string score =
        summary.at("profile").is_null() ? "" : fmt::format("  score {:.3f}", summary.at("profile").at("score").at(i).get<double>());
    std::printf("  %-22s mean rank %.2f%s\n", overall.at("optimizers").at(i).get<std::string>().c_str(),
                overall.at("mean_rank").at(i).get<double>(), score.c_str());
  }
}

}  // namespace descent
