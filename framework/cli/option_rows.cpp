#include "descent/cli/option_rows.h"

#include "descent/cli/text_table.h"

namespace descent::cli {
namespace {

// A component's default as its type, where that is all.
std::string shown_default(const Option& option) {
  if (option.required) return "required";
  const Value value = option.write(option);
  const Value* type = value.is_map() ? value.find("type") : nullptr;
  return type && value.entries.size() == 1 ? type->text : one_line(value);
}

void add_rows(std::vector<std::vector<std::string>>& rows, const std::string& prefix, const std::vector<Option>& options) {
  for (const Option& option : options) {
    if (option.section.empty()) {
      rows.push_back({prefix + option.name, in_range(option.type, option.range), shown_default(option), option.meaning});
    } else {
      add_rows(rows, prefix + option.name + '.', option.section);
    }
  }
}

}  // namespace

std::vector<std::vector<std::string>> rows_of(const std::vector<Option>& options) {
  std::vector<std::vector<std::string>> rows;
  add_rows(rows, "", options);
  return rows;
}

}  // namespace descent::cli
