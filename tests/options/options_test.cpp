#include "descent/options/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/options/components.h"

namespace descent {
namespace {

using test::Everything;
using test::plain;
using testing::ElementsAre;
using testing::IsEmpty;

// Reads `value` into the option `name` of a new Everything; the messages of what is wrong.
std::vector<std::string> messages_of(const char* name, Value value, Everything everything = {}) {
  Diagnostics diagnostics;
  Options options;
  everything.options(options);
  options.read(Value::map({{name, std::move(value)}}), {diagnostics, ""});
  std::vector<std::string> messages;
  for (const Diagnostics::Item& item : diagnostics.items()) messages.push_back(item.path + ": " + item.message);
  return messages;
}

// Everything after reading a map without errors.
Everything read(const Value& map) {
  Everything everything;
  Diagnostics diagnostics;
  Options options;
  everything.options(options);
  EXPECT_TRUE(options.read(map, {diagnostics, ""})) << diagnostics.report();
  return everything;
}

TEST(Options, AssignsEveryTypeFromAMap) {
  const Everything everything = read(Value::map({{"number", 0.25},
                                                 {"integer", 7},
                                                 {"seed", std::uint64_t{1} << 63},
                                                 {"numbers", {0.5, 1}},
                                                 {"integers", {3, 4}},
                                                 {"pair", {0.8, 0.9}},
                                                 {"maybe", 2.5},
                                                 {"flag", true},
                                                 {"text", "some text"},
                                                 {"texts", {"a", "b"}},
                                                 {"side", "inside"},
                                                 {"section", Value::map({{"depth", 3}})}}));
  EXPECT_EQ(everything.number, 0.25);
  EXPECT_EQ(everything.integer, 7);
  EXPECT_EQ(everything.seed, std::uint64_t{1} << 63);
  EXPECT_THAT(everything.numbers, ElementsAre(0.5, 1));
  EXPECT_THAT(everything.integers, ElementsAre(3, 4));
  EXPECT_THAT(everything.pair, ElementsAre(0.8, 0.9));
  EXPECT_EQ(everything.maybe, 2.5);
  EXPECT_TRUE(everything.flag);
  EXPECT_EQ(everything.text, "some text");
  EXPECT_THAT(everything.texts, ElementsAre("a", "b"));
  EXPECT_EQ(everything.side, Everything::Side::inside);
  EXPECT_EQ(everything.section.depth, 3);
}

TEST(Options, KeepsTheDefaultsOfWhatIsNotGiven) {
  const Everything everything = read(Value::map());
  EXPECT_EQ(everything.number, 0.1);
  EXPECT_EQ(everything.maybe, std::nullopt);
  EXPECT_EQ(everything.section.depth, 1);
}

TEST(Options, AcceptsAnIntegralFloatWhereAnIntegerIsDue) {
  EXPECT_EQ(read(Value::map({{"integer", plain("1e3")}})).integer, 1000);
  EXPECT_EQ(read(Value::map({{"seed", plain("2.0")}})).seed, 2u);
}

TEST(Options, ReadsSeedsUpToTheLargest) {
  EXPECT_EQ(read(Value::map({{"seed", plain("18446744073709551615")}})).seed, ~std::uint64_t{0});
  for (const char* text : {"18446744073709551616", "-1", "010", "0x1", "1.5", "", "12a"}) {
    EXPECT_THAT(messages_of("seed", plain(text)), ElementsAre("seed: expected an integer in [0, 2^64), got '" + std::string(text) + "'"));
  }
}

TEST(Options, RefusesNumbersOutOfRange) {
  EXPECT_THAT(messages_of("number", plain("-1")), ElementsAre("number: expected a number > 0, got '-1'"));
  EXPECT_THAT(messages_of("number", plain("0")), ElementsAre("number: expected a number > 0, got '0'"));
  EXPECT_THAT(messages_of("integer", plain("0")), ElementsAre("integer: expected an integer >= 1, got '0'"));
  EXPECT_THAT(messages_of("maybe", plain("-0.5")), ElementsAre("maybe: expected a number >= 0, got '-0.5'"));
  EXPECT_THAT(messages_of("pair", {0.5, 1.0}), ElementsAre("pair[1]: expected a number in [0, 1), got '1'"));
}

TEST(Options, RefusesOtherTypes) {
  EXPECT_THAT(messages_of("number", plain("fast")), ElementsAre("number: expected a number > 0, got 'fast'"));
  EXPECT_THAT(messages_of("integer", plain("32.5")), ElementsAre("integer: expected an integer >= 1, got '32.5'"));
  EXPECT_THAT(messages_of("number", {1, 2}), ElementsAre("number: expected a number > 0, got a list"));
  EXPECT_THAT(messages_of("text", Value::map()), ElementsAre("text: expected a text, got an empty mapping"));
  EXPECT_THAT(messages_of("integers", 3), ElementsAre("integers: expected a list of integers >= 1, got '3'"));
  EXPECT_THAT(messages_of("pair", {0.5}), ElementsAre("pair: expected a list of two numbers in [0, 1), got a list"));
  EXPECT_THAT(messages_of("section", 3), ElementsAre("section: expected a mapping, got '3'"));
}

TEST(Options, TakesAQuotedNumberForAText) {
  EXPECT_THAT(messages_of("number", "0.1"), ElementsAre("number: expected a number > 0, got the text '0.1'"));
  EXPECT_THAT(messages_of("integer", "3"), ElementsAre("integer: expected an integer >= 1, got the text '3'"));
  EXPECT_THAT(messages_of("seed", "3"), ElementsAre("seed: expected an integer in [0, 2^64), got the text '3'"));
  EXPECT_EQ(read(Value::map({{"text", "0.1"}})).text, "0.1");
}

TEST(Options, TakesOnlyTrueAndFalseForBooleans) {
  for (const char* text : {"yes", "True", "on", "1", ""}) {
    EXPECT_THAT(messages_of("flag", plain(text)), ElementsAre("flag: expected true or false, got '" + std::string(text) + "'"));
  }
  EXPECT_THAT(messages_of("flag", "true"), ElementsAre("flag: expected true or false, got the text 'true'"));
}

TEST(Options, ReportsAMissingValueOfEveryType) {
  Everything everything;
  Options options;
  everything.options(options);
  for (const Option& option : options.list()) {
    EXPECT_THAT(messages_of(option.name.c_str(), Value()), ElementsAre(option.name + ": missing value"));
  }
}

TEST(Options, ReportEveryWrongElementOfAList) {
  EXPECT_THAT(messages_of("integers", {plain("0"), plain("1"), plain("x")}),
              ElementsAre("integers[0]: expected an integer >= 1, got '0'", "integers[2]: expected an integer >= 1, got 'x'"));
}

TEST(Options, RefuseAnUnknownChoiceWithTheNearestOne) {
  Everything everything;
  Diagnostics diagnostics;
  Options options;
  everything.options(options);
  options.read(Value::map({{"side", plain("insid")}}), {diagnostics, ""});
  EXPECT_EQ(diagnostics.report(), "side: expected outside or inside, got 'insid'\n  help: did you mean 'inside'?");
}

TEST(Options, RefuseAnUnknownKeyWithTheNearestOne) {
  Everything everything;
  Diagnostics diagnostics;
  Options options;
  everything.options(options);
  EXPECT_FALSE(options.read(Value::map({{"nmber", 1}}), {diagnostics, "train"}));
  EXPECT_EQ(diagnostics.report(), "train: unknown key 'nmber'\n  help: did you mean 'number'?");
}

TEST(Options, GiveASectionItsDefaultsWhereItDoesNotSayOtherwise) {
  struct Pair {
    double a = 1;
    std::optional<double> b;
    void options(Options& option) {
      option("a", a, kAny, "");
      option("b", b, kAny, "");
    }
  } pair;
  Options options;
  options("pair", pair, "");
  Diagnostics diagnostics;
  options.read(Value::map({{"pair", Value::map({{"a", 2}, {"b", 3}})}}), {diagnostics, ""});
  options.read(Value::map({{"pair", Value::map({{"a", 4}})}}), {diagnostics, ""});
  EXPECT_EQ(diagnostics.report(), "");
  EXPECT_EQ(pair.a, 4);
  EXPECT_EQ(pair.b, std::nullopt);
}

TEST(Options, TellAMisplacedKeyItsSection) {
  Everything everything;
  Diagnostics diagnostics;
  Options options;
  everything.options(options);
  const Reading reading{diagnostics, "", [](const std::string& key) { return key == "batch_size" ? "train" : ""; }};
  options.read(Value::map({{"section", Value::map({{"batch_size", 1}})}}), reading);
  EXPECT_EQ(diagnostics.report(), "section: unknown key 'batch_size'\n  help: 'batch_size' belongs in 'train'");
}

TEST(Options, RefuseAKeyThatIsGivenTwice) {
  Everything everything;
  Diagnostics diagnostics;
  Options options;
  everything.options(options);
  options.read(Value::map({{"integer", 1}, {"integer", 2}}), {diagnostics, ""});
  EXPECT_EQ(diagnostics.report(), "duplicate key 'integer'");
}

TEST(Options, AskForWhatIsRequired) {
  double target = 0;
  Options options;
  options("target", target, kAny, "where to stop");
  options.required();
  Diagnostics diagnostics;
  EXPECT_FALSE(options.read(Value::map(), {diagnostics, "train"}));
  EXPECT_EQ(diagnostics.report(), "train: missing key 'target'\n  help: where to stop");
}

TEST(Options, WriteWhatReadsBackTheSame) {
  const Value map = Value::map({{"number", 1.0 / 3}, {"numbers", {0.1, 1e-300}}, {"text", "1e3"}, {"side", "inside"}, {"maybe", 2}});
  const Everything first = read(map);
  Options options;
  const_cast<Everything&>(first).options(options);
  const Value written = options.write();
  Everything second = read(written);
  Options again;
  second.options(again);
  EXPECT_EQ(again.write(), written);
  EXPECT_EQ(second.number, 1.0 / 3);
  EXPECT_EQ(second.text, "1e3");
}

TEST(Options, LeaveUnsetOnesOutWhenWriting) {
  Everything everything;
  Options options;
  everything.options(options);
  EXPECT_EQ(options.write().find("maybe"), nullptr);
  EXPECT_EQ(options.write().find("path"), nullptr);
  EXPECT_NE(options.write().find("number"), nullptr);
}

TEST(Options, DescribeThemselves) {
  Everything everything;
  Options options;
  everything.options(options);
  std::vector<std::string> lines;
  for (const Option& option : options.list()) lines.push_back(option.name + ": " + option.type + " " + to_string(option.range));
  EXPECT_THAT(lines, ElementsAre("number: number > 0", "integer: integer >= 1", "seed: integer in [0, 2^64)", "numbers: list of numbers ",
                                 "integers: list of integers >= 1", "pair: two numbers in [0, 1)", "maybe: number >= 0",
                                 "flag: true|false ", "text: text ", "texts: list of texts ", "side: outside|inside ", "path: path ",
                                 "free: a value ", "section: section "));
}

TEST(Options, ResolveAPathAgainstTheFolderOfItsFile) {
  Value value("../data/iris.csv");
  value.mark = {std::make_shared<const Source>(Source{"exp/a.yaml", "/home/me/exp/a.yaml", ""}), 1, 7};
  const Path path = read(Value::map({{"path", value}})).path;
  EXPECT_EQ(path.text, "/home/me/data/iris.csv");
  EXPECT_EQ(path.mark.column, 7);
}

TEST(Options, ResolveAPathWithoutAFileAgainstTheCurrentFolder) {
  EXPECT_EQ(read(Value::map({{"path", "iris.csv"}})).path.text, (std::filesystem::current_path() / "iris.csv").string());
  EXPECT_EQ(read(Value::map({{"path", "/data/iris.csv"}})).path.text, "/data/iris.csv");
}

TEST(Options, RefuseAnEmptyPath) { EXPECT_THAT(messages_of("path", ""), ElementsAre("path: expected a path, got an empty text")); }

TEST(Options, LetAComponentReadAndCompleteAValue) {
  Value value;
  Options options;
  options("amount", value, "an amount", "how many", [](Value& given, const Reading& reading) {
    if (given.is_list()) refuse(given, reading, "an amount");
    given.set("unit", "rows");
  });
  Diagnostics diagnostics;
  EXPECT_TRUE(options.read(Value::map({{"amount", Value::map()}}), {diagnostics, ""}));
  EXPECT_EQ(options.write(), Value::map({{"amount", Value::map({{"unit", "rows"}})}}));
  EXPECT_FALSE(options.read(Value::map({{"amount", {1}}}), {diagnostics, ""}));
}

TEST(Options, ReadAMapOf20000UnknownKeysInNoTime) {
  Value map = Value::map();
  for (int i = 0; i < 20000; ++i) map.entries.push_back({"unknown" + std::to_string(i), 1});
  Everything everything;
  Options options;
  everything.options(options);
  Diagnostics diagnostics;
  int asked = 0;
  options.read(map, {diagnostics, "", [&](const std::string&) { return ++asked, ""; }});
  EXPECT_EQ(diagnostics.items().size(), 20000u);
  EXPECT_LT(asked, 1000);
}

TEST(Range, IsShownAsItsLimits) {
  EXPECT_EQ(to_string(kAny), "");
  EXPECT_EQ(to_string(kPositive), "> 0");
  EXPECT_EQ(to_string(kAtLeastOne), ">= 1");
  EXPECT_EQ(to_string(kFraction), "in [0, 1)");
  EXPECT_EQ(to_string(Range{-kInfinity, 2}), "<= 2");
  EXPECT_EQ(in_range("a number", kUnitInterval), "a number in [0, 1]");
}

}  // namespace
}  // namespace descent
