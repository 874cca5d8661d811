#include "descent/cli/text_table.h"

#include <algorithm>

#include "descent/options/utf8.h"

namespace descent::cli {

std::string TextTable::text(const std::string& indent) const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], count_characters(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line = indent;
    for (std::size_t i = 0; i < row.size(); ++i) line += row[i] + std::string(widths[i] - count_characters(row[i]) + 2, ' ');
    text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  return text;
}

std::string TextTable::markdown() const {
  std::string text;
  for (const auto& row : rows_) {
    text += '|';
    for (const std::string& cell : row) {
      text += ' ';
      for (const char c : cell) text += c == '|' ? "\\|" : std::string(1, c);
      text += " |";
    }
    text += '\n';
    if (&row != &rows_[0]) continue;
    for (std::size_t i = 0; i < row.size(); ++i) text += "| --- ";
    text += "|\n";
  }
  return text;
}

std::string one_line(const Value& value) {
  std::string text;
  if (value.is_null()) return "unset";
  if (value.is_scalar()) return value.text.empty() ? "\"\"" : value.text;
  for (const Value& item : value.items) text += (text.empty() ? "" : ", ") + one_line(item);
  for (const auto& [key, item, mark] : value.entries) text += (text.empty() ? "" : ", ") + key + ": " + one_line(item);
  return value.is_list() ? '[' + text + ']' : '{' + text + '}';
}

}  // namespace descent::cli
