#include "descent/data/target.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <numeric>

namespace descent {
namespace {

// One name for every spelling of a number.
std::string class_name(std::string_view text) {
  double number;
  return parse_cell(text, number) ? shortest(number) : std::string(text);
}

// Marks of a missing number: a class of them would be an accident.
bool is_nonfinite(std::string_view text) {
  std::string word(text.substr(text.find_first_not_of("+-") == 1));
  for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return word == "nan" || word == "inf" || word == "infinity";
}

}  // namespace

TargetColumn::TargetColumn(const LoadContext& context) : context_(context), values_(context.dtype) {
  if (!context.training) return;
  for (const std::string& name : context.training->class_names) known_.emplace(name, static_cast<std::int64_t>(known_.size()));
}

std::string TargetColumn::add(double number) {
  if (context_.form == TargetForm::classes) return add_label(shortest(number));
  return values_.add(number);
}

std::string TargetColumn::add(std::string_view text) {
  if (context_.form == TargetForm::classes || !labels_.empty()) return add_label(text);
  double number;
  if (parse_cell(text, number)) return add(number);
  if (values_.size() > 0) return fmt::format("expected a number, got '{}'", shown(text));
  return add_label(text);
}

std::string TargetColumn::add_label(std::string_view text) {
  const auto [entry, fresh] = label_of_.try_emplace(std::string(text), 0);
  const std::string problem = fresh ? introduce(text, entry->second) : "";
  labels_.push_back(entry->second);
  return problem;
}

std::string TargetColumn::introduce(std::string_view text, std::int64_t& label) {
  if (is_nonfinite(text)) return fmt::format("expected a label, got '{}'", shown(text));
  double number = 0;
  if (parse_cell(text, number) && std::fabs(number) >= 0x1p53)
    return fmt::format("'{}' is too large for a label: from 2^53 on not every integer is a number of its own", shown(text));
  if (context_.training) {
    const auto known = known_.find(class_name(text));
    if (known == known_.end()) return fmt::format("the training data have no class '{}'", shown(text));
    label = known->second;
    return "";
  }
  if (context_.form == TargetForm::values && names_.size() == 2) {
    return fmt::format("'{}' is a third class, where the loss needs numbers or two classes", shown(text));
  }
  if (names_.size() == kMostClasses) return fmt::format("there are more than {} classes; does the loss need numbers?", kMostClasses);
  label = static_cast<std::int64_t>(names_.size());
  names_.push_back(class_name(text));
  return "";
}

// Sorts the names, one of each, and returns the place of every name before.
std::vector<std::int64_t> TargetColumn::sort_classes(std::vector<std::string>& names) const {
  std::vector<double> numbers(names_.size());
  bool numeric = true;
  for (std::size_t i = 0; i < names_.size(); ++i) numeric = numeric && parse_number(names_[i], numbers[i]);
  std::vector<std::size_t> order(names_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return numeric ? numbers[a] < numbers[b] : names_[a] < names_[b]; });
  std::vector<std::int64_t> place(names_.size());
  for (std::size_t i : order) {
    if (names.empty() || names.back() != names_[i]) names.push_back(names_[i]);
    place[i] = static_cast<std::int64_t>(names.size()) - 1;
  }
  return place;
}

void TargetColumn::assign_to(Table& table) const {
  if (labels_.empty()) {
    table.y = values_.tensor({values_.size(), 1});
    return;
  }
  std::vector<std::int64_t> sorted = labels_;
  if (context_.training) {
    table.class_names = context_.training->class_names;
  } else {
    const std::vector<std::int64_t> place = sort_classes(table.class_names);
    for (std::int64_t& label : sorted) label = place[static_cast<std::size_t>(label)];
  }
  if (context_.form == TargetForm::values) {
    table.y = tensor({static_cast<std::int64_t>(sorted.size()), 1}, std::vector<double>(sorted.begin(), sorted.end()), context_.dtype);
  } else {
    table.y = labels(sorted);
  }
}

}  // namespace descent
