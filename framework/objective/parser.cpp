#include <algorithm>

#include "descent/core/error.h"
#include "descent/objective/program.h"
#include "descent/options/diagnostics.h"

namespace descent {
namespace {

constexpr const char* kNumber = "0123456789.";
constexpr const char* kWord = "0123456789.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";

const Operation* find_operation(std::string_view name, bool function, std::size_t arity = 0) {
  for (const Operation& o : operations()) {
    if (o.name == name && (o.precedence == 0) == function && (function || o.arity == arity)) return &o;
  }
  return nullptr;
}

// Whether a sign may follow: "2.5e".
bool ends_in_exponent(std::string_view word) {
  return word.size() > 1 && (word.back() == 'e' || word.back() == 'E') && word.find_first_not_of(kNumber) == word.size() - 1;
}

// Precedence climbing; the depth of its recursion is bounded.
class Parser {
 public:
  Parser(std::string_view text, const std::vector<std::string>& names, Program& program) : text_(text), names_(names), program_(program) {}

  void run() {
    if (text_.size() > Program::kMaxBytes) throw SyntaxError{0, fmt::format("longer than {} bytes", Program::kMaxBytes), ""};
    expression(1);
    if (!next().empty()) expected("an operator");
  }

 private:
  // Operands joined by operators that bind at least as tight as `precedence`.
  void expression(int precedence) {
    next();
    if (++depth_ > Program::kMaxDepth) throw SyntaxError{at_, fmt::format("nested deeper than {}", Program::kMaxDepth), ""};
    operand();
    for (const Operation* o; (o = find_operation(next(), false, 2)) && o->precedence >= precedence; program_.add_operation(*o)) {
      ++at_;
      expression(o->precedence + (o->precedence < kPowerPrecedence));  // to the right of ^ another ^ may follow
    }
    --depth_;
  }

  void operand() {
    const std::string_view token = next();
    const Operation* sign = find_operation(token, false, 1);
    if (sign) {
      ++at_;
      expression(sign->precedence);
      program_.add_operation(*sign);
    } else if (accept("(")) {
      expression(1);
      if (!accept(")")) expected("')'");
    } else if (token.find_first_of(kWord) != 0) {
      expected("an operand");
    } else if (token.find_first_of(kNumber) == 0) {
      number(token);
    } else {
      name(std::string(token));
    }
  }

  void number(std::string_view token) {
    double value = 0;
    if (!parse_number(token, value)) {
      throw SyntaxError{at_, fmt::format("'{}' is no number", shown(token)), "numbers are decimal; a product is written 2*x"};
    }
    at_ += token.size();
    program_.add_constant(value);
  }

  void name(const std::string& word) {
    const std::size_t start = at_;
    at_ += word.size();
    const auto parameter = std::find(names_.begin(), names_.end(), word);
    if (parameter != names_.end()) return program_.add_parameter(static_cast<std::size_t>(parameter - names_.begin()));
    if (word == "pi") return program_.add_constant(3.14159265358979323846);
    if (word == "e") return program_.add_constant(2.71828182845904523536);
    if (const Operation* function = find_operation(word, true)) return call(*function, start);
    std::vector<std::string> known = names_;
    known.insert(known.end(), Program::reserved_names().begin(), Program::reserved_names().end());
    throw SyntaxError{start, fmt::format("unknown name '{}'", shown(word)), suggestion(word, known)};
  }

  void call(const Operation& function, std::size_t start) {
    if (!accept("(")) expected("'('");
    std::size_t count = 0;
    do {
      expression(1);
      ++count;
    } while (accept(","));
    if (!accept(")")) expected("')'");
    if (count != function.arity) {
      const char* plural = function.arity == 1 ? "" : "s";
      throw SyntaxError{start, fmt::format("{}: expected {} argument{}, got {}", function.name, function.arity, plural, count), ""};
    }
    program_.add_operation(function);
  }

  bool accept(std::string_view token) {
    if (next() != token) return false;
    ++at_;
    return true;
  }

  [[noreturn]] void expected(const char* what) {
    const std::string_view token = next();
    const std::string got = token.empty() ? "the end" : "'" + shown(token) + "'";
    const bool starred = token == "*" && at_ > 0 && text_[at_ - 1] == '*';
    throw SyntaxError{at_, fmt::format("expected {}, got {}", what, got), starred ? "a power is written x^2" : ""};
  }

  // The next name, number or other character; empty at the end. Skips the space before it.
  std::string_view next() {
    at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
    const std::string_view rest = text_.substr(at_);
    std::size_t end = rest.find_first_not_of(kWord);
    if (end == 0) {
      for (end = 1; end < rest.size() && (rest[end] & 0xC0) == 0x80;) ++end;  // all bytes of a UTF-8 character
    } else if (end != rest.npos && ends_in_exponent(rest.substr(0, end)) && (rest[end] == '-' || rest[end] == '+')) {
      end = rest.find_first_not_of(kWord, end + 1);
    }
    return rest.substr(0, end);
  }

  const std::string_view text_;
  const std::vector<std::string>& names_;
  Program& program_;
  std::size_t at_ = 0, depth_ = 0;
};

}  // namespace

bool Program::is_name(std::string_view text) {
  return !text.empty() && text.find_first_of(kNumber) != 0 && text.find_first_not_of(kWord) == text.npos && text.find('.') == text.npos;
}

Program::Program(std::string_view text, const std::vector<std::string>& names) { Parser(text, names, *this).run(); }

const std::vector<std::string>& Program::reserved_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> result = {"pi", "e"};
    for (const Operation& o : operations()) {
      if (o.precedence == 0) result.emplace_back(o.name);
    }
    return result;
  }();
  return names;
}

}  // namespace descent
