#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "descent/cli/commands.h"
#include "descent/cli/text_table.h"
#include "descent/core/error.h"
#include "descent/options/registry.h"

namespace descent::cli {
namespace {

using Json = nlohmann::ordered_json;

// On one line, as YAML's flow style would have it.
std::string one_line(const Value& value) {
  std::string text;
  if (value.is_null()) return "unset";
  if (value.is_scalar()) return value.text.empty() ? "\"\"" : value.text;
  for (const Value& item : value.items) text += (text.empty() ? "" : ", ") + one_line(item);
  for (const auto& [key, item, mark] : value.entries) text += (text.empty() ? "" : ", ") + key + ": " + one_line(item);
  return value.is_list() ? '[' + text + ']' : '{' + text + '}';
}

// A component's default as its type, where that is all.
std::string shown_default(const Option& option) {
  if (option.required) return "required";
  const Value value = option.write();
  const Value* type = value.is_map() ? value.find("type") : nullptr;
  return type && value.entries.size() == 1 ? type->text : one_line(value);
}

Json to_json(const Value& value) {
  double number = 0;
  if (value.is_null()) return nullptr;
  if (value.is_scalar() && value.is_text()) return value.text;
  if (value.is_scalar()) return parse_number(value.text, number) ? Json::parse(value.text) : Json(value.text == "true");
  Json json = value.is_list() ? Json::array() : Json::object();
  for (const Value& item : value.items) json.push_back(to_json(item));
  for (const auto& [key, item, mark] : value.entries) json[key] = to_json(item);
  return json;
}

Json to_json(const std::vector<Option>& options) {
  Json list = Json::array();
  for (const Option& option : options) {
    Json json{{"name", option.name}, {"type", option.type}};
    if (!option.range.empty()) json["range"] = option.range;
    if (!option.choices.empty()) json["choices"] = option.choices;
    json["required"] = option.required;
    json["default"] = to_json(option.required ? Value() : option.write());
    json["meaning"] = option.meaning;
    if (!option.section.empty()) json["options"] = to_json(option.section);
    list.push_back(std::move(json));
  }
  return list;
}

// A row for each option; those of a section under it, as `split.validation`.
void add_rows(TextTable& table, const std::string& prefix, const std::vector<Option>& options) {
  for (const Option& option : options) {
    if (!option.section.empty()) {
      add_rows(table, prefix + option.name + '.', option.section);
      continue;
    }
    const std::string type = option.range.empty() ? option.type : option.type + ' ' + option.range;
    table.add({prefix + option.name, type, shown_default(option), option.meaning});
  }
}

void print(const ComponentKind::Entry& entry, const std::vector<Option>& options) {
  TextTable table;
  add_rows(table, "", options);
  std::printf("  %s: %s\n%s", entry.name.c_str(), entry.meaning.c_str(), table.text("    ").c_str());
}

}  // namespace

int list(const std::string& wanted, bool json) {
  Json all = Json::object();
  std::vector<std::string> known;
  for (const ComponentKind* kind : ComponentKind::all()) {
    known.push_back(kind->plural());
    if (!wanted.empty() && wanted != kind->plural()) continue;
    Json& entries = all[kind->plural()] = Json::array();
    if (!json) std::printf("%s\n", kind->plural().c_str());
    for (const std::string& name : kind->names()) {
      const ComponentKind::Entry& entry = *kind->find(name);
      const auto component = entry.make();
      Options options;
      component->options(options);
      if (!json) print(entry, options.list());
      entries.push_back({{"name", name}, {"meaning", entry.meaning}, {"options", to_json(options.list())}});
    }
  }
  if (all.empty()) fail(ErrorKind::usage, "unknown kind '{}'\n  help: {}", shown(wanted), suggestion(wanted, known));
  if (json) std::printf("%s\n", all.dump(2).c_str());
  return 0;
}

}  // namespace descent::cli
