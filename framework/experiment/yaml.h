#pragma once
#include <cstddef>
#include <memory>
#include <string>

#include "descent/options/diagnostics.h"
#include "descent/options/value.h"

namespace descent {

// Strict YAML: one document, a mapping of scalars, lists and mappings. Anchors, aliases, tags, merge keys, duplicate keys, empty list
// entries, what YAML reads differently from how it looks, and what cannot be seen on a screen are errors. At most 1 MiB, 20,000 values,
// depth 32. A refused part is left out of the result; null means that nothing could be read. Every value knows its place.
Value parse_yaml(std::shared_ptr<const Source> source, Diagnostics& diagnostics);

// The same for one value of any form, which begins at byte `from` of the source; null when it is missing.
Value parse_yaml_value(std::shared_ptr<const Source> source, std::size_t from, Diagnostics& diagnostics);

// Reads a file; Error(invalid) when it cannot be opened.
Value load_yaml(const std::string& path, Diagnostics& diagnostics);

// The text of a map that reads back equal: mappings in block style, lists of scalars in one line.
std::string write_yaml(const Value& value);
// Any value in one line: {lr: 0.1, betas: [0.9, 0.999]}.
std::string write_flow(const Value& value);

}  // namespace descent
