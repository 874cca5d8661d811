#include <fmt/format.h>

#include <algorithm>

#include "descent/options/options.h"

namespace descent {
namespace {

std::string help_for(const std::vector<Option>& list, const std::string& key, const Reading& reading) {
  constexpr std::size_t kEnough = 100;  // errors; only the first 20 are shown
  if (reading.diagnostics.items().size() > kEnough) return "";
  const std::string section = reading.where ? reading.where(key) : "";
  if (section == "/") return fmt::format("'{}' belongs at the top level", shown(key));
  const bool is_here = reading.path.rfind(section, 0) == 0;  // of another type
  if (!section.empty() && !is_here) return fmt::format("'{}' belongs in '{}'", shown(key), section);
  std::vector<std::string> known;
  for (const Option& option : list) known.push_back(option.name);
  const std::size_t colon = key.find(':');
  const bool is_glued = colon + 1 < key.size() && key.find(':', colon + 1) == std::string::npos;
  if (is_glued && std::find(known.begin(), known.end(), key.substr(0, colon)) != known.end())
    return fmt::format("write '{}: {}', with a space behind the colon", key.substr(0, colon), shown(key.substr(colon + 1)));
  const std::string near = nearest(key, known);
  return near.empty() ? suggestion(key, known) : fmt::format("did you mean '{}'?", near);
}

void read_entry(const std::vector<Option>& list, const Value::Entry& entry, const Reading& reading, std::vector<bool>& given) {
  const auto option = std::find_if(list.begin(), list.end(), [&](const Option& o) { return o.name == entry.key; });
  const auto error = [&](const char* what, std::string help) {
    reading.diagnostics.error(entry.mark, reading.path, fmt::format("{} key '{}'", what, shown(entry.key)), std::move(help));
  };
  if (option == list.end()) return error("unknown", help_for(list, entry.key, reading));
  const auto index = static_cast<std::size_t>(option - list.begin());
  if (given[index]) return error("duplicate", "");
  given[index] = true;
  option->read(*option, entry.value, reading.at(entry.key));
}

}  // namespace

bool Options::read(const std::vector<Option>& list, const Value& map, const Reading& reading) {
  if (!map.is_map()) return refuse(map, reading, "a mapping");
  const std::size_t errors = reading.diagnostics.items().size();
  std::vector<bool> given(list.size());
  for (const Value::Entry& entry : map.entries) read_entry(list, entry, reading, given);
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].required && !given[i]) reading.error(map, fmt::format("missing key '{}'", list[i].name), list[i].meaning);
  }
  return reading.diagnostics.items().size() == errors;
}

Value Options::write(const std::vector<Option>& list) {
  Value map = Value::map();
  for (const Option& option : list) {
    Value value = option.write(option);
    if (!value.is_null()) map.entries.push_back({option.name, std::move(value)});
  }
  return map;
}

void Options::read_key(const Value::Entry& entry, const Reading& reading) const {
  std::vector<bool> given(list_.size());
  read_entry(list_, entry, reading, given);
}

}  // namespace descent
