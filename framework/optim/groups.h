#pragma once
#include <functional>
#include <string>
#include <utility>

#include "descent/options/options.h"

namespace descent::optim {

// A group of `groups: [{match: ".*bias", weight_decay: 0}]`: the pattern, and the options without it.
std::pair<std::string, Value> split_group(const Value& group);
// Reports what is wrong with the form of `groups` and, by `check_options`, with each group's options.
void check_groups(const Value& groups, const Reading& reading, const std::function<void(const Value&, const Reading&)>& check_options);

}  // namespace descent::optim
