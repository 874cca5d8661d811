#include "descent/options/form.h"

#include "descent/options/options.h"

namespace descent::form {
namespace {

Value of_type(const char* type) { return Value::map({{"type", type}}); }

Value with(Value form, const char* key, Value value) {
  form.set(key, std::move(value));
  return form;
}

Value within(const Range& range, Value form) {
  if (range.min > -kInfinity) form.set(range.open_min ? "exclusiveMinimum" : "minimum", range.min);
  if (range.max < kInfinity) form.set(range.open_max ? "exclusiveMaximum" : "maximum", range.max);
  return form;
}

}  // namespace

Value number(const Range& range) { return within(range, of_type("number")); }

Value integer(const Range& range) {
  const Value form = within(range, of_type("integer"));
  return range.max < kInfinity ? form : with(form, "maximum", std::numeric_limits<std::int64_t>::max());
}

Value boolean() { return of_type("boolean"); }
Value text() { return Value::map({{"type", {"string", "number", "boolean"}}}); }
Value choice(const std::vector<std::string>& names) { return Value::map({{"enum", names}}); }
Value list(const Value& item, int least, int most) {
  Value form = with(of_type("array"), "items", item);
  if (least > 0) form.set("minItems", least);
  if (most > 0) form.set("maxItems", most);
  return form;
}
Value map(const Value& item) { return with(of_type("object"), "additionalProperties", item); }
Value either(const std::vector<Value>& forms) { return Value::map({{"anyOf", forms}}); }

}  // namespace descent::form
