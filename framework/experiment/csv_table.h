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
  // The same cell by cell: of the row that end_row() ends.
  void set(const std::string& name, const Json& value);
  void end_row();
  std::string csv() const;

 private:
  struct Row {
    std::string text;
    std::size_t cells;  // columns known when the row was added
  };

  std::size_t column(const std::string& name);

  std::vector<std::string> columns_, cells_;
  std::unordered_map<std::string, std::size_t> index_;
  std::vector<Row> rows_;
};

}  // namespace descent
