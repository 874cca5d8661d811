#pragma once
#include <optional>
#include <string>

#include "descent/data/dataset.h"

// The readers of data files. All are strict: what is not exactly well formed is an Error(data) with its place.
namespace descent {

// Comma-separated values, RFC 4180: quotes, CRLF or LF; a byte order mark is passed over. One column is the target, all others are numbers.
struct Csv {
  Path path;
  Value target;  // a column's name, or its number from 0 where there is no header; null: the last one
  std::string delimiter = ",";
  bool header = true;
  void options(Options& option);
  Table load(const LoadContext& context) const;
};

// The text form of LIBSVM, `LABEL INDEX:VALUE …  # comment`, indices ascending from 1; absent values are 0.
struct Libsvm {
  Path path;
  std::optional<std::int64_t> features;  // default: the highest index
  void options(Options& option);
  Table load(const LoadContext& context) const;
};

// The values of a binary file and the type that they were stored in, as NumPy names it.
struct Array {
  Tensor values;
  std::string type;
};

// The IDX format of MNIST; values are divided by `scale`.
Array read_idx(const Path& path, DType dtype, double scale = 1);
// NumPy's format, versions 1 to 3.
Array read_npy(const Path& path, DType dtype);

// A table out of a file of examples and one of targets, both read in the run's dtype.
Table join(const Path& x_path, Tensor x, const Path& y_path, const Tensor& y, const LoadContext& context);

}  // namespace descent
