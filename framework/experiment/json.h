#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace descent {

using Json = nlohmann::ordered_json;  // keys in the order of writing

// Reading and writing are compiled once, here: they take a compiler longer than most files.
// Discarded unless the text is JSON, of at most 100 levels.
Json parse_json(std::string_view text);
bool is_json(std::string_view text);  // without building what it says
// The object in a file, or null when there is no such file. Throws Error (kind data) if it holds anything else.
Json read_json(const std::string& path);
// On one line, or indented. What is not UTF-8 is replaced.
std::string to_text(const Json& json, int indent = -1);
std::string json_file(const Json& json);  // as a file holds it
Json json_number(double value);           // null unless finite: JSON has no infinities

// Throws Error (kind data): `PLACE: key 'steps' not found`.
[[noreturn]] void fail_to_read(const std::string& place, const Json::exception& error);
// What `read` makes of JSON that comes from a file. `place` is for the message where that is not as expected.
template <class Read>
auto read_at(const std::string& place, Read&& read) {
  try {
    return read();
  } catch (const Json::exception& error) { fail_to_read(place, error); }
}

}  // namespace descent
