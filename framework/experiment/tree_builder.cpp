#include "descent/experiment/tree_builder.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "descent/options/utf8.h"

namespace descent {
namespace {

constexpr std::size_t kMaxValues = 20000, kMaxDepth = 32, kMaxScalar = 16 << 10, kMaxKey = 256;

bool is_quote(std::string_view text, std::size_t at) { return at < text.size() && (text[at] == '"' || text[at] == '\''); }

// yaml-cpp marks an empty entry of a block list at the token behind it; its dash is meant.
std::size_t place_of_empty_entry(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  const bool in_place = !rest.empty() && (rest[0] == ',' || rest[0] == ']' || rest[0] == '~' || rest.substr(1, 3) == "ull");
  return in_place ? at : std::min(text.rfind('-', at - 1), text.size());
}

}  // namespace

std::size_t TreeBuilder::offset(const YAML::Mark& mark) const {
  return std::min(from_ + static_cast<std::size_t>(std::max(mark.pos, 0)), places_.text().size());
}

void TreeBuilder::report(std::size_t at, std::string message, std::string help) {
  diagnostics_.error(places_.at(at), "", std::move(message), std::move(help));
}

void TreeBuilder::stop(std::size_t at, std::string message, std::string help) {
  report(at, std::move(message), std::move(help));
  throw Unreadable();
}

void TreeBuilder::OnDocumentStart(const YAML::Mark& mark) {
  if (documents_++ == 0) return;
  if (places_.text().compare(offset(mark), 3, "---") == 0) stop(offset(mark), "a second document is not allowed");
  stop(offset(mark), "this does not belong to what stands above", "check the indentation");
}

void TreeBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  check_properties(mark, "", anchor);
  if (expects_key()) stop(offset(mark), "empty key");
  if (!open_.empty() && open_.back().value.is_list()) {
    return report(place_of_empty_entry(places_.text(), offset(mark)), "empty list entry");
  }
  Value value;
  value.mark = open_.empty() ? places_.at(offset(mark)) : open_.back().key_mark;
  add(std::move(value));
}

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t) {
  report(offset(mark), "aliases are not allowed");
  skip();
}

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& text) {
  check_properties(mark, tag, anchor);
  last_scalar_ = offset(mark);
  if (is_quote(places_.text(), last_scalar_) && end_of_quoted(places_.text(), last_scalar_) == std::string::npos) {
    stop(last_scalar_, "the quote is never closed");
  }
  if (const char* problem = problem_of(last_scalar_, text)) {
    report(last_scalar_, problem);
    return skip();
  }
  Value value(text);
  value.quoted = tag == "!";
  value.mark = places_.at(last_scalar_, length_of(last_scalar_, text));
  expects_key() ? add_key(value) : add(std::move(value));
}

void TreeBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) {
  begin(mark, tag, anchor, Value::Kind::list);
}

void TreeBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) {
  begin(mark, tag, anchor, Value::Kind::map);
}

void TreeBuilder::check_properties(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
  // yaml-cpp gives "?" and "!" to plain and quoted scalars without a tag, and "!" to a lone `!` too.
  if (tag.size() > 1 || (tag == "!" && places_.text()[offset(mark)] == '!')) report(offset(mark), "tags are not allowed");
  if (anchor != 0) report(offset(mark), "anchors are not allowed");
}

// Why a scalar is refused, or null.
const char* TreeBuilder::problem_of(std::size_t at, const std::string& text) const {
  if (text.size() > kMaxScalar) return "a value longer than 16 KiB";
  if (find_unreadable(text) != text.size()) return "the escapes make an invisible character";
  if (!expects_key()) return nullptr;
  if (text.empty()) return "empty key";
  if (text.size() > kMaxKey) return "a key longer than 256 bytes";
  return text == "<<" && !is_quote(places_.text(), at) ? "merge keys are not allowed" : nullptr;
}

// Characters of a scalar in its first line, as it is written.
std::size_t TreeBuilder::length_of(std::size_t at, const std::string& text) const {
  const std::string_view written = places_.text();
  std::size_t end = at;
  if (is_quote(written, at)) {
    end = std::min(end_of_quoted(written, at), written.find('\n', at));
  } else if (written.compare(at, text.size(), text) == 0) {
    end = at + text.size();
  }
  return std::max<std::size_t>(1, count_characters(written.substr(at, end - at)));
}

void TreeBuilder::begin(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Value::Kind kind) {
  check_properties(mark, tag, anchor);
  if (open_.size() == kMaxDepth) stop(offset(mark), "more than 32 levels deep");
  Open open;
  open.value.kind = kind;
  open.value.mark = places_.at(offset(mark));
  open_.push_back(std::move(open));
}

void TreeBuilder::end() {
  Value value = std::move(open_.back().value);
  open_.pop_back();
  add(std::move(value));
}

void TreeBuilder::add_key(const Value& scalar) {
  Open& map = open_.back();
  const auto [first, is_new] = map.keys.emplace(scalar.text, scalar.mark);
  if (!is_new) {
    const Mark& place = first->second;
    const std::string message = fmt::format("duplicate key '{}' (first at {}:{})", shown(scalar.text), place.line, place.column);
    diagnostics_.error(scalar.mark, "", message);
  }
  map.key = scalar.text;
  map.key_mark = scalar.mark;
  map.has_key = true;
  map.skips = !is_new;
}

void TreeBuilder::add(Value value) {
  const char* problem = ++values_ > kMaxValues ? "more than 20,000 values" : expects_key() ? "a key must be a scalar" : nullptr;
  if (problem) {
    diagnostics_.error(value.mark, "", problem);
    throw Unreadable();
  }
  if (open_.empty()) {
    root_ = std::move(value);
  } else if (open_.back().value.is_list()) {
    open_.back().value.items.push_back(std::move(value));
  } else {
    Open& map = open_.back();
    if (!map.skips) map.value.entries.push_back({std::move(map.key), std::move(value), map.key_mark});
    map.has_key = map.skips = false;
  }
}

// Leaves out what comes now: an item, the value of a key, or a key together with its value.
void TreeBuilder::skip() {
  if (open_.empty() || !open_.back().value.is_map()) return;
  Open& map = open_.back();
  map.has_key = map.skips = !map.has_key;
}

}  // namespace descent
