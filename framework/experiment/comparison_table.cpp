#include <algorithm>
#include <cmath>
#include <cstdio>

#include "descent/experiment/json.h"
#include "descent/experiment/study.h"

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
  for (const auto& [name, value] : optimizer["chosen"].items())
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, to_text(value));
  return optimizer["at_edge"].empty() ? text : text + '*';
}

bool holds(const Json& list, const std::string& name) { return std::find(list.begin(), list.end(), name) != list.end(); }

// By characters, not bytes.
void print_row(const std::string& name, const std::string& set, const std::string& median, const std::string& quartiles,
               const std::string& time, const std::string& curve) {
  std::printf("%s\n", fmt::format("  {:<22} {:<16} {:>11}  {:<23} {:>9}  {}", name, set, median, quartiles, time, curve).c_str());
}

void print_problem(const Json& problem) {
  const Json& ranking = problem["ranking"];
  const bool has_target = !problem["target"].is_null();
  std::printf("%s, %lld steps, by %s\n", problem["name"].get<std::string>().c_str(), problem["steps"].get<long long>(),
              problem["metric"].get<std::string>().c_str());
  std::printf("  %-22s %-16s %11s  %-23s %9s  %s\n", "optimizer", "chosen", "median", "quartiles", has_target ? "to target" : "",
              "curve of the median");
  bool is_at_edge = false;
  for (const Json& name : ranking["order"]) {
    const auto is_it = [&](const Json& optimizer) { return optimizer["name"] == name; };
    const Json& optimizer = *std::find_if(problem["optimizers"].begin(), problem["optimizers"].end(), is_it);
    const Json& figures = optimizer.contains("tuned") ? optimizer["tuned"] : optimizer["default"];
    is_at_edge = is_at_edge || (optimizer.contains("at_edge") && !optimizer["at_edge"].empty());
    const std::string mark = ranking["winner"] == name ? "best " : holds(ranking["tied"], name) ? "tied " : "";
    const std::string quartiles = number(figures["q25"], "lost") + " … " + number(figures["q75"], "lost");
    print_row(mark + name.get<std::string>(), chosen(optimizer), number(figures["median"], "lost"), quartiles,
              has_target ? number(figures["median_time_to_target"], "never") : "", sparkline(figures["curve"]["median"]));
  }
  std::printf("  %s\n", ranking["verdict"].get<std::string>().c_str());
  if (is_at_edge) std::printf("  * the best value lies at the end of its grid: extend it, or say widen: true\n");
}

}  // namespace

void print_comparison(const Json& summary) {
  for (const Json& problem : summary["problems"]) print_problem(problem);
  const Json& overall = summary["overall"];
  if (summary["problems"].size() < 2) return;
  std::printf("over all problems; the score is of those with a target\n");
  for (std::size_t i = 0; i < overall["optimizers"].size(); ++i) {
    const std::string score =
        summary["profile"].is_null() ? "" : fmt::format("  score {:.3f}", summary["profile"]["score"][i].get<double>());
    std::printf("  %-22s mean rank %.2f%s\n", overall["optimizers"][i].get<std::string>().c_str(), overall["mean_rank"][i].get<double>(),
                score.c_str());
  }
}

}  // namespace descent
