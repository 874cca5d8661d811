#include "descent/data/lines.h"

#include <algorithm>

#include "descent/options/utf8.h"

namespace descent {
namespace {

constexpr std::size_t kStep = 64 << 10;

bool is_ascii(std::string_view text) {
  unsigned char all = 0;
  for (char c : text) all = static_cast<unsigned char>(all | static_cast<unsigned char>(c));
  return all < 0x80;
}

}  // namespace

bool Lines::fill() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  const std::size_t kept = buffer_.size();
  buffer_.resize(kept + kStep);
  buffer_.resize(kept + input_.read(buffer_.data() + kept, kStep));
  if (number_ == 0 && kept == 0 && buffer_.compare(0, 3, "\xEF\xBB\xBF") == 0) begin_ = 3;
  return buffer_.size() > kept;
}

bool Lines::next(std::string_view& line) {
  std::size_t end = buffer_.find('\n', begin_);
  while (end == std::string::npos && buffer_.size() - begin_ <= kLimit) {
    const std::size_t searched = buffer_.size() - begin_;
    if (!fill()) break;
    end = buffer_.find('\n', begin_ + std::min(searched, buffer_.size() - begin_));
  }
  if (begin_ == buffer_.size()) return false;
  ++number_;
  end = std::min(end, buffer_.size());
  line = std::string_view(buffer_).substr(begin_, end - begin_);
  begin_ = std::min(end + 1, buffer_.size());
  if (line.size() > kLimit) fail_at(line, kLimit, "the line is longer than 1 MiB");
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  check(line);
  return true;
}

void Lines::check(std::string_view line) const {
  if (const std::size_t nul = line.find('\0'); nul != std::string_view::npos) fail_at(line, nul, "a NUL byte; is this a text file?");
  if (const std::size_t cr = line.find('\r'); cr != std::string_view::npos) fail_at(line, cr, "a carriage return inside a line");
  if (is_ascii(line)) return;
  for (std::size_t at = 0, start = 0; at < line.size(); start = at) {
    if (!next_character(line, at)) fail_at(line, start, "a byte that is not UTF-8");
  }
}

void Lines::fail_at(std::string_view line, std::size_t byte, const std::string& message, const std::string& help) const {
  fail_in_file(path(), fmt::format("{}:{}", number_, count_characters(line.substr(0, byte)) + 1), message, help);
}

bool next_word(std::string_view text, std::size_t& at, std::string_view& word) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t start = text.find_first_not_of(kBlanks, at);
  if (start == text.npos) return false;
  at = std::min(text.find_first_of(kBlanks, start), text.size());
  word = text.substr(start, at - start);
  return true;
}

}  // namespace descent
