#include "descent/experiment/places.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "descent/options/utf8.h"

namespace descent {

Places::Places(std::shared_ptr<const Source> source) : source_(std::move(source)) {
  for (std::size_t i = 0; i < text().size(); ++i) {
    if (text()[i] == '\n') lines_.push_back(i + 1);
    if ((text()[i] & 0xc0) == 0x80) continued_.push_back(i);
  }
}

Mark Places::at(std::size_t offset, std::size_t length) const {
  const auto line = std::upper_bound(lines_.begin(), lines_.end(), offset) - 1;
  const auto continuation = [&](std::size_t i) { return std::lower_bound(continued_.begin(), continued_.end(), i); };
  const auto column = static_cast<std::ptrdiff_t>(offset - *line) - (continuation(offset) - continuation(*line));
  return {source_, static_cast<int>(line - lines_.begin()) + 1, static_cast<int>(column) + 1, static_cast<int>(length)};
}

std::size_t find_unreadable(std::string_view text, std::size_t from) {
  while (from < text.size()) {
    std::size_t next = from;
    const auto character = next_character(text, next);
    const bool carriage_return = character == U'\r' && next < text.size() && text[next] == '\n';
    const bool blank = carriage_return || character == U'\n' || character == U'\t';
    if (!character || (is_invisible(*character) && !blank)) return from;
    from = next;
  }
  return from;
}

std::string describe_unreadable(std::string_view text, std::size_t at) {
  std::size_t next = at;
  const auto character = next_character(text, next);
  if (!character) return fmt::format("byte 0x{:02x} is not UTF-8", static_cast<unsigned char>(text[at]));
  return fmt::format("invisible character U+{:04X}", static_cast<unsigned>(*character));
}

std::size_t end_of_quoted(std::string_view text, std::size_t open) {
  const char quote = text[open];
  for (std::size_t i = open + 1; i < text.size(); ++i) {
    if (text[i] == '\\' && quote == '"') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || i + 1 == text.size() || text[i + 1] != quote) return i + 1;
      ++i;
    }
  }
  return std::string::npos;
}

}  // namespace descent
