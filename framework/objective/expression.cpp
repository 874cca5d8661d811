#include <algorithm>

#include "descent/objective/objective.h"
#include "descent/objective/program.h"
#include "descent/options/utf8.h"

namespace descent {
namespace {

constexpr std::size_t kMaxParameters = 1000;

// Where a byte of a scalar's text stands in its file; nothing where the file spells the text in another way, with escapes or indented
// lines.
std::optional<Mark> place_within(const Value& scalar, std::size_t offset) {
  Mark mark = scalar.mark;
  if (!mark.source) return std::nullopt;
  const std::string_view text = mark.source->text;
  std::size_t at = 0;
  for (int line = 1; line < mark.line; ++line) at = text.find('\n', at) + 1;
  at += byte_of_character(text.substr(at), static_cast<std::size_t>(std::max(mark.column, 1) - 1));
  const std::size_t start = text.find(scalar.text, at);
  if (start == text.npos || text.find_first_not_of("'\"|>+-0123456789 \t\r\n", at) < start) return std::nullopt;

  const std::string_view before = text.substr(0, start + offset);
  mark.line = 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  mark.column = 1 + static_cast<int>(count_characters(before.substr(before.rfind('\n') + 1)));
  mark.length = 1;
  return mark;
}

Value at_key(const Value::Entry& entry) {
  Value key = entry.value;
  key.mark = entry.mark;
  return key;
}

// A formula in the experiment file, in scalar parameters named by `start`.
class Expression final : public Objective {
 public:
  void options(Options& option) override {
    option("expression", expression_, "what is minimised, in the names that start gives");
    option.required();
    option("start", start_, "mapping from name to number", "the parameters and where they start");
    option.required();
    option.form(form::map(form::number(kAny)));
    option("minimum", minimum_, kAny, "the least value, if it is known");
  }

  void check_options(const Value& given, const Reading& reading) const override {
    if (!start_.is_map() || start_.entries.empty()) {
      return reading.at("start").error(start_, "expected a mapping from at least one name to a number", "such as {w: 4, b: 1.5}");
    }
    if (start_.entries.size() > kMaxParameters) {
      return reading.at("start").error(start_,
                                       fmt::format("expected at most {} parameters, got {}", kMaxParameters, start_.entries.size()));
    }
    for (const Value::Entry& entry : start_.entries) check_start(entry, reading.at("start").at(entry.key));
    try {
      check_all_used(Program(expression_, names()), reading.at("start"));
    } catch (const SyntaxError& error) { report(error, *given.find("expression"), reading.at("expression")); }
  }

  std::vector<std::pair<std::string, Tensor>> prepare(DType dtype, std::uint64_t) override {
    program_ = Program(expression_, names());
    program_.prepare(dtype);
    std::vector<std::pair<std::string, Tensor>> parameters;
    for (const auto& [name, value, mark] : start_.entries) {
      double number = 0;
      parse_number(value.text, number);
      parameters.emplace_back(name, scalar(number, dtype).set_requires_grad());
    }
    return parameters;
  }

  Tensor value(const std::vector<Tensor>& parameters) const override { return program_(parameters.data()); }
  std::optional<double> minimum() const override { return minimum_; }
  std::vector<std::vector<double>> minimisers() const override { return {}; }
  std::string formula() const override { return expression_; }

 private:
  static void check_start(const Value::Entry& entry, const Reading& reading) {
    const auto& reserved = Program::reserved_names();
    if (!Program::is_name(entry.key)) {
      reading.error(at_key(entry), "a parameter's name has letters, digits and _ only, and no digit first");
    } else if (std::find(reserved.begin(), reserved.end(), entry.key) != reserved.end()) {
      reading.error(at_key(entry), fmt::format("'{}' is a function or constant of expressions; choose another name", entry.key));
    }
    double number = 0;
    read_number(entry.value, reading, kAny, number);
  }

  void check_all_used(const Program& program, const Reading& reading) const {
    for (std::size_t i = 0; i < start_.entries.size(); ++i) {
      const Value::Entry& entry = start_.entries[i];
      if (!program.uses(i)) reading.at(entry.key).error(at_key(entry), fmt::format("the expression does not use '{}'", shown(entry.key)));
    }
  }

  static void report(const SyntaxError& error, Value scalar, const Reading& reading) {
    if (const auto place = place_within(scalar, error.offset)) {
      scalar.mark = *place;
      return reading.error(scalar, error.message, error.help);
    }
    const std::size_t character = 1 + count_characters(std::string_view(scalar.text).substr(0, error.offset));
    reading.error(scalar, fmt::format("{} (at character {})", error.message, character), error.help);
  }

  std::vector<std::string> names() const {
    std::vector<std::string> list;
    for (const Value::Entry& entry : start_.entries) list.push_back(entry.key);
    return list;
  }

  std::string expression_;
  Value start_;
  std::optional<double> minimum_;
  Program program_;
};

const Register<Objective, Expression> expression("expression", "a formula in named scalar parameters");

}  // namespace
}  // namespace descent
