#include "descent/experiment/requirement.h"

#include <algorithm>
#include <iterator>

#include "descent/core/error.h"
#include "descent/options/diagnostics.h"
#include "descent/options/value.h"

namespace descent {

Requirement Requirement::parse(const std::string& text) {
  const std::size_t at = text.find_first_of("<>=");
  Requirement requirement{text, text.substr(0, at), "", 0};
  const std::size_t end = at == std::string::npos ? at : text.find_first_not_of("<>=", at);
  if (end != std::string::npos) requirement.comparison = text.substr(at, end - at);
  const char* known[] = {"<", "<=", ">", ">=", "=="};
  const bool valid = at != 0 && std::find(std::begin(known), std::end(known), requirement.comparison) != std::end(known);
  if (!valid || !parse_number(text.substr(end), requirement.value))
    fail(ErrorKind::usage, "--require: expected metric>=value, got '{}'", shown(text));
  return requirement;
}

bool Requirement::met(double measured) const {
  if (comparison == "<") return measured < value;
  if (comparison == "<=") return measured <= value;
  if (comparison == ">") return measured > value;
  if (comparison == ">=") return measured >= value;
  return measured == value;
}

}  // namespace descent
