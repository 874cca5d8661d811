#include <algorithm>
#include <deque>
#include <unordered_set>

#include "descent/data/lines.h"
#include "descent/data/readers.h"
#include "descent/data/target.h"
#include "descent/options/utf8.h"

namespace descent {
namespace {

const RegisterDataset<Csv> csv("csv", "rows of numbers and one target, separated by commas (RFC 4180)");

struct Field {
  std::string_view text;
  std::size_t start;  // its first byte in the record
};

// The records of a file, each split into fields. A quoted field may go on over several lines.
class Records {
 public:
  Records(const Path& path, char delimiter) : lines_(path), delimiter_(delimiter) {}

  // False at the end. Empty lines count only when something follows them.
  bool next() {
    std::string_view line;
    do {
      if (!lines_.next(line)) return false;
      if (line.empty() && empty_line_ == 0) empty_line_ = lines_.number();
    } while (line.empty());
    first_line_ = lines_.number();
    if (empty_line_ > 0) fail_in_file(lines_.path(), fmt::format("{}:1", empty_line_), "an empty line");
    assemble(line);
    split();
    return true;
  }

  const std::vector<Field>& fields() const { return fields_; }
  std::size_t bytes() const { return record_.size(); }

  [[noreturn]] void fail_at(std::size_t byte, const std::string& message, const std::string& help = "") const {
    const std::string_view before = record_.substr(0, byte);
    const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
    const auto line = first_line_ + std::count(before.begin(), before.end(), '\n');
    fail_in_file(lines_.path(), fmt::format("{}:{}", line, count_characters(before.substr(start)) + 1), message, help);
  }

 private:
  // Quotes stand around fields or doubled within them: where their number is odd, the record goes on.
  void assemble(std::string_view line) {
    record_ = line;
    const auto open = [](std::string_view text) { return std::count(text.begin(), text.end(), '"') % 2 != 0; };
    if (!open(line)) return;
    whole_ = line;
    do {
      if (!lines_.next(line)) break;
      whole_.append(1, '\n').append(line);
    } while (!open(line) && whole_.size() <= Lines::kLimit);
    record_ = whole_;
  }

  void split() {
    fields_.clear();
    unescaped_.clear();
    std::size_t at = 0;
    do fields_.push_back(at < record_.size() && record_[at] == '"' ? quoted(at) : plain(at));
    while (at++ < record_.size());
  }

  Field plain(std::size_t& at) const {
    const std::size_t start = at;
    at = std::min(record_.find(delimiter_, at), record_.size());
    const std::string_view text = record_.substr(start, at - start);
    if (const std::size_t quote = text.find('"'); quote != text.npos) fail_at(start + quote, "a quote inside an unquoted field");
    return {text, start};
  }

  Field quoted(std::size_t& at) {
    const std::size_t start = at;
    std::string& text = unescaped_.emplace_back();
    while (true) {
      const std::size_t quote = record_.find('"', at + 1);
      if (quote == record_.npos) fail_at(start, "the quote is never closed");
      text.append(record_.substr(at + 1, quote - at - 1));
      at = quote + 1;
      if (at == record_.size() || record_[at] != '"') break;
      text += '"';
    }
    if (at < record_.size() && record_[at] != delimiter_) fail_at(at, "text after the closing quote");
    return {text, start};
  }

  Lines lines_;
  char delimiter_;
  std::int64_t first_line_ = 0, empty_line_ = 0;
  std::string_view record_;
  std::string whole_;                  // a record of several lines
  std::deque<std::string> unescaped_;  // texts of quoted fields
  std::vector<Field> fields_;
};

std::string column_name(const std::vector<std::string>& names, std::size_t column) {
  return names.empty() ? fmt::format("column {}", column) : fmt::format("column '{}'", shown(names[column]));
}

// The names in the first record; refuses what is no header.
std::vector<std::string> read_names(const Records& records) {
  std::vector<std::string> names;
  std::unordered_set<std::string_view> seen;
  double number;
  bool numbers = true;
  for (const Field& field : records.fields()) {
    if (field.text.empty()) records.fail_at(field.start, "a column without a name");
    if (!seen.insert(field.text).second) records.fail_at(field.start, fmt::format("a second column '{}'", shown(field.text)));
    numbers = numbers && parse_cell(field.text, number);
    names.emplace_back(field.text);
  }
  if (numbers) records.fail_at(0, "the first line holds only numbers, not the columns' names", "header: false, where there is none");
  return names;
}

std::size_t find_target(const Value& target, const Records& records, const std::vector<std::string>& names) {
  const std::size_t columns = records.fields().size();
  if (target.is_null()) return columns - 1;
  if (!names.empty()) {
    const auto found = std::find(names.begin(), names.end(), target.text);
    if (found == names.end()) records.fail_at(0, fmt::format("no column '{}'", shown(target.text)), suggestion(target.text, names));
    return static_cast<std::size_t>(found - names.begin());
  }
  std::int64_t number = 0;
  if (!parse_count(target.text, number) || number >= static_cast<std::int64_t>(columns)) {
    records.fail_at(0, fmt::format("no column {}", shown(target.text)),
                    fmt::format("without a header columns have numbers, 0 to {}", columns - 1));
  }
  return static_cast<std::size_t>(number);
}

// Collects rows, all of the form that the first record set.
class TableBuilder {
 public:
  TableBuilder(const Records& records, std::vector<std::string> names, std::size_t target, const LoadContext& context)
      : records_(records),
        names_(std::move(names)),
        columns_(records.fields().size()),
        target_column_(target),
        x_(context.dtype),
        y_(context) {
    if (columns_ == 1) records.fail_at(0, "only one column: there is no feature beside the target", "set `delimiter:` if it is another");
  }

  void add_row() {
    const std::vector<Field>& fields = records_.fields();
    if (fields.size() != columns_) {
      const std::size_t place = fields.size() > columns_ ? fields[columns_].start : records_.bytes();
      records_.fail_at(place, fmt::format("expected {} fields, got {}", columns_, fields.size()));
    }
    for (std::size_t j = 0; j < columns_; ++j) add(j, fields[j]);
    ++rows_;
  }

  Table table(const Path& path) {
    if (rows_ == 0) records_.fail_at(records_.bytes(), "no rows after the header");
    Table table;
    table.x = x_.tensor({rows_, static_cast<std::int64_t>(columns_) - 1});
    y_.assign_to(table);
    if (!names_.empty()) {
      table.target_name = names_[target_column_];
      names_.erase(names_.begin() + static_cast<std::ptrdiff_t>(target_column_));
      table.feature_names = std::move(names_);
    }
    table.files = {path.text};
    return table;
  }

 private:
  void add(std::size_t column, const Field& field) {
    double number;
    std::string problem;
    if (field.text.empty()) {
      problem = "an empty cell";
    } else if (column == target_column_) {
      problem = y_.add(field.text);
    } else if (parse_cell(field.text, number)) {
      problem = x_.add(number);
    } else {
      records_.fail_at(field.start, fmt::format("expected a number in {}, got '{}'", column_name(names_, column), shown(field.text)));
    }
    if (!problem.empty()) records_.fail_at(field.start, fmt::format("{}: {}", column_name(names_, column), problem));
  }

  const Records& records_;
  std::vector<std::string> names_;  // empty without a header
  std::size_t columns_, target_column_;
  std::int64_t rows_ = 0;
  Numbers x_;
  TargetColumn y_;
};

}  // namespace

void Csv::options(Options& option) {
  option("path", path, "the file; gzip is unpacked");
  option.required();
  option("target", target, "column", "the target's column: its name, or its number from 0 where there is no header");
  option.required();
  option.form(form::text());
  option("delimiter", delimiter, "one character between fields");
  option("header", header, "whether the first line names the columns");
}

Table Csv::load(const LoadContext& context) const {
  if (delimiter.size() != 1 || delimiter.find_first_of("\"\r\n") == 0)
    fail_argument("csv: delimiter must be one character, got '{}'", shown(delimiter));
  Records records(path, delimiter[0]);
  if (!records.next()) fail_in_file(path, "1:1", "the file is empty");
  std::vector<std::string> names;
  if (header) names = read_names(records);
  const std::size_t target_column = find_target(target, records, names);
  TableBuilder builder(records, std::move(names), target_column, context);
  if (!header) builder.add_row();
  while (records.next()) builder.add_row();
  return builder.table(path);
}

}  // namespace descent
