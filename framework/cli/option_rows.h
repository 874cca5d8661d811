#pragma once
#include <string>
#include <vector>

#include "descent/options/options.h"

namespace descent::cli {

// A row for each option: name, type, default, meaning. Those of a section stand under it, as `split.validation`.
std::vector<std::vector<std::string>> rows_of(const std::vector<Option>& options);

}  // namespace descent::cli
