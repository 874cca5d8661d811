#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "descent/options/registry.h"

namespace descent::test {

// A scalar as it comes from a file, without quotes.
inline Value plain(const char* text) {
  Value value(text);
  value.quoted = false;
  return value;
}

// One option of every type.
struct Everything {
  enum class Side { outside, inside };
  struct Section {
    std::int64_t depth = 1;
    void options(Options& option) { option("depth", depth, kAtLeastOne, "levels"); }
  };

  double number = 0.1;
  std::int64_t integer = 5;
  std::uint64_t seed = 0;
  std::vector<double> numbers = {1, 2};
  std::vector<std::int64_t> integers = {32, 32};
  std::array<double, 2> pair = {0.9, 0.999};
  std::optional<double> maybe;
  bool flag = false;
  std::string text = "default";
  std::vector<std::string> texts;
  Side side = Side::outside;
  Path path;
  Value free;
  Section section;

  void options(Options& option) {
    option("number", number, kPositive, "a number");
    option("integer", integer, kAtLeastOne, "an integer");
    option("seed", seed, "a seed");
    option("numbers", numbers, kAny, "numbers");
    option("integers", integers, kAtLeastOne, "integers");
    option("pair", pair, kFraction, "two numbers");
    option("maybe", maybe, kNotNegative, "unset unless given");
    option("flag", flag, "a boolean");
    option("text", text, "a text");
    option("texts", texts, "texts");
    option("side", side, {"outside", "inside"}, "a choice");
    option("path", path, "a path");
    option("free", free, "a value", "anything");
    option("section", section, "a section");
  }
};

}  // namespace descent::test
