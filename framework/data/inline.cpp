#include "descent/data/target.h"

namespace descent {
namespace {

// Reads a list of numbers, or of equally long lists of numbers, into rows of numbers.
class Rows {
 public:
  Rows(const Value& list, const Reading& reading, DType dtype) : numbers_(dtype) {
    if (!list.is_list() || list.items.empty()) reading.error(list, "expected a list of rows");
    for (std::size_t i = 0; i < list.items.size(); ++i) add_row(list.items[i], reading.at(i));
  }

  // Undefined when something was wrong.
  Tensor tensor() const { return numbers_.size() == rows_ * columns_ ? numbers_.tensor({rows_, columns_}) : Tensor(); }

 private:
  void add_row(const Value& row, const Reading& reading) {
    const auto columns = row.is_list() ? static_cast<std::int64_t>(row.items.size()) : 1;
    if (columns_ == 0) columns_ = columns;
    if (columns_ == 0) return reading.error(row, "expected at least one number");
    if (columns != columns_) return reading.error(row, fmt::format("expected {} numbers as in the first row, got {}", columns_, columns));
    if (!row.is_list()) add(row, reading);
    for (std::size_t j = 0; j < row.items.size(); ++j) add(row.items[j], reading.at(j));
    ++rows_;
  }

  void add(const Value& value, const Reading& reading) {
    double number;
    if (!read_number(value, reading, kAny, number)) return;
    if (const std::string problem = numbers_.add(number); !problem.empty()) reading.error(value, problem);
  }

  Numbers numbers_;
  std::int64_t rows_ = 0, columns_ = 0;
};

struct Inline {
  Value x, y;

  void options(Options& option) {
    const Value numbers = form::list(form::number(kAny), 1);
    option("x", x, "list of rows", "the examples: numbers, or lists of numbers");
    option.required();
    option.form(form::list(form::either({form::number(kAny), numbers}), 1));
    option("y", y, "list of targets", "numbers, class labels, or lists of numbers");
    option.required();
    option.form(form::list(form::either({form::text(), numbers})));
  }

  Table load(const LoadContext& context) const {
    Diagnostics diagnostics;
    const Reading reading{diagnostics, "data"};
    const Rows rows(x, reading.at("x"), context.dtype);
    Table table;
    TargetColumn target(context);
    if (y.is_list() && !y.items.empty() && y.items[0].is_list()) {
      if (context.form == TargetForm::classes) reading.at("y").error(y, "expected one class label a row");
      table.y = Rows(y, reading.at("y"), context.dtype).tensor();
    } else {
      read_targets(reading.at("y"), target);
    }
    if (x.is_list() && x.items.size() != y.items.size())
      reading.at("y").error(y, fmt::format("{} targets for {} rows", y.items.size(), x.items.size()));
    diagnostics.check();
    table.x = rows.tensor();
    if (!table.y.defined()) target.assign_to(table);
    return table;
  }

  void read_targets(const Reading& reading, TargetColumn& target) const {
    for (std::size_t i = 0; i < y.items.size(); ++i) {
      std::string text;
      if (!read_text(y.items[i], reading.at(i), text)) continue;
      if (const std::string problem = target.add(text); !problem.empty()) reading.at(i).error(y.items[i], problem);
    }
  }
};

const RegisterDataset<Inline> inline_data("inline", "rows written in the experiment file");

}  // namespace
}  // namespace descent
