#include "descent/experiment/csv_table.h"

#include <fmt/format.h>

#include "descent/core/error.h"
#include "descent/core/file.h"
#include "descent/options/value.h"

namespace descent {
namespace {

std::string quoted(const std::string& cell) {
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string text = "\"";
  for (const char c : cell) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + '"';
}

std::string cell_of(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return quoted(value.get<std::string>());
  return value.is_number_float() ? shortest(value.get<double>()) : to_text(value);
}

}  // namespace

void CsvTable::add(const Json& record) {
  set("", record);
  rows_.push_back({fmt::format("{}", fmt::join(cells_, ",")), cells_.size()});
  for (std::string& cell : cells_) cell.clear();
}

std::string CsvTable::csv() const {
  std::string text = fmt::format("{}\n", fmt::join(columns_, ","));
  for (const Row& row : rows_) text.append(row.text).append(columns_.size() - row.cells, ',').append(1, '\n');
  return text;
}

void CsvTable::set(const std::string& name, const Json& value) {
  if (value.is_object()) {
    for (const auto& [key, inner] : value.items()) set(name.empty() ? key : name + '.' + key, inner);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) set(fmt::format("{}[{}]", name, i), value[i]);
  } else {
    cells_[column(name)] = cell_of(value);
  }
}

std::size_t CsvTable::column(const std::string& name) {
  const auto [found, added] = index_.emplace(name, columns_.size());
  if (added) {
    columns_.push_back(quoted(name));
    cells_.emplace_back();
  }
  return found->second;
}

std::string metrics_csv(const std::string& path) {
  const std::string text = read_file(path);
  CsvTable table;
  int line = 1;
  for (std::size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1, ++line) {
    const Json record = parse_json(std::string_view(text).substr(begin, end - begin));
    if (!record.is_object()) fail(ErrorKind::data, "{}:{}: not a record", path, line);
    table.add(record);
  }
  return table.csv();
}

}  // namespace descent
