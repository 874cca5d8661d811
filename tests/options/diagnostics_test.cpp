#include "descent/options/diagnostics.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "tests/temporary_folder.h"

namespace descent {
namespace {

std::shared_ptr<const Source> source_of(std::string text) {
  return std::make_shared<const Source>(Source{"bowl.yaml", "bowl.yaml", std::move(text)});
}

std::string report_of(const Mark& mark, const std::string& path, const std::string& message, const std::string& help = "") {
  Diagnostics diagnostics;
  diagnostics.error(mark, path, message, help);
  return diagnostics.report();
}

TEST(Diagnostics, ShowsPlaceLineCaretAndHelp) {
  const auto source = source_of("optimizer:\n  type: adagrd\n");
  EXPECT_EQ(report_of({source, 2, 9, 6}, "optimizer.type", "unknown optimizer 'adagrd'", "did you mean 'adagrad'?"),
            "bowl.yaml:2:9: error: optimizer.type: unknown optimizer 'adagrd'\n"
            "   2 |   type: adagrd\n"
            "     |         ^^^^^^\n"
            "  help: did you mean 'adagrad'?\n"
            "1 error; nothing was run");
}

TEST(Diagnostics, ListsErrorsInTheOrderOfTheFile) {
  const auto source = source_of("a: 1\nb: 2 c\n");
  Diagnostics diagnostics;
  diagnostics.error({source, 2, 6}, "", "third");
  diagnostics.error({source, 2, 1}, "", "second");
  diagnostics.error({source, 1, 4}, "", "first");
  const std::string report = diagnostics.report();
  EXPECT_LT(report.find("first"), report.find("second"));
  EXPECT_LT(report.find("second"), report.find("third"));
  EXPECT_EQ(report.substr(report.rfind('\n') + 1), "3 errors; nothing was run");
}

TEST(Diagnostics, KeepsTheOrderOfErrorsAtOnePlace) {
  const auto source = source_of("a: 1\n");
  Diagnostics diagnostics;
  for (const char* message : {"z", "y", "x"}) diagnostics.error({source, 1, 1}, "", message);
  const std::string report = diagnostics.report();
  EXPECT_LT(report.find("error: z"), report.find("error: y"));
  EXPECT_LT(report.find("error: y"), report.find("error: x"));
}

TEST(Diagnostics, CountsWhatItDoesNotShow) {
  const auto source = source_of("a: 1\n");
  Diagnostics diagnostics;
  for (int i = 0; i < 25; ++i) diagnostics.error({source, 1, 1}, "", "wrong");
  const std::string report = diagnostics.report();
  EXPECT_NE(report.find("… and 5 more\n25 errors; nothing was run"), std::string::npos) << report;
}

TEST(Diagnostics, ClipsALongLineAroundTheCaret) {
  const auto source = source_of("a: " + std::string(300, 'x') + "HERE" + std::string(300, 'y'));
  const std::string report = report_of({source, 1, 304, 4}, "", "wrong");
  const std::size_t line = report.find("   1 | "), caret = report.find('\n', line) + 1;
  const std::string shown_line = report.substr(line, caret - line - 1), carets = report.substr(caret, report.find('\n', caret) - caret);
  EXPECT_LT(shown_line.size(), 120u);
  EXPECT_EQ(shown_line.rfind("   1 | …x", 0), 0u);
  // The ellipsis in front is one character of three bytes.
  EXPECT_EQ(shown_line.find("HERE") - 2, carets.find("^^^^"));
}

TEST(Diagnostics, PutsTheCaretUnderTheCharacterWhateverStandsBefore) {
  const std::string report = report_of({source_of("é\t\x1b: bad\n"), 1, 6, 3}, "", "wrong");
  EXPECT_NE(report.find("   1 | é\\t\\x1b: bad\n     |          ^^^"), std::string::npos) << report;
}

TEST(Diagnostics, ShowsOneCaretBehindTheEndOfALine) {
  EXPECT_NE(report_of({source_of("ab\n"), 1, 3}, "", "wrong").find("   1 | ab\n     |   ^"), std::string::npos);
  EXPECT_NE(report_of({source_of("ab\n"), 9, 9, 5}, "", "wrong").find("bowl.yaml:9:9"), std::string::npos);
}

TEST(Diagnostics, AlignsTheCaretBelowALongLineNumber) {
  const std::string report = report_of({source_of(std::string(12344, '\n') + "a: b\n"), 12345, 4}, "", "wrong");
  EXPECT_NE(report.find("12345 | a: b\n      |    ^"), std::string::npos) << report;
}

TEST(Diagnostics, LeavesTheCarriageReturnOut) {
  EXPECT_NE(report_of({source_of("a: 1\r\nb: 2\r\n"), 1, 4}, "", "wrong").find("   1 | a: 1\n"), std::string::npos);
}

TEST(Diagnostics, EscapesWhatAnAttackerWrites) {
  const std::string report = report_of({source_of("a"), 1, 1}, "a\x1b[2J", "got '\xff\n\xe2\x80\xae'", "\x07");
  EXPECT_EQ(std::count(report.begin(), report.end(), '\x1b'), 0);
  EXPECT_NE(report.find("a\\x1b[2J: got '\\xff\\n\\u202e'"), std::string::npos) << report;
}

TEST(Diagnostics, WithoutASourceGivesThePathAlone) {
  EXPECT_EQ(report_of({}, "optimizer.lr", "expected a number > 0, got '-1'"), "optimizer.lr: expected a number > 0, got '-1'");
}

TEST(Diagnostics, ChecksByThrowingTheReport) {
  Diagnostics diagnostics;
  EXPECT_NO_THROW(diagnostics.check());
  diagnostics.error({}, "a", "wrong");
  EXPECT_EQ(test::error_of(ErrorKind::invalid, [&] { diagnostics.check(); }), "a: wrong");
}

RC_GTEST_PROP(Diagnostics, AreShorterThan2000Bytes, (const std::string& text, const std::string& message)) {
  std::string big;
  for (int i = 0; i < 200; ++i) big += "😀" + text;
  const auto source = std::make_shared<const Source>(Source{big, "", big});
  Diagnostics diagnostics;
  const int errors = *rc::gen::inRange(1, 60);
  for (int i = 0; i < errors; ++i) {
    diagnostics.error({source, *rc::gen::inRange(1, 4), *rc::gen::inRange(1, 400), 300}, big, message + big, big);
  }
  RC_ASSERT(diagnostics.report().size() < 2000u);
  RC_ASSERT(diagnostics.report().find("error: ") != std::string::npos);
}

TEST(Shown, ClipsAfterTheLimit) {
  EXPECT_EQ(shown("abcdef", 6), "abcdef");
  EXPECT_EQ(shown("abcdefg", 6), "abcdef…");
  EXPECT_EQ(shown("éééé", 3), "ééé…");
}

TEST(Shown, ChangesNothingWhenAppliedTwice) {
  const std::string once = shown("a\\b\n\x01\xff");
  EXPECT_EQ(shown(once), once);
}

TEST(Nearest, FindsTheNameThatWasMeant) {
  const std::vector<std::string> known = {"sgd", "momentum", "adagrad", "adam", "batch_size", "lr"};
  EXPECT_EQ(nearest("adagrd", known), "adagrad");
  EXPECT_EQ(nearest("Adam", known), "adam");
  EXPECT_EQ(nearest("sdg", known), "sgd");
  EXPECT_EQ(nearest("batch-size", known), "batch_size");
  EXPECT_EQ(nearest("lrr", known), "lr");
  EXPECT_EQ(nearest("acc", {"accuracy", "auc"}), "accuracy");
  EXPECT_EQ(nearest("learning_rate", known), "lr");
  EXPECT_EQ(nearest("blood_presure", {"bp", "blood_pressure"}), "blood_pressure");
  EXPECT_EQ(nearest("momentum_stlye", {"momentum", "momentum_style"}), "momentum_style");
  EXPECT_EQ(nearest("wd", {"lr", "weight_decay"}), "weight_decay");
}

TEST(Nearest, IsSilentWhenNothingIsNear) {
  const std::vector<std::string> known = {"sgd", "adam", "lr"};
  EXPECT_EQ(nearest("rmsprop", known), "");
  EXPECT_EQ(nearest("xr", known), "");
  EXPECT_EQ(nearest("lambda_reg", known), "");
  EXPECT_EQ(nearest("l2_regularization", known), "");
  EXPECT_EQ(nearest("long_", known), "");
  EXPECT_EQ(nearest("lr_decay", known), "");
  EXPECT_EQ(nearest("", known), "");
}

TEST(Suggestion, NamesTheNearestAndAllKnown) {
  EXPECT_EQ(suggestion("adm", {"adam", "sgd"}), "did you mean 'adam'? known: adam sgd");
  EXPECT_EQ(suggestion("other", {"adam", "sgd"}), "known: adam sgd");
  EXPECT_EQ(suggestion("other", {}), "");
}

// What is not near may still be what was meant: `swish` is `silu`.
TEST(Suggestion, NamesAllOfSomeThirty) {
  std::vector<std::string> known;
  for (int i = 0; i < 30; ++i) known.push_back("component_" + std::to_string(i));
  Diagnostics diagnostics;
  diagnostics.error(Mark{}, "type", "unknown", suggestion("other", known));
  EXPECT_NE(diagnostics.report().find("component_29"), std::string::npos);
}

TEST(Suggestion, LeavesRoomForOtherErrors) {
  std::vector<std::string> known;
  for (int i = 0; i < 1000; ++i) known.push_back("component_" + std::to_string(i));
  Diagnostics diagnostics;
  for (int i = 0; i < 8; ++i) diagnostics.error(Mark{}, "type", "unknown " + std::to_string(i), suggestion("other", known));
  const std::string report = diagnostics.report();
  EXPECT_LT(report.size(), 2000u);
  EXPECT_NE(report.find("unknown 7\n  help: known: component_0"), std::string::npos) << report;
}

}  // namespace
}  // namespace descent
