#include <algorithm>

#include "descent/data/lines.h"
#include "descent/data/readers.h"
#include "descent/data/target.h"

namespace descent {
namespace {

const RegisterDataset<Libsvm> libsvm("libsvm", "rows of LABEL INDEX:VALUE …, indices ascending from 1 (LIBSVM, svmlight)");

constexpr std::int64_t kMostFeatures = 1 << 20;  // of a dense table

// Reads line by line into sparse rows, which become a dense table once the highest index is known.
class SparseRows {
 public:
  SparseRows(Lines& lines, std::int64_t most_features, const LoadContext& context)
      : lines_(lines), most_features_(most_features), context_(context), values_(context.dtype), y_(context) {}

  void add(std::string_view line) {
    line_ = line;
    std::size_t at = 0;
    std::string_view token;
    const std::string_view content = line.substr(0, line.find('#'));
    if (!next_word(content, at, token)) return;
    add_label(token);
    std::int64_t previous = 0;
    while (next_word(content, at, token)) previous = add_pair(token, previous);
    ends_.push_back(indices_.size());
  }

  Table table(std::int64_t features) const {
    features = features > 0 ? features : std::max<std::int64_t>(highest_, 1);
    const auto rows = static_cast<std::int64_t>(ends_.size());
    if (rows == 0) lines_.fail_at("", 0, "the file holds no rows");
    if (!fits_table(static_cast<std::uint64_t>(rows * features), context_.dtype)) {
      lines_.fail_at("", 0, fmt::format("{} rows of {} features make a table larger than 2 GiB", rows, features));
    }
    Table table;
    table.x = zeros({rows, features}, context_.dtype);
    dispatch(context_.dtype, [&](auto zero) { scatter(values_.tensor({values_.size()}), table.x, features, zero); });
    y_.assign_to(table);
    table.files = {lines_.path().text};
    return table;
  }

 private:
  [[noreturn]] void fail_at(std::string_view token, const std::string& message) const {
    lines_.fail_at(line_, static_cast<std::size_t>(token.data() - line_.data()), message);
  }

  void add_label(std::string_view token) {
    double label;
    if (!parse_number(token, label)) fail_at(token, fmt::format("expected a number as label, got '{}'", shown(token)));
    if (const std::string problem = y_.add(label); !problem.empty()) fail_at(token, problem);
  }

  std::int64_t add_pair(std::string_view token, std::int64_t previous) {
    const std::size_t colon = token.find(':');
    std::int64_t index;
    double value;
    if (colon == token.npos || !parse_count(token.substr(0, colon), index))
      fail_at(token, fmt::format("expected INDEX:VALUE, got '{}'", shown(token)));
    if (index < 1) fail_at(token, "index 0: indices count from 1");
    if (index <= previous) fail_at(token, fmt::format("index {} after {}: indices must ascend", index, previous));
    if (index > most_features_) fail_at(token, fmt::format("index {} is beyond the {} features", index, most_features_));
    const std::string_view text = token.substr(colon + 1);
    if (!parse_number(text, value)) fail_at(text, fmt::format("expected a number, got '{}'", shown(text)));
    if (const std::string problem = values_.add(value); !problem.empty()) fail_at(text, problem);
    indices_.push_back(static_cast<std::int32_t>(index - 1));
    highest_ = std::max(highest_, index);
    return index;
  }

  template <class T>
  void scatter(const Tensor& values, const Tensor& x, std::int64_t features, T) const {
    std::size_t i = 0;
    T* row = x.data<T>();
    for (std::size_t end : ends_) {
      for (; i < end; ++i) row[indices_[i]] = values.data<T>()[i];
      row += features;
    }
  }

  Lines& lines_;
  std::int64_t most_features_, highest_ = 0;
  const LoadContext& context_;
  std::string_view line_;
  Numbers values_;
  std::vector<std::int32_t> indices_;  // from 0, one a value
  std::vector<std::size_t> ends_;      // where each row's values end
  TargetColumn y_;
};

}  // namespace

void Libsvm::options(Options& option) {
  option("path", path, "the file; gzip is unpacked");
  option.required();
  option("features", features, Range{1, kMostFeatures}, "the number of features; default: the highest index");
}

Table Libsvm::load(const LoadContext& context) const {
  Lines lines(path);
  const std::int64_t fixed = features ? *features : context.training ? context.training->x.size(1) : 0;
  SparseRows rows(lines, fixed > 0 ? fixed : kMostFeatures, context);
  for (std::string_view line; lines.next(line);) rows.add(line);
  return rows.table(fixed);
}

}  // namespace descent
