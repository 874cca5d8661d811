#include "descent/options/value.h"

#include <fmt/compile.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace descent {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t count_digits(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
}

// std::from_chars takes "inf", "010" and stops before trailing text, but refuses a plus sign.
std::string_view without_plus(std::string_view text) { return text.substr(!text.empty() && text[0] == '+'); }

// [+-] digits, without leading zeros.
bool is_integer(std::string_view text) {
  text.remove_prefix(!text.empty() && (text[0] == '+' || text[0] == '-'));
  return !text.empty() && count_digits(text) == text.size() && (text.size() == 1 || text[0] != '0');
}

// [+-] digits [. digits] [e [+-] digits], with a digit on one side of the point at least.
bool is_decimal(std::string_view text) {
  text.remove_prefix(!text.empty() && (text[0] == '+' || text[0] == '-'));
  const std::size_t whole = count_digits(text);
  if (whole > 1 && text[0] == '0') return false;
  text.remove_prefix(whole);
  std::size_t decimals = 0;
  if (!text.empty() && text[0] == '.') {
    decimals = count_digits(text.substr(1));
    text.remove_prefix(1 + decimals);
  }
  if (whole + decimals == 0) return false;
  if (text.empty()) return true;
  if (text[0] != 'e' && text[0] != 'E') return false;
  text.remove_prefix(1);
  text.remove_prefix(!text.empty() && (text[0] == '+' || text[0] == '-'));
  return !text.empty() && count_digits(text) == text.size();
}

}  // namespace

Value::Value(double number) : kind(Kind::scalar), text(shortest(number)) {}

Value Value::map(std::initializer_list<Entry> entries) {
  Value value;
  value.kind = Kind::map;
  value.entries = entries;
  return value;
}

Value Value::list(std::vector<Value> items) {
  Value value;
  value.kind = Kind::list;
  value.items = std::move(items);
  return value;
}

const Value* Value::find(std::string_view key) const {
  const auto entry = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == key; });
  return entry == entries.end() ? nullptr : &entry->value;
}

Value* Value::find(std::string_view key) { return const_cast<Value*>(std::as_const(*this).find(key)); }

void Value::set(std::string_view key, Value value) {
  if (is_null()) kind = Kind::map;
  if (Value* present = find(key)) {
    *present = std::move(value);
  } else {
    entries.push_back({std::string(key), std::move(value)});
  }
}

void Value::erase(std::string_view key) {
  entries.erase(std::remove_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == key; }), entries.end());
}

bool Value::is_text() const {
  double number = 0;
  return is_scalar() && (quoted || !(parse_number(text, number) || text == "true" || text == "false"));
}

bool operator==(const Value& a, const Value& b) {
  return a.kind == b.kind && a.text == b.text && a.is_text() == b.is_text() && a.items == b.items &&
         std::equal(a.entries.begin(), a.entries.end(), b.entries.begin(), b.entries.end(),
                    [](const Value::Entry& x, const Value::Entry& y) { return x.key == y.key && x.value == y.value; });
}

void copy_marks(const Value& from, Value& to) {
  to.mark = from.mark;
  for (std::size_t i = 0; i < std::min(from.items.size(), to.items.size()); ++i) copy_marks(from.items[i], to.items[i]);
  for (std::size_t i = 0; i < to.entries.size(); ++i) {
    Value::Entry& entry = to.entries[i];
    const auto same = [&](const Value::Entry& e) { return e.key == entry.key; };
    auto given = from.entries.begin() + static_cast<std::ptrdiff_t>(std::min(i, from.entries.size()));
    if (given == from.entries.end() || !same(*given)) given = std::find_if(from.entries.begin(), from.entries.end(), same);
    if (given == from.entries.end()) continue;
    entry.mark = given->mark;
    copy_marks(given->value, entry.value);
  }
}

bool parse_number(std::string_view text, double& number) {
  if (!is_decimal(text)) return false;
  const std::string_view digits = without_plus(text);
  double parsed = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), parsed).ec != std::errc()) return false;
  number = parsed;
  return true;
}

bool parse_integer(std::string_view text, std::int64_t& number) {
  if (is_integer(text)) {
    const std::string_view digits = without_plus(text);
    std::int64_t parsed = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), parsed).ec != std::errc()) return false;
    number = parsed;
    return true;
  }
  constexpr double kExact = 9007199254740992.0;  // 2^53: beyond it the float need not be the number that was written
  double parsed = 0;
  if (!parse_number(text, parsed) || std::trunc(parsed) != parsed || std::fabs(parsed) > kExact) return false;
  number = static_cast<std::int64_t>(parsed);
  return true;
}

std::string shortest(double number) { return fmt::format(FMT_COMPILE("{}"), number); }
std::string shortest(float number) { return fmt::format(FMT_COMPILE("{}"), number); }

}  // namespace descent
