#include <unordered_map>

#include "descent/core/error.h"
#include "descent/experiment/json.h"
#include "descent/experiment/records.h"
#include "descent/options/value.h"

namespace descent {
namespace {

constexpr std::size_t kMaxFile = std::size_t{1} << 31;

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

std::string joined(const std::vector<std::string>& cells) {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) text += (i > 0 ? "," : "") + cells[i];
  return text;
}

class Table {
 public:
  void add(const Json& record) {
    cells_.assign(columns_.size(), "");
    set("", record);
    rows_.push_back({joined(cells_), cells_.size()});
  }
  std::string csv() const {
    std::string text = joined(columns_) + '\n';
    for (const Row& row : rows_) text.append(row.text).append(columns_.size() - row.cells, ',').append(1, '\n');
    return text;
  }

 private:
  struct Row {
    std::string text;
    std::size_t cells;  // columns known when the row was added
  };

  void set(const std::string& name, const Json& value) {
    if (value.is_object()) {
      for (const auto& [key, inner] : value.items()) set(name.empty() ? key : name + '.' + key, inner);
    } else if (value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i) set(fmt::format("{}[{}]", name, i), value[i]);
    } else {
      cells_[column(name)] = cell_of(value);
    }
  }
  std::size_t column(const std::string& name) {
    const auto [found, added] = index_.emplace(name, columns_.size());
    if (added) {
      columns_.push_back(quoted(name));
      cells_.emplace_back();
    }
    return found->second;
  }

  std::vector<std::string> columns_, cells_;
  std::unordered_map<std::string, std::size_t> index_;
  std::vector<Row> rows_;
};

}  // namespace

void write_metrics_csv(const std::string& jsonl_path, const std::string& csv_path) {
  const std::string text = read_file(jsonl_path, kMaxFile);
  Table table;
  int line = 1;
  for (std::size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1, ++line) {
    const Json record = parse_json(std::string_view(text).substr(begin, end - begin));
    if (!record.is_object()) fail(ErrorKind::data, "{}:{}: not a record", jsonl_path, line);
    table.add(record);
  }
  write_file(csv_path, table.csv());
}

}  // namespace descent
