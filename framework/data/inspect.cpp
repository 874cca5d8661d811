#include "descent/data/inspect.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <unordered_set>

#include "descent/data/lines.h"
#include "descent/data/numbers.h"
#include "descent/data/readers.h"

namespace descent {
namespace {

constexpr std::size_t kMostListed = 100;

// Every `stride`-th element of x, from `first` on.
Inspection::Column summarize(std::string name, const Tensor& x, std::int64_t first, std::int64_t stride) {
  Inspection::Column column{std::move(name), true, x.at(first), x.at(first)};
  for (std::int64_t i = first; i < x.size(); i += stride) {
    const double value = x.at(i);
    column.min = std::min(column.min, value);
    column.max = std::max(column.max, value);
    column.whole = column.whole && value == std::floor(value);
  }
  return column;
}

// The rows of each class; none when there are too many, or other values than whole ones.
std::vector<Inspection::Count> count_classes(const Table& table) {
  std::map<double, std::int64_t> rows;
  for (std::int64_t i = 0; i < table.y.size(); ++i) {
    const double value = table.y.at(i);
    ++rows[value];
    if (!table.classes() && (value != std::floor(value) || rows.size() > kMostListed)) return {};
  }
  std::vector<Inspection::Count> counts;
  for (const auto& [value, count] : rows) {
    counts.emplace_back(table.classes() ? table.class_names[static_cast<std::size_t>(value)] : shortest(value), count);
  }
  return counts;
}

Inspection inspect_table(const std::string& format, const Table& table) {
  Inspection result{format, table.x.shape(), "", {}, count_classes(table), {}};
  const std::int64_t features = table.x.size(1);
  for (std::int64_t j = 0; j < features; ++j) {
    const std::string name = table.feature_names.empty() ? std::to_string(j) : table.feature_names[static_cast<std::size_t>(j)];
    result.columns.push_back(summarize(name, table.x, j, features));
  }
  if (!table.classes()) result.columns.push_back(summarize(table.target_name.empty() ? "target" : table.target_name, table.y, 0, 1));
  return result;
}

Inspection inspect_array(const std::string& format, const Array& array) {
  return {format, array.values.shape(), array.type, {summarize("values", array.values, 0, 1)}, {}, {}};
}

bool has_header(const Path& path, char delimiter) {
  Lines lines(path);
  std::string_view line;
  double number;
  if (!lines.next(line)) return true;
  for (std::size_t start = 0, end = 0; end != line.npos; start = end + 1) {
    end = line.find(delimiter, start);
    if (!parse_cell(line.substr(start, end - start), number)) return true;
  }
  return false;
}

Csv csv_of(const Path& path, const std::string& target) {
  Csv csv;
  csv.path = path;
  if (!target.empty()) csv.target = target;
  csv.header = has_header(path, csv.delimiter[0]);
  return csv;
}

Inspection inspect_text(const Path& path) {
  Lines lines(path);
  std::unordered_set<std::string> distinct;
  std::int64_t words = 0;
  for (std::string_view line, word; lines.next(line);) {
    for (std::size_t at = 0; next_word(line, at, word); ++words) distinct.emplace(word);
  }
  const auto kinds = static_cast<std::int64_t>(distinct.size());
  return {"text", {}, "", {}, {}, {{"lines", lines.number()}, {"words", words}, {"distinct words", kinds}, {"bytes", lines.bytes()}}};
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

std::string detect_format(const std::string& path) {
  std::array<char, 8> start{};
  Input(Path{path, {}}).read(start.data(), start.size());
  const std::string_view content(start.data(), start.size());
  if (content.substr(0, 6) == "\x93NUMPY") return "npy";
  if (content.substr(0, 2) == std::string_view("\0\0", 2) && start[2] != 0) return "idx";
  const std::string_view name = ends_with(path, ".gz") ? std::string_view(path).substr(0, path.size() - 3) : std::string_view(path);
  for (const auto& [ending, format] : {std::pair(".csv", "csv"),
                                       {".tsv", "csv"},
                                       {".libsvm", "libsvm"},
                                       {".svm", "libsvm"},
                                       {".svmlight", "libsvm"},
                                       {".safetensors", "safetensors"}}) {
    if (ends_with(name, ending)) return format;
  }
  return "text";
}

Inspection inspect(const std::string& path, const std::string& format, const std::string& target) {
  const Path file{path, {}};
  const std::string kind = format.empty() ? detect_format(path) : format;
  const LoadContext context{DType::float64, TargetForm::either};
  if (kind == "csv") return inspect_table(kind, csv_of(file, target).load(context));
  if (kind == "libsvm") {
    Libsvm libsvm;
    libsvm.path = file;
    return inspect_table(kind, libsvm.load(context));
  }
  if (kind == "idx") return inspect_array(kind, read_idx(file, DType::float64));
  if (kind == "npy") return inspect_array(kind, read_npy(file, DType::float64));
  if (kind == "text") return inspect_text(file);
  fail_argument("inspect: unknown format '{}'; known: csv, libsvm, idx, npy, text", shown(kind));
}

}  // namespace descent
