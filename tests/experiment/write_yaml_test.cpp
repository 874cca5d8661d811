#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "descent/experiment/yaml.h"
#include "tests/experiment/parsed.h"

namespace descent {
namespace {

using test::parsed;

TEST(WriteYaml, UsesBlocksForMappingsAndLinesForLists) {
  Value layers({Value::map({{"type", "linear"}, {"out", 32}}), "tanh"});
  EXPECT_EQ(write_yaml(Value::map({{"name", "bowl"},
                                   {"seed", 0},
                                   {"model", Value::map({{"layers", layers}, {"bias", true}})},
                                   {"x", {Value({1, 2}), Value({3, 4})}},
                                   {"betas", {0.9, 0.999}},
                                   {"start", Value::map()},
                                   {"text", "w^2 + 10*b^2"}})),
            "name: bowl\n"
            "seed: 0\n"
            "model:\n"
            "  layers:\n"
            "    - type: linear\n"
            "      out: 32\n"
            "    - tanh\n"
            "  bias: true\n"
            "x:\n"
            "  - [1, 2]\n"
            "  - [3, 4]\n"
            "betas: [0.9, 0.999]\n"
            "start: {}\n"
            "text: \"w^2 + 10*b^2\"\n");
}

TEST(WriteYaml, QuotesTextsThatLookLikeSomethingElse) {
  for (const char* text : {"true", "No",  "null", "~",         "1e3",  "010", "0x1",    "",  " a",  "a: b",
                           "a #b", "- a", "*a",   "say \"x\"", "a\\b", "é",   "a\nb\t", "=", "off", "Y"}) {
    const std::string written = write_yaml(Value::map({{"a", text}}));
    EXPECT_EQ(written.substr(0, 4), "a: \"") << written;
    Diagnostics diagnostics;
    EXPECT_EQ(parsed(written, diagnostics), Value::map({{"a", text}}));
  }
}

// A random tree that a file can hold.
Value any_value(int depth);

std::string any_text() {
  const auto characters = *rc::gen::container<std::vector<char32_t>>(rc::gen::elementOf(
      std::vector<char32_t>{U'a',  U'Z',  U'_',  U'0', U'9',  U'.', U'-', U'+', U' ', U':', U'#', U',', U'[', U'{', U'"', U'\'',
                            U'\\', U'\n', U'\t', U'é', U'漢', U'😀', U'~', U'!', U'&', U'*', U'|', U'>', U'%', U'@', U'e'}));
  std::string text;
  for (const char32_t c : characters) {
    if (c < 0x80) text += static_cast<char>(c);
    if (c == U'é') text += "é";
    if (c == U'漢') text += "漢";
    if (c == U'😀') text += "😀";
  }
  return text;
}

Value any_scalar() {
  switch (*rc::gen::inRange(0, 5)) {
    case 0:
      return *rc::gen::arbitrary<bool>();
    case 1:
      return *rc::gen::arbitrary<std::int64_t>();
    case 2:
      return static_cast<double>(*rc::gen::arbitrary<std::int32_t>()) / 1024;
    case 3:
      return *rc::gen::element<std::string>("true", "null", "1", "no", "x", "1e3", "a.b");
    default:
      return any_text();
  }
}

Value any_map(int depth) {
  Value map = Value::map();
  const int size = *rc::gen::inRange(0, 4);
  for (int i = 0; i < size; ++i) map.set(any_text() + static_cast<char>('a' + i), any_value(depth - 1));
  return map;
}

Value any_value(int depth) {
  const int form = *rc::gen::inRange(0, depth > 0 ? 4 : 2);
  if (form < 2) return any_scalar();
  if (form == 2) return any_map(depth);
  Value list(std::initializer_list<Value>{});
  const int size = *rc::gen::inRange(0, 4);
  for (int i = 0; i < size; ++i) list.items.push_back(any_value(depth - 1));
  return list;
}

RC_GTEST_PROP(WriteYaml, ReadsBackEqual, ()) {
  const Value value = any_map(4);
  const std::string text = write_yaml(value);
  Diagnostics diagnostics;
  const Value read = parsed(text, diagnostics);
  RC_LOG() << text << diagnostics.report();
  RC_ASSERT(diagnostics.empty());
  RC_ASSERT(read == value);
}

RC_GTEST_PROP(WriteFlow, ReadsBackEqualFromOneLine, ()) {
  const Value value = any_map(4);
  const std::string text = write_flow(value);
  Diagnostics diagnostics;
  const Value read = parsed("v: " + text + '\n', diagnostics);
  RC_LOG() << text << diagnostics.report();
  RC_ASSERT(diagnostics.empty());
  RC_ASSERT(text.find('\n') == std::string::npos);
  RC_ASSERT(*read.find("v") == value);
}

}  // namespace
}  // namespace descent
