#include "descent/options/registry.h"

#include <algorithm>

#include "descent/core/error.h"

namespace descent {
namespace {

std::vector<const ComponentKind*>& kinds() {
  static std::vector<const ComponentKind*> list;
  return list;
}

}  // namespace

ComponentKind::ComponentKind(std::string singular, std::string plural) : singular_(std::move(singular)), plural_(std::move(plural)) {
  const auto behind = std::find_if(kinds().begin(), kinds().end(), [&](const ComponentKind* kind) { return kind->plural() > plural_; });
  kinds().insert(behind, this);
}

ComponentKind::~ComponentKind() { kinds().erase(std::find(kinds().begin(), kinds().end(), this)); }

const std::vector<const ComponentKind*>& ComponentKind::all() { return kinds(); }

void ComponentKind::add(Entry entry) {
  const std::string name = entry.name;
  if (!entries_.emplace(name, std::move(entry)).second) taken_ = name;
}

void ComponentKind::check() const {
  if (!taken_.empty()) fail(ErrorKind::internal, "{} '{}' is registered twice", singular_, taken_);
}

const ComponentKind::Entry* ComponentKind::find(const std::string& name) const {
  const auto entry = entries_.find(name);
  return entry == entries_.end() ? nullptr : &entry->second;
}

std::vector<std::string> ComponentKind::names() const {
  std::vector<std::string> list;
  for (const auto& [name, entry] : entries_) list.push_back(name);
  return list;
}

std::string ComponentKind::type_of(const Value& value, const Reading& reading) const {
  std::string type;
  const Value* named = value.is_map() ? value.find("type") : &value;
  if (!named) {
    reading.error(value, "missing key 'type'", suggestion("", names()));
    return "";
  }
  const Reading place = value.is_map() ? reading.at("type") : reading;
  if (value.is_list()) {
    reading.error(value, fmt::format("expected one {}, got a list", singular_));
  } else if (read_text(*named, place, type) && !find(type)) {
    place.error(*named, fmt::format("unknown {} '{}'", singular_, shown(type)), suggestion(type, names()));
  }
  return find(type) ? type : "";
}

Spec ComponentKind::read(const Value& value, const Reading& reading) const {
  Spec spec{type_of(value, reading), Value::map(), value.mark};
  if (!spec) return spec;
  Value given = value.is_map() ? value : Value::map();
  given.erase("type");
  given.mark = value.mark;

  const auto component = find(spec.type)->make();
  component->preset(given);
  Options options;
  component->options(options);
  if (options.read(given, reading)) component->check_options(given, reading);
  spec.options = options.write();
  copy_marks(given, spec.options);
  return spec;
}

std::unique_ptr<Component> ComponentKind::make(const Spec& spec) const {
  check();
  const Entry* entry = find(spec.type);
  if (!entry) fail_argument("unknown {} '{}'", singular_, shown(spec.type));
  auto component = entry->make();
  component->preset(spec.options);
  Diagnostics diagnostics;
  Options options;
  component->options(options);
  options.read(spec.options, {diagnostics, singular_});
  diagnostics.check();
  return component;
}

std::unique_ptr<Component> ComponentKind::make(const std::string& name, const Value& options) const {
  Diagnostics diagnostics;
  Value value = options;
  value.set("type", name);
  const Spec spec = read(value, {diagnostics, singular_});
  diagnostics.check();
  return make(spec);
}

}  // namespace descent
