#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "descent/cli/commands.h"
#include "descent/cli/text_table.h"
#include "descent/core/error.h"
#include "descent/experiment/json.h"
#include "descent/optim/optimizer.h"
#include "descent/optim/properties.h"

namespace descent::cli {
namespace {

using optim::Verdict;

const char* mark(Verdict::Status status) {
  constexpr const char* kMarks[] = {"pass", "FAIL", "-"};
  return kMarks[static_cast<int>(status)];
}

// Optimizer × property: a mark and the measured figure.
void print_matrix(const std::vector<std::string>& optimizers, const std::vector<std::vector<Verdict>>& verdicts) {
  TextTable table;
  std::vector<std::string> head{"optimizer"};
  for (const auto& property : optim::properties()) head.push_back(property.name);
  table.add(head);
  for (std::size_t i = 0; i < optimizers.size(); ++i) {
    std::vector<std::string> cells{optimizers[i]};
    for (const Verdict& verdict : verdicts[i]) cells.push_back(fmt::format("{} {:.1g}", mark(verdict.status), verdict.figure));
    table.add(cells);
  }
  std::printf("%s", table.text("").c_str());
}

// A line for each property of one optimizer, with its bound and meaning.
void print_list(const std::string& optimizer, const std::vector<Verdict>& verdicts) {
  TextTable table;
  for (const Verdict& v : verdicts) {
    const std::string bound = fmt::format("{:.3g} <= {:.3g}", v.figure, v.property->bound);
    const std::string why = v.why_not.empty() ? "" : "; not claimed: " + v.why_not;
    table.add({mark(v.status), v.property->name, v.status == Verdict::Status::not_claimed ? fmt::format("{:.3g}", v.figure) : bound,
               v.property->meaning + why});
  }
  std::printf("%s\n%s", optimizer.c_str(), table.text("  ").c_str());
}

Json to_json(const std::vector<Verdict>& verdicts) {
  constexpr const char* kNames[] = {"pass", "fail", "not claimed"};
  Json list = Json::array();
  for (const Verdict& v : verdicts) {
    list.push_back({{"property", v.property->name},
                    {"status", kNames[static_cast<int>(v.status)]},
                    {"figure", v.figure},
                    {"bound", v.property->bound},
                    {"meaning", v.property->meaning},
                    {"why_not", v.why_not}});
  }
  return list;
}

}  // namespace

int verify(std::vector<std::string> optimizers, bool json) {
  const std::vector<std::string> known = optim::Optimizer::kind().names();
  for (const std::string& name : optimizers) {
    if (!optim::Optimizer::kind().find(name))
      fail(ErrorKind::usage, "unknown optimizer '{}'\n  help: {}", shown(name), suggestion(name, known));
  }
  if (optimizers.empty()) optimizers = known;
  const bool is_one = optimizers.size() == 1;
  std::vector<std::vector<Verdict>> verdicts;
  Json all = Json::object();
  std::ptrdiff_t failed = 0;
  for (const std::string& name : optimizers) {
    verdicts.push_back(optim::verify(name));
    const auto has_failed = [](const Verdict& verdict) { return verdict.status == Verdict::Status::fail; };
    failed += std::count_if(verdicts.back().begin(), verdicts.back().end(), has_failed);
    all[name] = to_json(verdicts.back());
    if (is_one && !json) print_list(name, verdicts.back());
  }
  if (json) std::printf("%s\n", to_text(all, 2).c_str());
  if (!is_one && !json) print_matrix(optimizers, verdicts);
  if (failed > 0) fail(ErrorKind::requirement, "{} claimed propert{} failed", failed, failed == 1 ? "y" : "ies");
  return 0;
}

}  // namespace descent::cli
