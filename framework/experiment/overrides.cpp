#include "descent/experiment/overrides.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "descent/core/error.h"
#include "descent/experiment/yaml.h"
#include "descent/options/utf8.h"

namespace descent {
namespace {

constexpr std::size_t kMaxSteps = 32;

// One part of a path: a key, or an index in brackets.
struct Step {
  std::string_view key;
  std::int64_t index = -1;
  Mark mark;
};

// `a.b[0].c` as steps; none when it is malformed.
std::vector<Step> split_path(std::string_view path, const Mark& mark) {
  std::vector<Step> steps;
  for (std::size_t at = 0; at < path.size() && steps.size() < kMaxSteps;) {
    const bool bracket = path[at] == '[', dot = path[at] == '.';
    if (steps.empty() ? bracket || dot : !bracket && !dot) return {};
    at += bracket || dot;
    const std::size_t end = std::min(path.find_first_of(bracket ? "]" : ".[", at), path.size());
    Step step{path.substr(at, end - at), -1, mark};
    step.mark.column += static_cast<int>(count_characters(path.substr(0, at)));
    step.mark.length = static_cast<int>(count_characters(step.key));
    if (step.key.empty() || (bracket && (end == path.size() || !parse_integer(step.key, step.index) || step.index < 0))) return {};
    steps.push_back(std::move(step));
    at = end + bracket;
    if (at == path.size()) return steps;
    if (path[at] == '.' && at + 1 == path.size()) return {};
  }
  return {};
}

Value* enter_list(Value& list, const Step& step, std::string_view parent, Diagnostics& diagnostics) {
  if (!list.is_list()) {
    diagnostics.error(step.mark, std::string(parent), "no list stands here");
    return nullptr;
  }
  if (step.index < static_cast<std::int64_t>(list.items.size())) return &list.items[static_cast<std::size_t>(step.index)];
  diagnostics.error(step.mark, std::string(parent), fmt::format("no entry {}; the list has {}", step.index, list.items.size()),
                    list.items.empty() ? "" : fmt::format("entries are 0 to {}", list.items.size() - 1));
  return nullptr;
}

// `adam` stands for {type: adam}.
void expand_component(Value& scalar) {
  Value map = Value::map();
  map.mark = scalar.mark;
  map.entries.push_back({"type", std::move(scalar), map.mark});
  scalar = std::move(map);
}

Value* enter_map(Value& map, const Step& step, std::string_view parent, Diagnostics& diagnostics) {
  if (map.is_list()) {
    diagnostics.error(step.mark, std::string(parent), "a list stands here; its entries are [0], [1], …");
    return nullptr;
  }
  if (map.is_scalar()) expand_component(map);
  if (map.is_null()) {
    map = Value::map();
    map.mark = step.mark;
  }
  if (Value* present = map.find(step.key)) return present;
  map.entries.push_back({std::string(step.key), Value(), step.mark});
  return &map.entries.back().value;
}

const std::string* type_of(const Value& map) {
  const Value* type = map.find("type");
  return type && type->is_scalar() ? &type->text : nullptr;
}

// Lays `over` on top of `base`.
void merge(Value& base, Value over) {
  if (base.is_scalar() && over.is_map() && !over.find("type")) expand_component(base);
  const std::string *type = type_of(over), *base_type = type_of(base);
  const bool other_component = type && base_type && *type != *base_type;
  if (!base.is_map() || !over.is_map() || other_component) {
    base = std::move(over);
    return;
  }
  std::unordered_map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < base.entries.size(); ++i) index.emplace(base.entries[i].key, i);
  for (Value::Entry& entry : over.entries) {
    const auto present = index.find(entry.key);
    if (present == index.end()) {
      base.entries.push_back(std::move(entry));
    } else {
      base.entries[present->second].mark = entry.mark;
      merge(base.entries[present->second].value, std::move(entry.value));
    }
  }
  base.mark = over.mark;
}

// The value of `extends`, as a path from the current folder; empty, after reporting, when it is none.
std::string parent_path(const Value& extends, Diagnostics& diagnostics) {
  if (extends.is_scalar() && !extends.text.empty()) {
    return (std::filesystem::path(extends.mark.source->path).parent_path() / extends.text).lexically_normal().string();
  }
  diagnostics.error(extends.mark, "extends", extends.is_null() ? "missing value" : "expected the path of one experiment file");
  return "";
}

// `chain`: the files that extend this one, the first one first.
Value load_chain(const std::string& path, std::vector<std::string> chain, Diagnostics& diagnostics) {
  Value root = load_yaml(path, diagnostics);
  const Value* extends = root.find("extends");
  if (!extends) return root;
  const Value link = *extends;
  root.erase("extends");
  const std::string parent = parent_path(link, diagnostics);
  if (parent.empty()) return root;

  const auto same_file = [&](const std::string& file) {
    return std::filesystem::weakly_canonical(file) == std::filesystem::weakly_canonical(parent);
  };
  chain.push_back(path);
  const bool cycle = std::any_of(chain.begin(), chain.end(), same_file);
  if (cycle || chain.size() == kMaxSteps) {
    chain.push_back(parent);
    diagnostics.error(link.mark, "extends", fmt::format("{}: {}", cycle ? "a cycle" : "too long a chain", fmt::join(chain, " -> ")));
    return root;
  }
  try {
    Value base = load_chain(parent, std::move(chain), diagnostics);
    merge(base, std::move(root));
    return base;
  } catch (const Error& error) {
    diagnostics.error(link.mark, "extends", error.what());
    return root;
  }
}

}  // namespace

bool set_path(Value& root, std::string_view path, Value value, const Mark& mark, Diagnostics& diagnostics) {
  const std::vector<Step> steps = split_path(path, mark);
  if (steps.empty()) {
    diagnostics.error(mark, "", fmt::format("'{}' is no path of keys", shown(path)), "write section.key or list[0].key");
    return false;
  }
  Value changed = root;
  Value* place = &changed;
  for (const Step& step : steps) {
    const auto parent = path.substr(0, static_cast<std::size_t>(step.key.data() - path.data()) - (&step != &steps.front()));
    place = step.index >= 0 ? enter_list(*place, step, parent, diagnostics) : enter_map(*place, step, parent, diagnostics);
    if (!place) return false;
  }
  *place = std::move(value);
  root = std::move(changed);
  return true;
}

const Value* find_path(const Value& root, std::string_view path) {
  if (path.find_first_of(".[") == std::string_view::npos) return root.find(path);
  const Value* value = &root;
  for (const Step& step : split_path(path, {})) {
    const bool in_list = step.index >= 0 && step.index < static_cast<std::int64_t>(value->items.size());
    value = in_list ? &value->items[static_cast<std::size_t>(step.index)] : value->find(step.key);
    if (!value) return nullptr;
  }
  return value;
}

void apply_override(Value& root, const std::string& assignment, Diagnostics& diagnostics) {
  const auto source = std::make_shared<const Source>(Source{"--set", "", assignment});
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos) return diagnostics.error({source, 1, 1}, "", "expected KEY=VALUE");
  const std::string path = assignment.substr(0, equals);
  const Mark mark{source, 1, 1, static_cast<int>(std::max<std::size_t>(1, count_characters(path)))};
  const std::size_t errors = diagnostics.items().size();
  Value value = parse_yaml_value(source, equals + 1, diagnostics);
  if (diagnostics.items().size() > errors) return;
  if (value.is_null()) return diagnostics.error(mark, path, "missing value");
  set_path(root, path, std::move(value), mark, diagnostics);
}

Value load_experiment(const std::string& path, Diagnostics& diagnostics) { return load_chain(path, {}, diagnostics); }

}  // namespace descent
