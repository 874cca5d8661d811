#include "descent/experiment/yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/experiment/parsed.h"
#include "tests/stopwatch.h"
#include "tests/temporary_folder.h"

namespace descent {
namespace {

using test::parsed;
using testing::ElementsAre;
using testing::HasSubstr;

// "LINE:COLUMN message" of every error.
std::vector<std::string> errors_of(const std::string& text) {
  Diagnostics diagnostics;
  parsed(text, diagnostics);
  std::vector<std::string> errors;
  for (const auto& item : diagnostics.items()) {
    errors.push_back(std::to_string(item.mark.line) + ":" + std::to_string(item.mark.column) + " " + item.message);
  }
  return errors;
}

std::string place(const Mark& mark) {
  return std::to_string(mark.line) + ":" + std::to_string(mark.column) + "+" + std::to_string(mark.length);
}

TEST(Yaml, ReadsMappingsListsAndScalars) {
  Value unquoted("adam");
  unquoted.quoted = false;
  EXPECT_EQ(parsed("optimizer: {type: adam, betas: [0.9, 0.999]}\nseed: 1\nname: 'x y'\nempty: []\n"),
            Value::map({{"optimizer", Value::map({{"type", unquoted}, {"betas", {0.9, 0.999}}})},
                        {"seed", 1},
                        {"name", "x y"},
                        {"empty", Value(std::initializer_list<Value>{})}}));
}

TEST(Yaml, KeepsTheSpellingOfScalars) {
  const Value root = parsed("a: 1e-3\nb: 010\nc: \"0.1\"\n");
  EXPECT_EQ(root.find("a")->text, "1e-3");
  EXPECT_EQ(root.find("b")->text, "010");
  EXPECT_FALSE(root.find("b")->quoted);
  EXPECT_TRUE(root.find("c")->quoted);
}

TEST(Yaml, AcceptsADocumentMarkerAndComments) { EXPECT_EQ(parsed("# a comment\n---\na: 1 # another\n...\n"), Value::map({{"a", 1}})); }

TEST(Yaml, AcceptsWindowsLineEnds) {
  EXPECT_EQ(parsed("a: 1\r\nb: [2,\r\n 3]\r\n"), Value::map({{"a", 1}, {"b", {2, 3}}}));
  EXPECT_EQ(place(parsed("a: 1\r\nb: 22\r\n").find("b")->mark), "2:4+2");
}

TEST(Yaml, MarksCountCharacters) {
  const Value root = parsed("é: [ü, ö x]\n日本: 'ß''s' # c\n");
  EXPECT_EQ(place(root.entries[0].mark), "1:1+1");
  EXPECT_EQ(place(root.entries[0].value.mark), "1:4+1");
  EXPECT_EQ(place(root.entries[0].value.items[1].mark), "1:8+3");
  EXPECT_EQ(place(root.entries[1].mark), "2:1+2");
  EXPECT_EQ(place(root.entries[1].value.mark), "2:5+6");
}

TEST(Yaml, MarksTheKeyOfAMissingValue) {
  const Value root = parsed("a: 1\nlr: # forgotten\n\nb: 2\n");
  EXPECT_TRUE(root.entries[1].value.is_null());
  EXPECT_EQ(place(root.entries[1].value.mark), "2:1+2");
}

TEST(Yaml, MarksOnlyTheFirstLineOfALongText) { EXPECT_EQ(place(parsed("a: \"x\n  y\"\n").find("a")->mark), "1:4+2"); }

TEST(Yaml, RefusesDuplicateKeysNamingTheFirstPlace) {
  EXPECT_THAT(errors_of("a: {lr: 1,\n    lr: 2}\n"), ElementsAre("2:5 duplicate key 'lr' (first at 1:5)"));
  EXPECT_THAT(errors_of("lr: 1\n'lr': 2\n"), ElementsAre("2:1 duplicate key 'lr' (first at 1:1)"));
}

TEST(Yaml, KeepsTheFirstOfDuplicateKeys) {
  Diagnostics diagnostics;
  EXPECT_EQ(parsed("a: 1\na: {b: [2]}\nc: 3\n", diagnostics), Value::map({{"a", 1}, {"c", 3}}));
}

TEST(Yaml, RefusesAnchorsAliasesTagsAndMergeKeys) {
  EXPECT_THAT(errors_of("a: &x 1\nb: *x\n"), ElementsAre("1:4 anchors are not allowed", "2:4 aliases are not allowed"));
  EXPECT_THAT(errors_of("a: *x\n"), ElementsAre("1:4 aliases are not allowed"));
  EXPECT_THAT(errors_of("&a k: {}\n"), ElementsAre("1:1 anchors are not allowed"));
  EXPECT_THAT(errors_of("a: &x\n"), ElementsAre("1:4 anchors are not allowed"));
  EXPECT_THAT(errors_of("a: &x {b: *x}\n"), ElementsAre("1:4 anchors are not allowed", "1:11 aliases are not allowed"));
  EXPECT_THAT(errors_of("a: !!int 1\n"), ElementsAre("1:4 tags are not allowed"));
  EXPECT_THAT(errors_of("a: ! x\n"), ElementsAre("1:4 tags are not allowed"));
  EXPECT_THAT(errors_of("a: !x [1]\nb: !y {}\n"), ElementsAre("1:4 tags are not allowed", "2:4 tags are not allowed"));
  EXPECT_THAT(errors_of("<<: {a: 1}\nb: 1\n"), ElementsAre("1:1 merge keys are not allowed"));
}

TEST(Yaml, LeavesOutWhatItRefuses) {
  Diagnostics diagnostics;
  EXPECT_EQ(parsed("<<: {a: 1}\nb: &x [1, *x, 2]\nc: *x\nd: 3\n", diagnostics), Value::map({{"b", {1, 2}}, {"d", 3}}));
  EXPECT_EQ(diagnostics.items().size(), 4u);
}

TEST(Yaml, RefusesWhatComesBehindTheMapping) {
  EXPECT_THAT(errors_of("a: 1\n---\nb: 2\n"), ElementsAre("2:1 a second document is not allowed"));
  EXPECT_THAT(errors_of("a: 1\n...\nb\n"), ElementsAre("3:1 this does not belong to what stands above"));
  EXPECT_THAT(errors_of("- a\nb: c\n"), ElementsAre("2:1 this does not belong to what stands above"));
  EXPECT_THAT(errors_of("{a: 1} b\n"), ElementsAre("1:8 this does not belong to what stands above"));
  EXPECT_THAT(errors_of(",\n"), ElementsAre("1:1 this does not belong to what stands above"));
}

TEST(Yaml, RefusesEmptyEntriesAndKeys) {
  EXPECT_THAT(errors_of("a: [1,,2]\n"), ElementsAre("1:7 empty list entry"));
  EXPECT_THAT(errors_of("a: [~, null]\n"), ElementsAre("1:5 empty list entry", "1:8 empty list entry"));
  EXPECT_THAT(errors_of("a:\n  -\n  - 1\n"), ElementsAre("2:3 empty list entry"));
  EXPECT_THAT(errors_of("a:\n  - 1\n  -\nb: 2\n"), ElementsAre("3:3 empty list entry"));
  EXPECT_THAT(errors_of("a:\n- 1\n-"), ElementsAre("3:1 empty list entry"));
  EXPECT_THAT(errors_of("{a: 1, , b: 2}\n"), ElementsAre("1:8 empty key"));
  EXPECT_THAT(errors_of("\"\": 1\n"), ElementsAre("1:1 empty key"));
  EXPECT_THAT(errors_of("null: 1\n"), ElementsAre("1:1 empty key"));
}

TEST(Yaml, RefusesKeysThatAreNoScalars) {
  EXPECT_THAT(errors_of("[a]: 1\n"), ElementsAre("1:1 a key must be a scalar"));
  EXPECT_THAT(errors_of("? {a: 1}\n: 2\n"), ElementsAre("1:3 a key must be a scalar"));
}

TEST(Yaml, RefusesARootThatIsNoMapping) {
  EXPECT_THAT(errors_of("- a\n"), ElementsAre("1:1 expected a mapping of keys to values"));
  EXPECT_THAT(errors_of("lr:0.1\n"), ElementsAre("1:1 expected a mapping of keys to values"));
  EXPECT_THAT(errors_of("~\n"), ElementsAre("1:1 expected a mapping of keys to values"));
  EXPECT_THAT(errors_of(""), ElementsAre("1:1 the file is empty"));
  EXPECT_THAT(errors_of("# only a comment\n"), ElementsAre("1:1 the file is empty"));
}

TEST(Yaml, HelpsWhenTheSpaceBehindAColonIsMissing) {
  Diagnostics diagnostics;
  parsed("lr:0.1\n", diagnostics);
  EXPECT_EQ(diagnostics.items().at(0).help, "write a space after ':'");
}

TEST(Yaml, FindsTheQuoteThatIsNeverClosed) {
  EXPECT_THAT(errors_of("a: \"text\nb: 1\n"), ElementsAre("1:4 the quote is never closed"));
  EXPECT_THAT(errors_of("a: don't\nb: \"x\"\nc: 'it''s\nd: 1\n"), ElementsAre("3:4 the quote is never closed"));
  EXPECT_THAT(errors_of("a: [\"x\\\"]\n"), ElementsAre("1:5 the quote is never closed"));
}

TEST(Yaml, ExplainsSyntaxErrors) {
  EXPECT_THAT(errors_of("a: [1, 2\n"), ElementsAre("1:8 expected ',' or ']'"));
  EXPECT_THAT(errors_of("a: {b: 1\n"), ElementsAre("1:8 expected ',' or '}'"));
  EXPECT_THAT(errors_of("a: 1]\nb: ]\n"), ElementsAre("2:4 nothing is open that this closes"));
  EXPECT_THAT(errors_of("a: b: c\n"), ElementsAre("1:5 no ':' may stand here"));
  EXPECT_THAT(errors_of("a: 1\n b: 2\n"), ElementsAre("2:3 no ':' may stand here"));
  EXPECT_THAT(errors_of("a: - b\n"), ElementsAre("1:4 no '- ' may stand here"));
  EXPECT_THAT(errors_of("a: @x\n"), ElementsAre("1:4 no value begins with this character"));
  EXPECT_THAT(errors_of("a: \"x\" y\n"), ElementsAre("1:8 this does not fit behind the mapping above"));
}

TEST(Yaml, RefusesWhatCannotBeSeen) {
  EXPECT_THAT(errors_of("a: \xff\n"), ElementsAre("1:4 byte 0xff is not UTF-8"));
  EXPECT_THAT(errors_of("é: \xc0\xaf\n"), ElementsAre("1:4 byte 0xc0 is not UTF-8"));
  EXPECT_THAT(errors_of(std::string("a\0b: 1\n", 7)), ElementsAre("1:2 invisible character U+0000"));
  EXPECT_THAT(errors_of("a: \x1b[2J\n"), ElementsAre("1:4 invisible character U+001B"));
  EXPECT_THAT(errors_of("a: 1\nb: x\u202ey\n"), ElementsAre("2:5 invisible character U+202E"));
  EXPECT_THAT(errors_of("a: x\u200by\n"), ElementsAre("1:5 invisible character U+200B"));
  EXPECT_THAT(errors_of("a: x\ufeffy\n"), ElementsAre("1:5 invisible character U+FEFF"));
  EXPECT_THAT(errors_of("a: 1\rb: 2\n"), ElementsAre("1:5 invisible character U+000D"));
  EXPECT_THAT(errors_of("\xff\xfe"
                        "a: 1"),
              ElementsAre("1:1 byte 0xff is not UTF-8"));
}

TEST(Yaml, RefusesEscapesThatMakeWhatCannotBeSeen) {
  EXPECT_THAT(errors_of("a: \"x\\0y\"\n"), ElementsAre("1:4 the escapes make an invisible character"));
  EXPECT_THAT(errors_of("a: \"\\u202e\"\n"), ElementsAre("1:4 the escapes make an invisible character"));
  EXPECT_EQ(parsed("a: \"\\t\"\n"), Value::map({{"a", "\t"}}));
}

TEST(Yaml, LimitsDepth) {
  const auto nested = [](std::size_t lists) { return "a: " + std::string(lists, '[') + "1" + std::string(lists, ']'); };
  EXPECT_THAT(errors_of(nested(31)), ElementsAre());
  EXPECT_THAT(errors_of(nested(32)), ElementsAre("1:35 more than 32 levels deep"));
}

TEST(Yaml, LimitsTheNumberOfValues) {
  const auto list = [](int items) {
    std::string text = "a: [0";
    for (int i = 1; i < items; ++i) text += ",0";
    return text + "]";
  };
  EXPECT_THAT(errors_of(list(19998)), ElementsAre());  // and the list, and the root
  EXPECT_THAT(errors_of(list(20001)), ElementsAre(HasSubstr("more than 20,000 values")));
}

TEST(Yaml, LimitsScalarsKeysAndTheWhole) {
  EXPECT_THAT(errors_of("a: " + std::string(16384, 'x')), ElementsAre());
  EXPECT_THAT(errors_of("a: " + std::string(16385, 'x')), ElementsAre("1:4 a value longer than 16 KiB"));
  EXPECT_THAT(errors_of(std::string(256, 'k') + ": 1"), ElementsAre());
  EXPECT_THAT(errors_of(std::string(257, 'k') + ": 1"), ElementsAre("1:1 a key longer than 256 bytes"));
  EXPECT_THAT(errors_of("a: 1\n#" + std::string(1 << 20, '.')), ElementsAre("1:1 larger than 1 MiB"));
}

TEST(Yaml, ReadsLargeFilesInNoTime) {
  std::string keys, brackets, dashes, line = "a: [", accents = "a: \"", quotes = "a: [";
  for (int i = 0; i < 60000; ++i) keys += "key" + std::to_string(i) + ": 1\n";
  while (line.size() < 1000000) line += "é, ";
  while (accents.size() < 1000000) accents += "é";
  while (quotes.size() < 1000000) quotes += "'',";
  brackets.assign(1 << 20, '[');
  while (dashes.size() < 1000000) dashes += "- ";
  for (const std::string& text : {keys, line, accents, quotes, brackets, "a: " + dashes, "a: \"" + std::string(1000000, '\n')}) {
    const test::Stopwatch watch;
    Diagnostics diagnostics;
    parsed(text, diagnostics);
    diagnostics.report();
    EXPECT_FALSE(diagnostics.empty());
    EXPECT_LT(watch.seconds(), 10) << text.substr(0, 20);
  }
}

TEST(Yaml, SurvivesRandomTexts) {
  const std::string alphabet = "a-:[]{},?&*!|>'\"%#\n \t.~<\\";
  std::uint32_t random = 1;
  for (int i = 0; i < 30000; ++i) {
    std::string text;
    for (random = random * 1664525 + 1013904223; text.size() < 2 + random % 11U;) {
      random = random * 1664525 + 1013904223;
      text += alphabet[(random >> 16) % alphabet.size()];
    }
    Diagnostics diagnostics;
    const Value value = parsed(text, diagnostics);
    ASSERT_TRUE(value.is_map() || !diagnostics.empty()) << text;
    ASSERT_LT(diagnostics.report().size(), 2000u);
  }
}

TEST(LoadYaml, ReadsAFileAndItsByteOrderMark) {
  const test::TemporaryFolder folder;
  test::spill(folder / "a.yaml",
              "\xef\xbb\xbf"
              "a: 1\n");
  Diagnostics diagnostics;
  const Value root = load_yaml(folder / "a.yaml", diagnostics);
  EXPECT_EQ(root, Value::map({{"a", 1}}));
  EXPECT_EQ(root.entries[0].mark.source->path, folder / "a.yaml");
  EXPECT_EQ(root.entries[0].mark.column, 1);
}

TEST(LoadYaml, FailsWhereThereIsNoFile) {
  const test::TemporaryFolder folder;
  Diagnostics diagnostics;
  EXPECT_THAT(test::error_of(ErrorKind::invalid, [&] { load_yaml(folder / "none.yaml", diagnostics); }), HasSubstr("none.yaml"));
  EXPECT_THAT(test::error_of(ErrorKind::invalid, [&] { load_yaml(folder.path(), diagnostics); }), HasSubstr(folder.path()));
}

}  // namespace
}  // namespace descent
