#include "descent/cli/dialects.h"

#include <cstdio>

#include "descent/cli/commands.h"
#include "descent/cli/text_table.h"
#include "descent/experiment/json.h"
#include "descent/experiment/schema.h"
#include "descent/optim/optimizer.h"

namespace descent::cli {
namespace {

// Every option of an optimizer with its value.
Value options_with(const std::string& optimizer, Value given) {
  return Declared(optim::Optimizer::kind().make(optimizer, given)).options.write();
}

}  // namespace

std::vector<std::string> dialects_of(const std::string& optimizer) {
  const Declared declared(optim::Optimizer::kind().find(optimizer)->make());
  for (const Option& option : declared.options.list()) {
    if (option.name == "dialect") return option.choices;
  }
  return {};
}

std::vector<std::pair<std::string, Value>> differences(const std::string& optimizer, const Value& given, const std::string& dialect) {
  Value changed = given;
  changed.set("dialect", dialect);
  const Value own = options_with(optimizer, given), its = options_with(optimizer, changed);
  std::vector<std::pair<std::string, Value>> list;
  for (const auto& [key, value, mark] : its.entries) {
    const Value* now = own.find(key);
    if (key != "dialect" && (!now || !(*now == value))) list.emplace_back(key, value);
  }
  return list;
}

std::string in_words(const std::vector<std::pair<std::string, Value>>& differences) {
  std::string text;
  for (const auto& [key, value] : differences) text += (text.empty() ? "" : ", ") + key + ' ' + one_line(value);
  return text;
}

int list_dialects(bool json) {
  Json all = Json::object();
  TextTable table;
  for (const std::string& optimizer : optim::Optimizer::kind().names()) {
    for (const std::string& dialect : dialects_of(optimizer)) {
      const auto different = differences(optimizer, Value::map(), dialect);
      table.add({optimizer, dialect, all[optimizer].empty() ? "the default" : in_words(different)});
      auto& entry = all[optimizer][dialect] = Json::object();
      for (const auto& [key, value] : different) entry[key] = to_json(value);
    }
  }
  std::printf("%s", json ? (to_text(all, 2) + '\n').c_str() : ("dialects\n" + table.text("  ")).c_str());
  return 0;
}

}  // namespace descent::cli
