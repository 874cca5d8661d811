#pragma once
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace descent {

// A text that values were read from; kept for error messages.
struct Source {
  std::string name;  // as shown before LINE:COLUMN
  std::string path;  // the file on disk, against whose folder relative paths are resolved; empty for `--set` and C++
  std::string text;
};

// A place in a source. Lines and columns start at 1; columns and length count characters, not bytes.
struct Mark {
  std::shared_ptr<const Source> source;
  int line = 0, column = 0;
  int length = 1;  // of what stands there, as far as it is known
};

// Options and experiment files as a tree of texts: a scalar keeps its spelling and gets a type when an option reads it.
class Value {
 public:
  enum class Kind { null, scalar, list, map };
  struct Entry;

  Value() = default;
  Value(const char* string) : kind(Kind::scalar), text(string), quoted(true) {}
  Value(const std::string& string) : kind(Kind::scalar), text(string), quoted(true) {}
  Value(bool b) : kind(Kind::scalar), text(b ? "true" : "false") {}
  // Numbers are spelled in the shortest form that reads back to the same value.
  Value(double number);
  template <class Integer, class = std::enable_if_t<std::is_integral_v<Integer>>>
  Value(Integer number) : kind(Kind::scalar), text(std::to_string(number)) {}
  Value(std::initializer_list<Value> list) : kind(Kind::list), items(list) {}
  template <class T>
  Value(const std::vector<T>& list) : kind(Kind::list), items(list.begin(), list.end()) {}

  static Value map(std::initializer_list<Entry> entries = {});
  // For a list of a single Value: compilers differ on whether {value} is a list or a copy.
  static Value list(std::vector<Value> items);

  bool is_null() const { return kind == Kind::null; }
  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_list() const { return kind == Kind::list; }
  bool is_map() const { return kind == Kind::map; }
  bool is_text() const;  // a scalar that is neither a number nor a boolean

  // The value of a key of a map, or null when there is none.
  const Value* find(std::string_view key) const;
  Value* find(std::string_view key);
  // Replaces the value of a key, or adds the key at the end. A null value becomes a map.
  void set(std::string_view key, Value value);
  void erase(std::string_view key);

  Kind kind = Kind::null;
  std::string text;            // of a scalar
  bool quoted = false;         // a quoted scalar is a string, whatever it looks like
  std::vector<Value> items;    // of a list
  std::vector<Entry> entries;  // of a map, in the order of the file
  Mark mark;                   // of the value; of its key where the value is missing
};

struct Value::Entry {
  std::string key;
  Value value;
  Mark mark = {};  // of the key
};

// The same meaning: marks do not count, nor quotes unless they tell a text from a number or boolean.
bool operator==(const Value& a, const Value& b);

// Gives `to` the marks of the same elements in `from`.
void copy_marks(const Value& from, Value& to);

// How options are given in C++: {{"lr", 0.1}, {"betas", {0.9, 0.99}}}.
using OptionList = std::initializer_list<Value::Entry>;

// Strict decimal numbers: `1e-3` and `1e3` are; `010`, `0x10`, `1_000`, `.nan`, `inf`, `1e999` are not. False when the text is none.
bool parse_number(std::string_view text, double& number);
// The same for integers; an integral float such as `1e3` counts.
bool parse_integer(std::string_view text, std::int64_t& number);

// The shortest text that reads back to the same number: "0.1", "1e-07", "3.0" stays "3".
std::string shortest(double number);
std::string shortest(float number);

}  // namespace descent
