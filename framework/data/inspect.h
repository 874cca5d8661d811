#pragma once
#include <string>
#include <utility>
#include <vector>

#include "descent/core/shape.h"

namespace descent {

// What a data file holds, read as strictly as for training.
struct Inspection {
  struct Column {
    std::string name;
    bool whole = true;  // all values are whole numbers
    double min = 0, max = 0;
  };
  using Count = std::pair<std::string, std::int64_t>;

  std::string format;           // csv, libsvm, idx, npy or text
  Shape shape;                  // of the array, or (rows, features); empty for a text
  std::string type;             // of the elements, as stored
  std::vector<Column> columns;  // of a table: the features, then a target of numbers; of an array: one for all elements
  std::vector<Count> classes;   // the rows of each class, when the target has at most 100 whole values or is a text
  std::vector<Count> counts;    // of a text: lines, words, distinct words, bytes
};

// An empty `format` is told from the content, then from the name. `target` is a csv's column by name or number; empty: the last one.
// A csv whose first line holds only numbers has no header.
Inspection inspect(const std::string& path, const std::string& format = "", const std::string& target = "");

// The format of a data file: "csv", "libsvm", "idx", "npy", "safetensors", "text".
std::string detect_format(const std::string& path);

}  // namespace descent
