#pragma once
#include <gtest/gtest.h>

#include "descent/experiment/yaml.h"

namespace descent::test {

// The tree of a file `a.yaml` with this text.
inline Value parsed(const std::string& text, Diagnostics& diagnostics) {
  return parse_yaml(std::make_shared<const Source>(Source{"a.yaml", "a.yaml", text}), diagnostics);
}
inline Value parsed(const std::string& text) {
  Diagnostics diagnostics;
  Value value = parsed(text, diagnostics);
  EXPECT_EQ(diagnostics.report(), "");
  return value;
}

}  // namespace descent::test
