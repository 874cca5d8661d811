#include <fmt/core.h>

#include <charconv>
#include <filesystem>

#include "descent/options/options.h"

namespace descent {

std::string to_string(const Range& range) {
  const bool above = range.min > -kInfinity;
  const bool below = range.max < kInfinity;
  if (above && below) {
    const std::string max = range.max == kUnsigned.max ? "2^64" : shortest(range.max);
    return fmt::format("in {}{}, {}{}", range.open_min ? "(" : "[", shortest(range.min), max, range.open_max ? ")" : "]");
  }
  if (above) return (range.open_min ? "> " : ">= ") + shortest(range.min);
  if (below) return (range.open_max ? "< " : "<= ") + shortest(range.max);
  return "";
}

Reading Reading::at(std::string_view key) const {
  return {diagnostics, path.empty() ? std::string(key) : path + '.' + std::string(key), where};
}
Reading Reading::at(std::size_t index) const { return {diagnostics, fmt::format("{}[{}]", path, index), where}; }
void Reading::error(const Value& value, std::string message, std::string help) const {
  diagnostics.error(value.mark, path, std::move(message), std::move(help));
}

bool refuse(const Value& value, const Reading& reading, const std::string& expected, std::string help) {
  const bool is_empty = value.items.empty() && value.entries.empty();
  const std::string got = value.is_map()    ? is_empty ? "an empty mapping" : "a mapping"
                          : value.is_list() ? is_empty ? "an empty list" : "a list"
                          : value.quoted    ? fmt::format("the text '{}'", shown(value.text))
                                            : fmt::format("'{}'", shown(value.text));
  reading.error(value, value.is_null() ? "missing value" : fmt::format("expected {}, got {}", expected, got), std::move(help));
  return false;
}

std::string in_range(const std::string& what, const Range& range) {
  const std::string limits = to_string(range);
  if (range.min == range.max) return shortest(range.min);
  return limits.empty() ? what : what + " " + limits;
}

bool read_number(const Value& value, const Reading& reading, Range range, double& number) {
  double parsed = 0;
  if (!value.is_scalar() || value.quoted || !parse_number(value.text, parsed) || !range.contains(parsed)) {
    return refuse(value, reading, in_range("a number", range));
  }
  number = parsed;
  return true;
}

bool read_integer(const Value& value, const Reading& reading, Range range, std::int64_t& number) {
  std::int64_t parsed = 0;
  if (!value.is_scalar() || value.quoted || !parse_integer(value.text, parsed) || !range.contains(static_cast<double>(parsed))) {
    return refuse(value, reading, in_range("an integer", range));
  }
  number = parsed;
  return true;
}

bool read_text(const Value& value, const Reading& reading, std::string& text) {
  if (!value.is_scalar()) return refuse(value, reading, "a text");
  text = value.text;
  return true;
}

bool read_unsigned(const Value& value, const Reading& reading, std::uint64_t& number) {
  std::int64_t integral = 0;
  if (value.is_scalar() && !value.quoted) {
    if (parse_integer(value.text, integral) && integral >= 0) {
      number = static_cast<std::uint64_t>(integral);
      return true;
    }
    const char* end = value.text.data() + value.text.size();
    const auto parsed = std::from_chars(value.text.data(), end, number);
    if (parsed.ec == std::errc() && parsed.ptr == end && value.text[0] != '0') return true;
  }
  return refuse(value, reading, in_range("an integer", kUnsigned));
}

bool read_boolean(const Value& value, const Reading& reading, bool& result) {
  if (!value.is_scalar() || value.quoted || (value.text != "true" && value.text != "false")) {
    return refuse(value, reading, "true or false");
  }
  result = value.text == "true";
  return true;
}

bool read_path(const Value& value, const Reading& reading, Path& path) {
  std::string text;
  if (!read_text(value, reading, text)) return false;
  if (text.empty()) {
    reading.error(value, "expected a path, got an empty text");
    return false;
  }
  const auto& source = value.mark.source;
  const auto folder = source ? std::filesystem::path(source->path).parent_path() : std::filesystem::path();
  path = {std::filesystem::absolute(folder / text).lexically_normal().string(), value.mark};
  return true;
}

}  // namespace descent
