#include "descent/options/options.h"

#include <fmt/format.h>

#include <algorithm>

#include "descent/core/error.h"
#include "descent/options/registry.h"

namespace descent {
namespace {

// A list whose elements `read_item` reads.
template <class T, class ReadItem>
bool read_list(const Value& value, const Reading& reading, const std::string& expected, std::vector<T>& list, const ReadItem& read_item) {
  if (!value.is_list()) {
    Diagnostics ignored;
    T item{};
    const bool is_item = value.is_scalar() && !value.quoted && read_item(value, {ignored, ""}, item);
    return refuse(value, reading, expected, is_item ? fmt::format("write [{}]", shown(value.text)) : "");
  }
  bool good = true;
  list.clear();
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    T item{};
    good = read_item(value.items[i], reading.at(i), item) && good;
    list.push_back(std::move(item));
  }
  return good;
}

bool read_in(Range range, const Value& value, const Reading& reading, double& number) { return read_number(value, reading, range, number); }
bool read_in(Range range, const Value& value, const Reading& reading, std::int64_t& number) {
  return read_integer(value, reading, range, number);
}
template <class T>
bool read_in(Range range, const Value& value, const Reading& reading, std::vector<T>& list) {
  const char* what = std::is_same_v<T, double> ? "a list of numbers" : "a list of integers";
  return read_list(value, reading, in_range(what, range), list,
                   [range](const Value& v, const Reading& r, T& item) { return read_in(range, v, r, item); });
}
bool read_in(Range range, const Value& value, const Reading& reading, std::array<double, 2>& pair) {
  if (!value.is_list() || value.items.size() != 2) return refuse(value, reading, in_range("a list of two numbers", range));
  const bool first = read_number(value.items[0], reading.at(0U), range, pair[0]);
  return read_number(value.items[1], reading.at(1U), range, pair[1]) && first;
}

// The form of a T within the range of its option.
template <class T>
struct Form {
  static Value of(const Option& option) { return std::is_integral_v<T> ? form::integer(option.range) : form::number(option.range); }
};
template <class T>
struct Form<std::optional<T>> : Form<T> {};
template <class T>
struct Form<std::vector<T>> {
  static Value of(const Option& option) { return form::list(Form<T>::of(option)); }
};
template <>
struct Form<std::array<double, 2>> {
  static Value of(const Option& option) { return form::list(Form<double>::of(option), 2, 2); }
};

template <class T>
Value written(const T& value) {
  return Value(value);
}
template <class T>
Value written(const std::optional<T>& value) {
  return value ? Value(*value) : Value();
}
Value written(const std::array<double, 2>& value) { return Value({Value(value[0]), Value(value[1])}); }
Value written(const Path& path) {
  Value value = path.text.empty() ? Value() : Value(path.text);
  value.mark = path.mark;
  return value;
}
Value written(const Spec& spec) {
  if (!spec) return Value();
  Value map = spec.options;
  Value type = spec.type;
  type.mark = map.mark = spec.mark;
  map.entries.insert(map.entries.begin(), {"type", type, spec.mark});
  return map;
}
Value written(const std::vector<Spec>& specs) {
  Value list = Value::list({});
  for (const Spec& spec : specs) list.items.push_back(written(spec));
  return list;
}

template <class T>
struct Plain {
  using Type = T;
};
template <class T>
struct Plain<std::optional<T>> {
  using Type = T;
};

// Lets `option` assign to `value` what `read` accepts, and write it.
template <class T, class Read>
void bind(Option& option, T& value, Read read) {
  option.read = [&value, read = std::move(read)](const Option& declared, const Value& given, const Reading& reading) {
    typename Plain<T>::Type result{};
    if (read(declared, given, reading, result)) value = std::move(result);
  };
  option.write = [&value](const Option&) { return written(value); };
}
template <class T>
void bind(Option& option, T& value, bool (*read)(const Value&, const Reading&, T&)) {
  bind(option, value,
       [read](const Option&, const Value& given, const Reading& reading, T& result) { return read(given, reading, result); });
}

template <class T>
void bind_in(Range range, Option& option, T& value) {
  option.range = range;
  option.form = Form<T>::of;
  bind(option, value, [](const Option& declared, const Value& given, const Reading& reading, auto& result) {
    return read_in(declared.range, given, reading, result);
  });
}

}  // namespace

Option& Options::declare(const char* name, std::string type, const char* meaning) {
  for (const Option& other : list_) {
    if (other.name == name) fail(ErrorKind::internal, "option '{}' is declared twice", name);
  }
  if (list_.empty()) list_.reserve(16);
  Option& option = list_.emplace_back();
  option.name = name;
  option.type = std::move(type);
  option.meaning = meaning;
  return option;
}

void Options::operator()(const char* name, double& value, Range range, const char* meaning) {
  bind_in(range, declare(name, "number", meaning), value);
}
void Options::operator()(const char* name, std::int64_t& value, Range range, const char* meaning) {
  bind_in(range, declare(name, "integer", meaning), value);
}
void Options::operator()(const char* name, std::vector<double>& value, Range range, const char* meaning) {
  bind_in(range, declare(name, "list of numbers", meaning), value);
}
void Options::operator()(const char* name, std::vector<std::int64_t>& value, Range range, const char* meaning) {
  bind_in(range, declare(name, "list of integers", meaning), value);
}
void Options::operator()(const char* name, std::array<double, 2>& value, Range range, const char* meaning) {
  bind_in(range, declare(name, "two numbers", meaning), value);
}
void Options::operator()(const char* name, std::optional<double>& value, Range range, const char* meaning) {
  bind_in(range, declare(name, "number", meaning), value);
}
void Options::operator()(const char* name, std::optional<std::int64_t>& value, Range range, const char* meaning) {
  bind_in(range, declare(name, "integer", meaning), value);
}

void Options::operator()(const char* name, std::uint64_t& value, const char* meaning) {
  Option& option = declare(name, "integer", meaning);
  option.range = kUnsigned;
  // As doubles, which readers of JSON have, the largest integer and the bound are one.
  option.form = [](const Option&) { return Value::map({{"type", "integer"}, {"minimum", 0}, {"maximum", ~std::uint64_t{0}}}); };
  bind(option, value, read_unsigned);
}

void Options::operator()(const char* name, bool& value, const char* meaning) {
  bind(declare(name, "true|false", meaning), value, read_boolean);
  list_.back().form = [](const Option&) { return form::boolean(); };
}

void Options::operator()(const char* name, std::string& value, const char* meaning) {
  bind(declare(name, "text", meaning), value, read_text);
  list_.back().form = [](const Option&) { return form::text(); };
}

void Options::operator()(const char* name, std::vector<std::string>& value, const char* meaning) {
  bind(declare(name, "list of texts", meaning), value,
       [](const Option& declared, const Value& given, const Reading& reading, std::vector<std::string>& list) {
         return read_list(given, reading, "a " + declared.type, list, read_text);
       });
  list_.back().form = [](const Option&) { return form::list(form::text()); };
}

void Options::operator()(const char* name, Path& value, const char* meaning) {
  bind(declare(name, "path", meaning), value, read_path);
  list_.back().form = [](const Option&) { return form::text(); };
}

void Options::operator()(const char* name, Value& value, const char* form, const char* meaning) {
  bind(declare(name, form, meaning), value, [](const Option& declared, const Value& given, const Reading& reading, Value& result) {
    result = given;
    return !given.is_null() || refuse(given, reading, declared.type);
  });
}

void Options::operator()(const char* name, Value& value, const char* form, const char* meaning,
                         std::function<void(Value&, const Reading&)> complete) {
  bind(declare(name, form, meaning), value,
       [complete = std::move(complete)](const Option&, const Value& given, const Reading& reading, Value& result) {
         result = given;
         complete(result, reading);
         return true;
       });
}

void Options::operator()(const char* name, Spec& value, const ComponentKind& kind, const char* meaning) {
  Option& option = declare(name, kind.singular(), meaning);
  option.kind = &kind;
  bind(option, value, [](const Option& declared, const Value& given, const Reading& reading, Spec& spec) {
    spec = declared.kind->read(given, reading);
    return true;
  });
}

void Options::operator()(const char* name, std::vector<Spec>& value, const ComponentKind& kind, const char* meaning) {
  Option& option = declare(name, "list of " + kind.plural(), meaning);
  option.kind = &kind;
  option.is_list = true;
  bind(option, value, [](const Option& declared, const Value& given, const Reading& reading, std::vector<Spec>& specs) {
    return read_list(given, reading, "a " + declared.type, specs, [&](const Value& item, const Reading& place, Spec& spec) {
      spec = declared.kind->read(item, place);
      return true;
    });
  });
}

void Options::choice(const char* name, std::vector<std::string> choices, const char* meaning, std::function<void(std::size_t)> set,
                     std::function<std::size_t()> get) {
  Option& option = declare(name, fmt::format("{}", fmt::join(choices, "|")), meaning);
  option.choices = std::move(choices);
  option.form = [](const Option& declared) { return form::choice(declared.choices); };
  option.write = [get = std::move(get)](const Option& declared) { return Value(declared.choices[get()]); };
  option.read = [set = std::move(set)](const Option& declared, const Value& given, const Reading& reading) {
    const std::vector<std::string>& known = declared.choices;
    const auto chosen = std::find(known.begin(), known.end(), given.text);
    if (given.is_scalar() && chosen != known.end()) return set(static_cast<std::size_t>(chosen - known.begin()));
    const std::string near = nearest(given.text, known);
    refuse(given, reading, fmt::format("{}", fmt::join(known, " or ")), near.empty() ? "" : fmt::format("did you mean '{}'?", near));
  };
}

void Options::section(const char* name, Options inner, const char* meaning, std::function<void()> reset) {
  Option& option = declare(name, "section", meaning);
  option.section = std::move(inner.list_);
  option.write = [](const Option& declared) { return write(declared.section); };
  option.read = [reset = std::move(reset)](const Option& declared, const Value& given, const Reading& reading) {
    reset();
    read(declared.section, given, reading);
  };
}

std::vector<Option> Option::list_of_keys() const {
  Options declared;
  keys(declared);
  std::vector<Option> list = declared.list();
  for (Option& key : list) key.read = nullptr, key.write = nullptr;
  return list;
}

}  // namespace descent
