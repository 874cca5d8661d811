#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "descent/experiment/json.h"

namespace descent {

// Records as a table with one set of columns, which are all fields in the order of their first use; those inside are `params.w` and
// `params.x[0]`. Missing values and null are empty.
class CsvTable {
 public:
  void add(const Json& record);  // a row
  std::string csv() const;

 private:
  struct Row {
    std::string text;
    std::size_t cells;  // columns known when the row was added
  };

  void set(const std::string& name, const Json& value);
  std::size_t column(const std::string& name);

  std::vector<std::string> columns_, cells_;
  std::unordered_map<std::string, std::size_t> index_;
  std::vector<Row> rows_;
};

// The records of a .jsonl file as a table. Its columns are all fields in the order of their first use, with those inside as
// `params.w` and `params.x[0]`; missing values and null are empty. A last line without its line break, left by a crash, is left out.
std::string metrics_csv(const std::string& path);

}  // namespace descent
