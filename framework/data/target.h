#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "descent/data/dataset.h"
#include "descent/data/numbers.h"

namespace descent {

// Collects one target a row and gives them the form that the loss needs.
//   classes: numbers and texts are labels, numbered in sorted order, numerically when all are numbers; at most 65,536 of them.
//   values:  numbers; or two texts, which stand for 0 and 1 in sorted order.
//   either:  values when the first target is a number, else classes.
class TargetColumn {
 public:
  static constexpr std::size_t kMostClasses = 65536;

  explicit TargetColumn(const LoadContext& context);

  // Returns what is wrong with the target, empty when it is taken; the caller knows the place.
  [[nodiscard]] std::string add(std::string_view text);
  [[nodiscard]] std::string add(double number);

  // Gives the table its y and class_names.
  void assign_to(Table& table) const;

 private:
  std::string add_label(std::string_view text);
  std::string introduce(std::string_view text, std::int64_t& label);
  std::vector<std::int64_t> sort_classes(std::vector<std::string>& names) const;

  const LoadContext& context_;
  Numbers values_;
  std::vector<std::int64_t> labels_;                        // one a row, in order of appearance or as in training
  std::unordered_map<std::string, std::int64_t> label_of_;  // of every spelling
  std::vector<std::string> names_;                          // in order of appearance
  std::unordered_map<std::string, std::int64_t> known_;     // the classes of the training data
};

}  // namespace descent
