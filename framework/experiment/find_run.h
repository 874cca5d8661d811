#pragma once
#include <string>
#include <vector>

namespace descent {

// The folder of a run that is named by its path, by `latest`, by NAME/latest, or by a unique beginning of its folder's name or of
// NAME/folder under runs/ in the current directory. Throws Error (kind usage) with what is there.
std::string find_run(const std::string& named);

// All run folders under runs/, oldest first.
std::vector<std::string> all_runs();

}  // namespace descent
