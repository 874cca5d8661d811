#include <fmt/format.h>

#include <cstdio>

#include "descent/cli/commands.h"
#include "descent/cli/option_rows.h"
#include "descent/cli/text_table.h"
#include "descent/core/error.h"
#include "descent/experiment/experiment.h"
#include "descent/experiment/json.h"
#include "descent/experiment/schema.h"
#include "descent/optim/optimizer.h"
#include "descent/optim/properties.h"
#include "descent/options/registry.h"

namespace descent::cli {
namespace {

using Kinds = std::vector<const ComponentKind*>;

Json to_json(const std::vector<Option>& options) {
  Json list = Json::array();
  for (const Option& option : options) {
    Json json{{"name", option.name}, {"type", option.type}};
    if (const std::string range = to_string(option.range); !range.empty()) json["range"] = range;
    if (!option.choices.empty()) json["choices"] = option.choices;
    json["required"] = option.required;
    json["default"] = to_json(option.required ? Value() : option.write(option));
    json["meaning"] = option.meaning;
    if (!option.section.empty()) json["options"] = to_json(option.section);
    list.push_back(std::move(json));
  }
  return list;
}

// Calls visit(entry, its options) for all components of a kind.
template <class Visit>
void each_component(const ComponentKind& kind, const Visit& visit) {
  for (const std::string& name : kind.names()) {
    const ComponentKind::Entry& entry = *kind.find(name);
    visit(entry, Declared(entry.make()).options.list());
  }
}

// What the optimizers do to the rate, as measured.
TextTable traits_table() {
  TextTable table;
  table.add({"optimizer", "adapts the rate", "momentum", "state per parameter"});
  for (const std::string& name : optim::Optimizer::kind().names()) {
    const optim::Traits traits = optim::traits(name);
    const std::string state = traits.state.empty() ? "none" : fmt::format("{}", fmt::join(traits.state, ", "));
    table.add({name, traits.adapts_rate, traits.has_momentum ? "yes" : "no", state});
  }
  return table;
}

void print_text(const Kinds& kinds) {
  for (const ComponentKind* kind : kinds) {
    std::printf("%s\n", kind->plural().c_str());
    if (kind == &optim::Optimizer::kind()) std::printf("%s\n", traits_table().text("  ").c_str());
    each_component(*kind, [](const ComponentKind::Entry& entry, const std::vector<Option>& options) {
      TextTable table;
      for (auto& row : rows_of(options)) table.add(std::move(row));
      std::printf("  %s: %s\n%s", entry.name.c_str(), entry.meaning.c_str(), table.text("    ").c_str());
    });
  }
}

void print_json(const Kinds& kinds) {
  Json all = Json::object();
  for (const ComponentKind* kind : kinds) {
    Json& entries = all[kind->plural()] = Json::array();
    each_component(*kind, [&](const ComponentKind::Entry& entry, const std::vector<Option>& options) {
      entries.push_back({{"name", entry.name}, {"meaning", entry.meaning}, {"options", to_json(options)}});
      if (kind != &optim::Optimizer::kind()) return;
      const optim::Traits traits = optim::traits(entry.name);
      entries.back().update({{"adapts_rate", traits.adapts_rate}, {"momentum", traits.has_momentum}, {"state", traits.state}});
    });
  }
  std::printf("%s\n", to_text(all, 2).c_str());
}

std::string code(const std::string& text) { return '`' + text + '`'; }
std::string plain(const std::string& text) {
  std::string escaped;
  for (const char c : text) escaped += std::string(std::string_view("*_<[`").find(c) != std::string_view::npos, '\\') + c;
  return escaped;
}

void print_options_as_markdown(const std::vector<Option>& options) {
  TextTable table;
  table.add({"option", "type", "default", "meaning"});
  for (const auto& row : rows_of(options)) {
    const bool is_value = row[2] != "required" && row[2] != "unset";
    table.add({code(row[0]), plain(row[1]), is_value ? code(row[2]) : row[2], plain(row[3])});
  }
  if (!options.empty()) std::printf("\n%s", table.markdown().c_str());
}

void print_markdown(const Kinds& kinds) {
  Experiment experiment;
  Options keys;
  experiment.options(keys);
  std::printf("# Reference\n\nThis is what `descent list --markdown` prints.\n\n## experiment files\n");
  print_options_as_markdown(keys.list());
  for (const ComponentKind* kind : kinds) {
    std::printf("\n## %s\n", kind->plural().c_str());
    if (kind == &optim::Optimizer::kind()) std::printf("\n%s", traits_table().markdown().c_str());
    each_component(*kind, [](const ComponentKind::Entry& entry, const std::vector<Option>& options) {
      std::printf("\n### %s\n\n%s\n", plain(entry.name).c_str(), plain(entry.meaning).c_str());
      print_options_as_markdown(options);
    });
  }
}

Kinds kinds_named(const std::string& plural) {
  Kinds kinds;
  std::vector<std::string> known;
  for (const ComponentKind* kind : ComponentKind::all()) {
    known.push_back(kind->plural());
    if (plural.empty() || plural == kind->plural()) kinds.push_back(kind);
  }
  known.push_back("dialects");
  if (kinds.empty()) fail(ErrorKind::usage, "unknown kind '{}'\n  help: {}", shown(plural), suggestion(plural, known));
  return kinds;
}

}  // namespace

int list(const std::string& kind, ListForm form) {
  if (kind == "dialects") return list_dialects(form == ListForm::json);
  const Kinds kinds = kinds_named(kind);
  form == ListForm::json ? print_json(kinds) : form == ListForm::markdown ? print_markdown(kinds) : print_text(kinds);
  return 0;
}

}  // namespace descent::cli
