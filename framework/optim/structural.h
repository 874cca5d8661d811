#pragma once
#include <vector>

#include "descent/optim/properties.h"

namespace descent::optim {

// Of every rule, unless it says why not.
std::vector<Property> structural_properties();
// What is known of some rules.
std::vector<Property> theorems();

}  // namespace descent::optim
