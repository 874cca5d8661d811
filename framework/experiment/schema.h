#pragma once

#include "descent/experiment/json.h"
#include "descent/options/value.h"

namespace descent {

// The JSON Schema (draft-07) of experiment files, made from the declared options and the registered components. It accepts every file that
// `descent check` accepts, and refuses what can be refused without opening other files. A file with `extends` may leave out what is
// required.
Json experiment_schema();

Json to_json(const Value& value);

}  // namespace descent
