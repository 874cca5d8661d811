#pragma once
#include <string>
#include <utility>
#include <vector>

#include "descent/options/value.h"

namespace descent::cli {

// The dialects of an optimizer, the default first; none for one that has no such option.
std::vector<std::string> dialects_of(const std::string& optimizer);

// The options that a dialect sets otherwise than they are set now, with its values.
std::vector<std::pair<std::string, Value>> differences(const std::string& optimizer, const Value& given, const std::string& dialect);
// As text: `lr 0.001, eps 1e-07`.
std::string in_words(const std::vector<std::pair<std::string, Value>>& differences);

}  // namespace descent::cli
