#include "descent/experiment/json.h"

#include <cmath>
#include <filesystem>

#include "descent/core/error.h"
#include "descent/core/file.h"

namespace descent {

namespace {

constexpr int kDeepest = 100;
constexpr std::size_t kMostBytes = std::size_t{1} << 30;

bool is_shallow(std::string_view text) {
  int depth = 0;
  bool is_in_string = false;
  for (std::size_t i = 0; i < text.size() && depth <= kDeepest; ++i) {
    const char c = text[i];
    if (c == '"') is_in_string = !is_in_string;
    if (c == '\\') ++i;
    if (!is_in_string) depth += (c == '[' || c == '{') - (c == ']' || c == '}');
  }
  return depth <= kDeepest;
}

}  // namespace

Json parse_json(std::string_view text) { return is_shallow(text) ? Json::parse(text, nullptr, false) : Json(Json::value_t::discarded); }

bool is_json(std::string_view text) { return is_shallow(text) && Json::accept(text); }

Json read_json(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return nullptr;
  Json json = parse_json(read_file(path, kMostBytes));
  if (!json.is_object()) fail(ErrorKind::data, "{}: not a JSON object", path);
  return json;
}

void fail_to_read(const std::string& place, const Json::exception& error) {
  const std::string text = error.what();
  const std::size_t code = text.find("] ");  // what it says begins with "[json.exception.out_of_range.403] "
  fail(ErrorKind::data, "{}: {}", place, code == std::string::npos ? text : text.substr(code + 2));
}

std::string to_text(const Json& json, int indent) { return json.dump(indent, ' ', false, Json::error_handler_t::replace); }

Json json_number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

std::string json_file(const Json& json) { return to_text(json, 2) + '\n'; }

}  // namespace descent
