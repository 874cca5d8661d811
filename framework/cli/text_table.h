#pragma once
#include <string>
#include <vector>

#include "descent/options/value.h"

namespace descent::cli {

// Rows of cells that are printed in columns as wide as their widest cell, two spaces apart.
class TextTable {
 public:
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.empty(); }
  // One line a row, each behind `indent`, without spaces at its end.
  std::string text(const std::string& indent) const;
  // The same in Markdown, whose first row is a head.
  std::string markdown() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// A value in a cell: on one line, as YAML's flow style would have it.
std::string one_line(const Value& value);

}  // namespace descent::cli
