#include "descent/core/error.h"
#include "descent/experiment/csv_table.h"
#include "descent/experiment/json.h"
#include "descent/experiment/records.h"

namespace descent {
namespace {

constexpr std::size_t kMaxFile = std::size_t{1} << 31;

}  // namespace

std::string metrics_csv(const std::string& path) {
  const std::string text = read_file(path, kMaxFile);
  CsvTable table;
  int line = 1;
  for (std::size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1, ++line) {
    const Json record = parse_json(std::string_view(text).substr(begin, end - begin));
    if (!record.is_object()) fail(ErrorKind::data, "{}:{}: not a record", path, line);
    table.add(record);
  }
  return table.csv();
}

}  // namespace descent
