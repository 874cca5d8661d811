#pragma once
#include <string>

namespace descent {

// A condition `metric>=value` (also <=, >, <, ==) on what a run measured.
struct Requirement {
  std::string text, metric, comparison;
  double value = 0;
  static Requirement parse(const std::string& text);  // Error(usage) when it is none
  bool met(double measured) const;
};

}  // namespace descent
