#pragma once
#include <array>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "descent/options/diagnostics.h"
#include "descent/options/form.h"
#include "descent/options/value.h"

// Every option of every component is declared once, in its `options` function:
//
//   struct Adagrad {
//     double lr = 0.01;                                                       // the default
//     void options(Options& option) { option("lr", lr, kPositive, "learning rate"); }
//   };
//
// From that declaration come reading with checks, the resolved file, `descent list` and `descent schema`.
namespace descent {

// The values that a number may take.
struct Range {
  double min = -std::numeric_limits<double>::infinity(), max = std::numeric_limits<double>::infinity();
  bool open_min = false, open_max = false;  // whether the bound itself is excluded
  bool contains(double x) const { return (open_min ? x > min : x >= min) && (open_max ? x < max : x <= max); }
};
constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr Range kAny{};
inline constexpr Range kPositive{0, kInfinity, true};
inline constexpr Range kNotNegative{0};
inline constexpr Range kFraction{0, 1, false, true};  // [0, 1)
inline constexpr Range kUnitInterval{0, 1};           // [0, 1]
inline constexpr Range kAtLeastOne{1};
inline constexpr Range kUnsigned{0, 0x1p64, false, true};
std::string to_string(const Range& range);                          // "> 0", ">= 1", "in [0, 1)", "" for any
std::string in_range(const std::string& what, const Range& range);  // "a number > 0"

// A path in an experiment file, resolved against the folder of the file that it stands in.
struct Path {
  std::string text;  // absolute once read from a file
  Mark mark;         // where it was written, for errors in the file it names
};

class ComponentKind;

// A component chosen in an experiment file: its type and its options, checked against the registry and completed with every default.
struct Spec {
  std::string type;  // empty: none was given
  Value options;     // a map, `type` left out
  Mark mark;
  explicit operator bool() const { return !type.empty(); }
};

class Options;

// Reads values into options: where it stands in the file, and where errors go.
struct Reading {
  Diagnostics& diagnostics;
  std::string path;                                               // "optimizer.lr"; empty at the root
  std::function<std::string(const std::string& key)> where = {};  // the section that an unknown key belongs in: "/" the top level, "" none

  Reading at(std::string_view key) const;  // one key deeper
  Reading at(std::size_t index) const;     // one list item deeper
  void error(const Value& value, std::string message, std::string help = "") const;
};

// One declared option, bound to the variable that holds it.
struct Option {
  std::string name, type;               // type: "number", "integer", "true|false", "outside|inside", "list of numbers", "optimizer", …
  const char* meaning = "";             // a literal
  Range range;                          // of a number, or of each in a list
  std::vector<std::string> choices;     // of an enumeration
  const ComponentKind* kind = nullptr;  // of a component, or of each in a list
  std::vector<Option> section;          // of a fixed section: its own options
  bool is_list = false;                 // of components, or of mappings with keys
  bool required = false;
  // These are given the option itself, so that they need no copy of it: options are declared for every trial.
  std::function<void(const Option&, const Value&, const Reading&)> read;  // checks and assigns, or reports
  std::function<Value(const Option&)> write;                              // the present value; null when unset
  std::function<Value(const Option&)> form;  // what may be written, where there is no kind or section; none: anything
  std::function<void(Options&)> keys;        // of a mapping that the component reads itself, or of each in a list
  std::vector<Option> list_of_keys() const;  // these are not bound
};

// Visits a component's options: calling it declares one.
class Options {
 public:
  // Numbers, and lists of numbers, each element in `range`.
  void operator()(const char* name, double& value, Range range, const char* meaning);
  void operator()(const char* name, std::int64_t& value, Range range, const char* meaning);
  void operator()(const char* name, std::uint64_t& value, const char* meaning);
  void operator()(const char* name, std::vector<double>& value, Range range, const char* meaning);
  void operator()(const char* name, std::vector<std::int64_t>& value, Range range, const char* meaning);
  void operator()(const char* name, std::array<double, 2>& value, Range range, const char* meaning);
  // Optional ones: unset unless given.
  void operator()(const char* name, std::optional<double>& value, Range range, const char* meaning);
  void operator()(const char* name, std::optional<std::int64_t>& value, Range range, const char* meaning);
  void operator()(const char* name, bool& value, const char* meaning);
  void operator()(const char* name, std::string& value, const char* meaning);
  void operator()(const char* name, std::vector<std::string>& value, const char* meaning);
  void operator()(const char* name, Path& value, const char* meaning);
  // A value of any form, read by the component itself; form() or keys() tell the schema what it may be.
  void operator()(const char* name, Value& value, const char* form, const char* meaning);
  // The same, with a function that reports what is wrong and may complete the value.
  void operator()(const char* name, Value& value, const char* form, const char* meaning,
                  std::function<void(Value&, const Reading&)> complete);
  // One name out of `choices`, which name the enumerators in order.
  template <class Enum, class = std::enable_if_t<std::is_enum_v<Enum>>>
  void operator()(const char* name, Enum& value, std::vector<std::string> choices, const char* meaning) {
    choice(
        name, std::move(choices), meaning, [&value](std::size_t i) { value = static_cast<Enum>(i); },
        [&value] { return static_cast<std::size_t>(value); });
  }
  // Components out of a registry.
  void operator()(const char* name, Spec& value, const ComponentKind& kind, const char* meaning);
  void operator()(const char* name, std::vector<Spec>& value, const ComponentKind& kind, const char* meaning);
  // A fixed section: a struct with an `options` function of its own. What it does not say when it is read has its default.
  template <class Section, class = decltype(std::declval<Section&>().options(std::declval<Options&>()))>
  void operator()(const char* name, Section& value, const char* meaning) {
    Options inner;
    value.options(inner);
    section(name, std::move(inner), meaning, [&value] { value = Section(); });
  }

  // Marks the option declared last as one that must be given.
  void required() { list_.back().required = true; }
  // Tells of the option declared last what may be written: more exactly than its type does, or for a value of any form.
  void form(Value form) {
    list_.back().form = [form = std::move(form)](const Option&) { return form; };
  }
  // The same for a mapping with the keys that `keys` declares, or a list of such.
  void keys(std::function<void(Options&)> keys, bool is_list = false) {
    list_.back().keys = std::move(keys);
    list_.back().is_list = is_list;
  }
  // Of a map that only says what differs from another, nothing must be given.
  void require_nothing() {
    for (Option& option : list_) option.required = false;
  }

  const std::vector<Option>& list() const { return list_; }

  // Assigns from a map. Reports unknown keys with the nearest known name, wrong types, values out of range and missing required options;
  // false when there was any such error.
  bool read(const Value& map, const Reading& reading) const { return read(list_, map, reading); }
  // Assigns one option; reports a key that is unknown.
  void read_key(const Value::Entry& entry, const Reading& reading) const;
  // The present values as a map; unset ones are left out. The marks are those of components and paths; copy_marks() brings back the others.
  Value write() const { return write(list_); }

 private:
  static bool read(const std::vector<Option>& list, const Value& map, const Reading& reading);
  static Value write(const std::vector<Option>& list);
  Option& declare(const char* name, std::string type, const char* meaning);
  void choice(const char* name, std::vector<std::string> choices, const char* meaning, std::function<void(std::size_t)> set,
              std::function<std::size_t()> get);
  void section(const char* name, Options inner, const char* meaning, std::function<void()> reset);
  std::vector<Option> list_;
};

// Read a bare value, for components that read a Value themselves. False, after reporting, when it has another type or is out of range.
bool read_number(const Value& value, const Reading& reading, Range range, double& number);
bool read_integer(const Value& value, const Reading& reading, Range range, std::int64_t& number);
bool read_unsigned(const Value& value, const Reading& reading, std::uint64_t& number);
bool read_boolean(const Value& value, const Reading& reading, bool& result);
bool read_text(const Value& value, const Reading& reading, std::string& text);
bool read_path(const Value& value, const Reading& reading, Path& path);

// Reports `expected a number > 0, got '-1'`, or `missing value` for a null; returns false. `expected`: "a number > 0".
bool refuse(const Value& value, const Reading& reading, const std::string& expected, std::string help = "");

}  // namespace descent
