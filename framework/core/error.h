#pragma once
#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace descent {

// What went wrong, in the classes that a caller tells apart; the number is the program's exit code.
enum class ErrorKind {
  internal = 1,     // a bug in descent
  usage = 2,        // the command line
  invalid = 3,      // an argument, a shape, an option, an experiment file
  data = 4,         // a data file, a checkpoint, the disk
  diverged = 5,     // a loss or gradient is no longer finite
  requirement = 6,  // a `--require` was not met
};

// The one exception type. It is thrown at the public boundary, before any work is done; the message names the operation or the place.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

template <class... Args>
[[noreturn]] void fail(ErrorKind kind, fmt::format_string<Args...> format, Args&&... args) {
  throw Error(kind, fmt::format(format, std::forward<Args>(args)...));
}

// For arguments of functions: `fail_argument("matmul: cannot multiply {} by {}", a, b)`.
template <class... Args>
[[noreturn]] void fail_argument(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(ErrorKind::invalid, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace descent
