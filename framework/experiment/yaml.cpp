#include "descent/experiment/yaml.h"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cstring>
#include <sstream>
#include <utility>

#include "descent/core/error.h"
#include "descent/core/file.h"
#include "descent/experiment/places.h"
#include "descent/experiment/tree_builder.h"

namespace descent {
namespace {

constexpr std::size_t kMaxBytes = 1 << 20;

struct Explanation {
  const char *original, *message, *help;
};

// What yaml-cpp's messages mean to somebody who writes an experiment file.
const Explanation kExplanations[] = {
    {YAML::ErrorMsg::EOF_IN_SCALAR, "the quote is never closed", ""},
    {YAML::ErrorMsg::UNKNOWN_ANCHOR, "aliases are not allowed", ""},
    {YAML::ErrorMsg::END_OF_MAP, "this does not fit behind the mapping above", "check the indentation and the quotes"},
    {YAML::ErrorMsg::END_OF_SEQ, "this does not fit behind the list above", "check the indentation and the quotes"},
    {YAML::ErrorMsg::END_OF_MAP_FLOW, "expected ',' or '}'", ""},
    {YAML::ErrorMsg::END_OF_SEQ_FLOW, "expected ',' or ']'", ""},
    {YAML::ErrorMsg::FLOW_END, "nothing is open that this closes", ""},
    {YAML::ErrorMsg::MAP_VALUE, "no ':' may stand here", "check the indentation, or quote a text that contains ': '"},
    {YAML::ErrorMsg::MAP_KEY, "no key may stand here", "check the indentation"},
    {YAML::ErrorMsg::BLOCK_ENTRY, "no '- ' may stand here", "begin the list on a line of its own"},
    {YAML::ErrorMsg::UNKNOWN_TOKEN, "no value begins with this character", "put the text in quotes"},
    {YAML::ErrorMsg::TAB_IN_INDENTATION, "a tab in the indentation", "use spaces"},
};

// The first quote from `from` on that opens a scalar and is never closed; yaml-cpp reports the end of the text instead.
std::size_t find_unclosed_quote(const std::string& text, std::size_t from) {
  for (std::size_t i = text.find_first_of("\"'", from); i < text.size(); i = text.find_first_of("\"'", i + 1)) {
    if (i > from && !std::strchr(" \t\n[{,:", text[i - 1])) continue;
    const std::size_t end = end_of_quoted(text, i);
    if (end == std::string::npos) return i;
    i = end - 1;
  }
  return text.size();
}

void report_syntax(const YAML::Exception& error, const std::string& text, TreeBuilder& builder) {
  std::size_t at = builder.offset(error.mark);
  if (error.msg == YAML::ErrorMsg::EOF_IN_SCALAR) at = find_unclosed_quote(text, builder.last_scalar());
  const std::size_t indent = std::min(text.find_first_not_of(" \t", at == 0 ? 0 : text.rfind('\n', at - 1) + 1), at);
  if (indent > 0 && text[indent - 1] == '\t') return builder.report(indent - 1, "a tab in the indentation", "use spaces");
  if (at == text.size()) at = std::max<std::size_t>(1, text.find_last_not_of(" \t\r\n") + 1) - 1;
  const auto known =
      std::find_if(std::begin(kExplanations), std::end(kExplanations), [&](const Explanation& e) { return error.msg == e.original; });
  if (known == std::end(kExplanations)) return builder.report(at, error.msg);
  builder.report(at, known->message, known->help);
}

}  // namespace

Value parse_yaml_value(std::shared_ptr<const Source> source, std::size_t from, Diagnostics& diagnostics) {
  const Places places(std::move(source));
  const std::string& text = places.text();
  TreeBuilder builder(places, from, diagnostics);
  try {
    if (text.size() > kMaxBytes) builder.stop(0, "larger than 1 MiB");
    const std::size_t unreadable = find_unreadable(text, from);
    if (unreadable < text.size()) builder.stop(unreadable, describe_unreadable(text, unreadable));
    std::istringstream stream(text.substr(from));
    YAML::Parser parser(stream);
    // The second call finds what yaml-cpp would drop silently; more could go on for ever.
    if (parser.HandleNextDocument(builder)) parser.HandleNextDocument(builder);
    return std::move(builder.root());
  } catch (const YAML::Exception& error) { report_syntax(error, text, builder); } catch (const Unreadable&) {  // reported
  }
  return {};
}

Value parse_yaml(std::shared_ptr<const Source> source, Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.items().size();
  Value root = parse_yaml_value(source, 0, diagnostics);
  if (root.is_map()) return root;
  if (diagnostics.items().size() > errors) return {};
  const bool glued = root.is_scalar() && !root.quoted && root.text.find(':') != std::string::npos;
  if (root.mark.source) {
    diagnostics.error(root.mark, "", "expected a mapping of keys to values", glued ? "write a space after ':'" : "");
  } else {
    diagnostics.error({std::move(source), 1, 1}, "", "the file is empty");
  }
  return {};
}

Value load_yaml(const std::string& path, Diagnostics& diagnostics) {
  std::string text;
  try {
    text = read_file(path, kMaxBytes);
  } catch (const Error& error) { throw Error(ErrorKind::invalid, error.what()); }
  if (text.compare(0, 3, "\xef\xbb\xbf") == 0) text.erase(0, 3);  // a byte order mark
  return parse_yaml(std::make_shared<const Source>(Source{path, path, std::move(text)}), diagnostics);
}

}  // namespace descent
