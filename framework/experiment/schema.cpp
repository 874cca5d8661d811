#include "descent/experiment/schema.h"

#include <algorithm>

#include "descent/experiment/experiment.h"
#include "descent/options/registry.h"

namespace descent {
namespace {

// What Agreement, in agreement.cpp, says about keys that do not go together …
constexpr const char* kConflicts = R"({
  "properties": {
    "train": {"dependencies": {"epochs": {"properties": {"steps": false}}}},
    "checkpoint": {"properties": {"every": {"dependencies": {"epochs": {"properties": {"steps": false}}}}}}
  },
  "if": {"required": ["objective"]},
  "then": {"properties": {
    "model": false, "data": false, "loss": false, "metrics": false,
    "train": {"properties": {"epochs": false, "batch_size": false, "shuffle": false, "drop_last": false}},
    "checkpoint": {"properties": {"every": {"properties": {"epochs": false}}}},
    "schedule": {"properties": {"unit": {"enum": ["automatic", "steps"]}}}
  }}
})";

// … and about keys that a whole file has.
constexpr const char* kNeeds = R"({
  "anyOf": [
    {"properties": {"compare": {"type": "object", "required": ["problems"]}}, "required": ["compare"]},
    {"required": ["train", "objective"]},
    {"required": ["train", "model"]}
  ],
  "dependencies": {"model": ["data", "loss"], "compare": {"properties": {"optimizer": false, "sweep": false}}},
  "properties": {"train": {"anyOf": [{"required": ["steps"]}, {"required": ["epochs"]}]}},
  "oneOf": [{"required": ["optimizer"]}, {"required": ["compare"]}]
})";

bool must_be_given(const std::vector<Option>& options) {
  return std::any_of(options.begin(), options.end(), [](const Option& option) { return option.required; });
}

// Describes a file, or what a file changes in the one that it extends: there nothing is required, and a component may leave out its type.
class Describer {
 public:
  explicit Describer(bool is_whole) : is_whole_(is_whole) {}

  Json options(const std::vector<Option>& options) const {
    Json schema{{"type", "object"}, {"properties", Json::object()}, {"additionalProperties", false}}, required = Json::array();
    for (const Option& option : options) {
      schema["properties"][option.name] = described(option);
      if (option.required) required.push_back(option.name);
    }
    if (is_whole_ && !required.empty()) schema["required"] = std::move(required);
    return schema;
  }

  // One definition for each component, and one for the choice among them. Those of whole files come first: most of the others equal them.
  void define(const ComponentKind& kind, Json& definitions) const {
    Json names = kind.names(), scalars = Json::array(), cases = Json::array();
    for (const std::string& name : kind.names()) {
      const ComponentKind::Entry& entry = *kind.find(name);
      const Declared declared(entry.make());
      if (!must_be_given(declared.options.list())) scalars.push_back(name);
      Json schema = options(declared.options.list());
      schema["properties"]["type"] = {{"const", name}, {"description", entry.meaning}};
      const bool is_known = definitions.value(kind.singular() + '.' + name, Json()) == schema;
      const std::string key = (is_known ? kind.singular() : key_of(kind)) + '.' + name;
      definitions[key] = std::move(schema);
      cases.push_back({{"if", {{"properties", {{"type", {{"const", name}}}}}, {"required", {"type"}}}}, {"then", reference(key)}});
    }
    Json mapping{{"type", "object"}, {"properties", {{"type", {{"enum", names}}}}}, {"allOf", std::move(cases)}};
    if (is_whole_) mapping["required"] = Json::array({"type"});
    definitions[key_of(kind)] = {{"anyOf", {Json{{"enum", std::move(scalars)}}, std::move(mapping)}}};
  }

 private:
  std::string key_of(const ComponentKind& kind) const { return (is_whole_ ? "" : "changed.") + kind.singular(); }
  static Json reference(const std::string& key) { return {{"$ref", "#/definitions/" + key}}; }

  Json described(const Option& option) const {
    Json schema = option.is_list ? Json{{"type", "array"}, {"items", Describer(true).form(option)}} : form(option);
    if (schema.contains("$ref")) schema = {{"allOf", Json::array({std::move(schema)})}};  // whose neighbours do not count in draft-07
    schema["description"] = option.meaning;
    const bool has_default = !option.required && option.write && option.section.empty();
    const Value value = has_default ? option.write(option) : Value();
    if (!value.is_null() && !(value.is_scalar() && value.text.empty())) schema["default"] = to_json(value);
    return schema;
  }
  Json form(const Option& option) const {
    if (option.kind) return reference(key_of(*option.kind));
    if (!option.section.empty()) return options(option.section);
    if (option.keys) return options(option.list_of_keys());
    return option.form ? to_json(option.form(option)) : Json::object();
  }

  bool is_whole_;
};

// A number may be spelled as JSON does not allow it: .5, 5., +5
Json number_as_json(const std::string& text, double number) {
  Json json = parse_json(text);
  return json.is_number() ? json : Json(number);
}

}  // namespace

Json to_json(const Value& value) {
  double number = 0;
  if (value.is_null()) return nullptr;
  if (value.is_scalar() && value.is_text()) return value.text;
  if (value.is_scalar()) return parse_number(value.text, number) ? number_as_json(value.text, number) : Json(value.text == "true");
  Json json = value.is_list() ? Json::array() : Json::object();
  for (const Value& item : value.items) json.push_back(to_json(item));
  for (const auto& [key, item, mark] : value.entries) json[key] = to_json(item);
  return json;
}

Json experiment_schema() {
  Experiment experiment;
  Options declared;
  experiment.options(declared);
  Json definitions = Json::object();
  const auto describe = [&](bool is_whole) {
    const Describer describer(is_whole);
    for (const ComponentKind* kind : ComponentKind::all()) describer.define(*kind, definitions);
    Json schema = describer.options(declared.list());
    schema.merge_patch(parse_json(kConflicts));
    if (is_whole) schema.merge_patch(parse_json(kNeeds));
    return schema;
  };
  Json whole = describe(true), changes = describe(false);
  return {{"$schema", "http://json-schema.org/draft-07/schema#"},
          {"if", {{"type", "object"}, {"required", {"extends"}}}},
          {"then", std::move(changes)},
          {"else", std::move(whole)},
          {"definitions", std::move(definitions)}};
}

}  // namespace descent
