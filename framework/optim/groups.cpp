#include "descent/optim/groups.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "descent/options/diagnostics.h"

namespace descent::optim {

std::pair<std::string, Value> split_group(const Value& group) {
  Value options = group;
  options.erase("match");
  return {group.find("match")->text, options};
}

void check_groups(const Value& groups, const Reading& reading, const std::function<void(const Value&, const Reading&)>& check_options) {
  if (!groups.is_list()) return static_cast<void>(refuse(groups, reading, "a list of {match: pattern, option: value}"));
  for (std::size_t i = 0; i < groups.items.size(); ++i) {
    const Reading at = reading.at(i);
    const Value& group = groups.items[i];
    const Value* match = group.is_map() ? group.find("match") : nullptr;
    std::string pattern;
    if (!match) {
      at.error(group, "expected a map with 'match', a pattern over parameter names");
    } else if (read_text(*match, at.at("match"), pattern)) {
      const RE2 expression(pattern, RE2::Quiet);
      if (!expression.ok())
        at.at("match").error(*match, fmt::format("'{}' is no regular expression: {}", shown(pattern), expression.error()));
      check_options(split_group(group).second, at);
    }
  }
}

}  // namespace descent::optim
