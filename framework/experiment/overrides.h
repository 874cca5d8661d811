#pragma once
#include <string>
#include <string_view>

#include "descent/options/diagnostics.h"
#include "descent/options/value.h"

namespace descent {

// Applies `--set a.b[0].c=v`: v is YAML, checked as a file is. Errors stand at `--set:LINE:COLUMN` with the assignment as the source line.
void apply_override(Value& root, const std::string& assignment, Diagnostics& diagnostics);

// Replaces what stands at `path`, such as `layers[0].out`. Missing maps are made; a scalar x on the way becomes {type: x}; an index must
// exist. `mark` is where the path is written. False after reporting, and nothing changed.
bool set_path(Value& root, std::string_view path, Value value, const Mark& mark, Diagnostics& diagnostics);

// What stands at `path`; null when nothing does.
const Value* find_path(const Value& root, std::string_view path);

// Reads an experiment file over the one it `extends`, and so on: maps are merged, lists and scalars replaced, a component of another
// `type:` replaced as a whole. Error(invalid) when the file itself cannot be opened; null when it cannot be read.
Value load_experiment(const std::string& path, Diagnostics& diagnostics);

}  // namespace descent
