#include "descent/experiment/json.h"

#include <filesystem>

#include "descent/core/error.h"
#include "descent/core/file.h"

namespace descent {

constexpr int kDeepest = 100;
constexpr std::size_t kMostBytes = std::size_t{1} << 30;

Json parse_json(std::string_view text) {
  bool is_shallow = true;
  const auto watch = [&](int depth, Json::parse_event_t, Json&) { return is_shallow = is_shallow && depth <= kDeepest; };
  Json json = Json::parse(text.begin(), text.end(), watch, false);
  return is_shallow ? json : Json(Json::value_t::discarded);
}

Json read_json(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return nullptr;
  Json json = parse_json(read_file(path, kMostBytes));
  if (!json.is_object()) fail(ErrorKind::data, "{}: not a JSON object", path);
  return json;
}

std::string to_text(const Json& json, int indent) { return json.dump(indent, ' ', false, Json::error_handler_t::replace); }

}  // namespace descent
