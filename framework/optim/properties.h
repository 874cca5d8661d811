#pragma once
#include <string>
#include <vector>

#include "descent/options/value.h"

// What optimizers claim of themselves, proved by experiment in float64.
namespace descent::optim {

struct Property {
  const char* name;
  const char* meaning;
  bool is_presumed;  // of every optimizer that does not say why it has not
  double bound;      // the greatest figure with which an optimizer has the property
  double (*figure)(const std::string& optimizer);
};
const std::vector<Property>& properties();

struct Verdict {
  enum class Status { pass, fail, not_claimed };
  const Property* property;
  Status status;
  double figure;
  std::string why_not;  // the optimizer's own reason
};
// Of a registered optimizer, one for each property.
std::vector<Verdict> verify(const std::string& optimizer);

// What can be seen from outside: how it differs from plain descent.
struct Traits {
  const char* adapts_rate;         // to the gradients: "of each number", "of all together" or "no"
  bool has_momentum;               // goes on by itself where there is no gradient
  std::vector<std::string> state;  // its names, with their shape for a parameter (m, n) where that is another
};
Traits traits(const std::string& optimizer, const Value& options = Value::map());

}  // namespace descent::optim
