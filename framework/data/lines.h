#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "descent/data/input.h"

namespace descent {

// The lines of a text file, without their ends (LF or CRLF) and without a byte order mark.
// Refuses lines over 1 MiB, bytes that are not UTF-8, NUL, and a CR inside a line.
class Lines {
 public:
  static constexpr std::size_t kLimit = 1 << 20;

  explicit Lines(const Path& path) : input_(path) {}
  // The next line, valid until the next call; false at the end of the file.
  bool next(std::string_view& line);
  std::int64_t number() const { return number_; }                                    // of the last line, from 1
  std::int64_t bytes() const { return static_cast<std::int64_t>(input_.offset()); }  // read so far
  const Path& path() const { return input_.path(); }
  // `byte` counts from 0 within the line; the message counts characters from 1.
  [[noreturn]] void fail_at(std::string_view line, std::size_t byte, const std::string& message, const std::string& help = "") const;

 private:
  bool fill();
  void check(std::string_view line) const;

  Input input_;
  std::string buffer_;
  std::size_t begin_ = 0;
  std::int64_t number_ = 0;
};

// The next word from byte `at` on, which moves behind it; blanks and tabs separate words. False when there is none.
bool next_word(std::string_view text, std::size_t& at, std::string_view& word);

}  // namespace descent
