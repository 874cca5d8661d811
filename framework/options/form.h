#pragma once
#include <string>
#include <vector>

#include "descent/options/value.h"

namespace descent {
struct Range;
}

// What may be written for an option, in the terms of JSON Schema (draft-07): from it editors know what to accept.
namespace descent::form {

Value number(const Range& range);
Value integer(const Range& range);  // of 64 bits, where the range is open
Value boolean();
Value text();  // any scalar: an option of text takes `1` and `true` as they are written
Value choice(const std::vector<std::string>& names);
Value list(const Value& item, int least = 0, int most = 0);  // of at least and, unless 0, at most so many
Value map(const Value& item);                                // from any name
Value either(const std::vector<Value>& forms);

}  // namespace descent::form
