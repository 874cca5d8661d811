#include "descent/data/inspect.h"

#include <algorithm>
#include <cstdio>

#include "descent/cli/commands.h"
#include "descent/cli/text_table.h"
#include "descent/experiment/safetensors.h"
#include "descent/options/diagnostics.h"

namespace descent::cli {
namespace {

const std::vector<std::string> kFormats{"csv", "libsvm", "idx", "npy", "safetensors", "text"};

std::string number(double value) { return fmt::format("{:.6g}", value); }

void print(const std::string& title, const TextTable& table) {
  if (!table.empty()) std::printf("\n%s\n%s", title.c_str(), table.text("  ").c_str());
}

std::string size_of(const Inspection& found) {
  if (found.shape.rank() == 0) return "";
  if (!found.type.empty()) return fmt::format(", {} of {}", to_string(found.shape), found.type);
  return fmt::format(", {} rows of {} features", found.shape[0], found.shape[1]);
}

void print_table(const std::string& file, const Inspection& found) {
  std::printf("%s: %s%s\n", shown(file).c_str(), found.format.c_str(), size_of(found).c_str());
  TextTable columns, classes, counts;
  for (const Inspection::Column& column : found.columns) {
    columns.add({shown(column.name, 40), column.whole ? "integer" : "number", number(column.min), "to", number(column.max)});
  }
  for (const auto& [name, rows] : found.classes) classes.add({shown(name, 40), fmt::format("{} rows", rows)});
  for (const auto& [name, count] : found.counts) counts.add({name, std::to_string(count)});
  print("columns", columns);
  print(fmt::format("{} classes", found.classes.size()), classes);
  print("counts", counts);
}

std::vector<std::string> describe(const std::string& name, const Tensor& tensor) {
  const std::vector<double> values = tensor.to_vector();
  std::vector<std::string> cells{shown(name, 60), descent::name(tensor.dtype()), to_string(tensor.shape())};
  if (values.empty()) return cells;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  cells.insert(cells.end(), {number(*low), "to", number(*high)});
  return cells;
}

void print_tensors(const std::string& file, const SafeTensors& found) {
  TextTable tensors, metadata;
  std::int64_t numbers = 0;
  for (const auto& [name, tensor] : found.tensors) {
    tensors.add(describe(name, tensor));
    numbers += tensor.size();
  }
  for (const auto& [key, value] : found.metadata) metadata.add({shown(key, 40), shown(value)});
  std::printf("%s: safetensors, %zu tensors of %lld numbers\n", shown(file).c_str(), found.tensors.size(), static_cast<long long>(numbers));
  print("tensors", tensors);
  print("metadata", metadata);
}

}  // namespace

int inspect(const std::string& file, const std::string& format, const std::string& target) {
  const std::string kind = format.empty() ? detect_format(file) : format;
  if (std::find(kFormats.begin(), kFormats.end(), kind) == kFormats.end())
    fail(ErrorKind::usage, "--format: unknown format '{}'\n  help: {}", shown(kind), suggestion(kind, kFormats));
  if (!target.empty() && kind != "csv") fail(ErrorKind::usage, "--target: {} is {}; only a csv has a target column", shown(file), kind);
  if (kind == "safetensors") {
    print_tensors(file, load_safetensors(file));
  } else {
    print_table(file, descent::inspect(file, kind, target));
  }
  return 0;
}

}  // namespace descent::cli
