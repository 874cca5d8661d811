#include "descent/report/records_data.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "descent/core/error.h"
#include "descent/core/file.h"
#include "descent/experiment/json.h"

namespace descent::report {
namespace {

using Lines = std::vector<std::string_view>;

constexpr std::size_t kMostRecords = 2000, kMostParameters = 16;

// Read from the text, since parsing millions of records to leave most of them out takes seconds.
std::string_view split_of(std::string_view line) {
  constexpr std::string_view kKey = "\"split\":\"";
  const std::size_t key = line.find(kKey);
  if (key == std::string_view::npos) return "train";
  const std::string_view rest = line.substr(key + kKey.size());
  return rest.substr(0, rest.find('"'));
}

// Whole lines only: a crash may have cut the last one.
std::map<std::string_view, Lines> lines_by_split(std::string_view text) {
  std::map<std::string_view, Lines> splits;
  for (std::size_t end; (end = text.find('\n')) != std::string_view::npos; text.remove_prefix(end + 1)) {
    const std::string_view line = text.substr(0, end);
    splits[split_of(line)].push_back(line);
  }
  return splits;
}

Lines thinned(const Lines& lines) {
  const std::size_t stride = (lines.size() + kMostRecords - 1) / kMostRecords;
  Lines kept;
  for (std::size_t i = 0; i < lines.size(); i += std::max<std::size_t>(stride, 1)) kept.push_back(lines[i]);
  if (!lines.empty() && kept.back().data() != lines.back().data()) kept.push_back(lines.back());
  return kept;
}

class Columns {
 public:
  void add(const Json& record) {
    for (const auto& [key, value] : record.items()) {
      if (key == "params") {
        add_parameters(value);
      } else if (key == "effective_lr") {
        add_rates(record["step"], value);
      } else if (!value.is_string()) {
        put(key, value);
      }
    }
    ++rows_;
  }
  Json json() {
    for (auto& [name, column] : columns_.items()) fill(column);
    if (!rates_.empty()) columns_["effective_lr"] = rates_;
    return columns_;
  }

 private:
  void add_parameters(const Json& parameters) {
    std::size_t count = 0;
    for (const auto& [name, value] : parameters.items()) {
      if (!value.is_array() && count++ < kMostParameters) put("params." + name, value);
      for (std::size_t i = 0; value.is_array() && i < value.size() && count++ < kMostParameters; ++i) {
        put("params." + name + '[' + std::to_string(i) + ']', value[i]);
      }
    }
  }
  void add_rates(const Json& step, const Json& parameters) {
    for (const auto& [name, quantiles] : parameters.items()) {
      rates_[name]["step"].push_back(step);
      rates_[name]["quantiles"].push_back(quantiles);
    }
  }
  void put(const std::string& name, const Json& value) {
    Json& column = columns_[name];
    fill(column);
    column.push_back(value);
  }
  void fill(Json& column) const {
    while (column.size() < rows_) column.push_back(nullptr);
  }

  Json columns_ = Json::object(), rates_ = Json::object();
  std::size_t rows_ = 0;
};

}  // namespace

Json records_data(const std::string& path) {
  const std::string text = read_file(path);
  Json splits = Json::object();
  for (const auto& [split, lines] : lines_by_split(text)) {
    Columns columns;
    for (const std::string_view line : thinned(lines)) {
      const Json record = parse_json(line);
      if (!record.is_object() || !record.contains("step")) fail(ErrorKind::data, "{}: a line is not a record", path);
      columns.add(record);
    }
    splits[std::string(split)] = columns.json();
  }
  return splits;
}

}  // namespace descent::report
