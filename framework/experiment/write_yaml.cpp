#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "descent/experiment/yaml.h"

namespace descent {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// Whether every YAML reader takes the unquoted text for this same text.
bool is_plain(const std::string& text) {
  constexpr std::string_view kInner = "0123456789./-+%";
  constexpr std::array<std::string_view, 8> kTaken = {"true", "false", "null", "yes", "no", "on", "off", "y"};
  const auto is_inner = [&](char c) { return is_letter(c) || kInner.find(c) != std::string_view::npos; };
  if (text.empty() || !(is_letter(text[0]) || text[0] == '/') || !std::all_of(text.begin(), text.end(), is_inner)) return false;
  std::string lower = text;
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower != "n" && std::find(kTaken.begin(), kTaken.end(), lower) == kTaken.end();
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += {'\\', c};
    } else if (c == '\n' || c == '\t') {
      result += c == '\n' ? "\\n" : "\\t";
    } else if (const auto byte = static_cast<unsigned char>(c); byte < 0x20 || byte == 0x7f) {
      result += fmt::format("\\x{:02x}", byte);
    } else {
      result += c;
    }
  }
  return result + '"';
}

std::string scalar(const Value& value) {
  if (value.is_null()) return "null";
  return is_plain(value.text) || !value.is_text() ? value.text : quoted(value.text);
}

std::string key(const std::string& name) { return is_plain(name) ? name : quoted(name); }

// Lists of scalars, and empty lists and maps, stand in one line.
bool is_inline(const Value& value) {
  if (value.is_map()) return value.entries.empty();
  return std::none_of(value.items.begin(), value.items.end(), [](const Value& item) { return item.is_list() || item.is_map(); });
}

// Appends the lines of a map or list. The first one continues the line that is there already, behind a dash.
void write_block(const Value& value, std::size_t indent, bool continues, std::string& out) {
  const auto begin_line = [&] {
    if (!continues) out.append(indent, ' ');
    continues = false;
  };
  for (const Value::Entry& entry : value.entries) {
    begin_line();
    out += key(entry.key) + ":";
    out += is_inline(entry.value) ? " " + write_flow(entry.value) + "\n" : "\n";
    if (!is_inline(entry.value)) write_block(entry.value, indent + 2, false, out);
  }
  for (const Value& item : value.items) {
    begin_line();
    out += "- ";
    if (is_inline(item)) out += write_flow(item) + "\n";
    if (!is_inline(item)) write_block(item, indent + 2, true, out);
  }
}

}  // namespace

std::string write_flow(const Value& value) {
  if (value.is_scalar() || value.is_null()) return scalar(value);
  std::string all;
  for (const Value& item : value.items) all += (all.empty() ? "" : ", ") + write_flow(item);
  for (const Value::Entry& entry : value.entries) all += (all.empty() ? "" : ", ") + key(entry.key) + ": " + write_flow(entry.value);
  return value.is_map() ? "{" + all + "}" : "[" + all + "]";
}

std::string write_yaml(const Value& value) {
  std::string out;
  if (is_inline(value)) return write_flow(value) + "\n";
  write_block(value, 0, false, out);
  return out;
}

}  // namespace descent
