#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "descent/options/value.h"

namespace descent {

// Turns byte offsets of a source into marks, each in logarithmic time.
class Places {
 public:
  explicit Places(std::shared_ptr<const Source> source);
  const std::string& text() const { return source_->text; }
  // `length` counts characters.
  Mark at(std::size_t offset, std::size_t length = 1) const;

 private:
  std::shared_ptr<const Source> source_;
  std::vector<std::size_t> lines_{0}, continued_;  // where lines start; continuation bytes of UTF-8
};

// The first byte from `from` on that is not well-formed UTF-8, is invisible or a lone carriage return; text.size() when all is well.
std::size_t find_unreadable(std::string_view text, std::size_t from = 0);

// What find_unreadable() found: `byte 0xff is not UTF-8`, `invisible character U+200B`.
std::string describe_unreadable(std::string_view text, std::size_t at);

// Behind the quote that closes the quoted scalar of YAML at `open`; npos when there is none.
std::size_t end_of_quoted(std::string_view text, std::size_t open);

}  // namespace descent
