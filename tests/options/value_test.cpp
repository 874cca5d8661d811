#include "descent/options/value.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace descent {
namespace {

bool is_number(std::string_view text) {
  double number = 0;
  return parse_number(text, number);
}

bool is_integer(std::string_view text) {
  std::int64_t number = 0;
  return parse_integer(text, number);
}

double number(std::string_view text) {
  double result = 0;
  EXPECT_TRUE(parse_number(text, result)) << text;
  return result;
}

std::int64_t integer(std::string_view text) {
  std::int64_t result = 0;
  EXPECT_TRUE(parse_integer(text, result)) << text;
  return result;
}

double from_bits(std::uint64_t bits) {
  double result = 0;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

TEST(ParseNumber, ReadsDecimalNumbers) {
  EXPECT_EQ(number("0"), 0);
  EXPECT_EQ(number("-1"), -1);
  EXPECT_EQ(number("+5"), 5);
  EXPECT_EQ(number("0.1"), 0.1);
  EXPECT_EQ(number(".5"), 0.5);
  EXPECT_EQ(number("1."), 1);
  EXPECT_EQ(number("1e-3"), 1e-3);
  EXPECT_EQ(number("1e3"), 1000);
  EXPECT_EQ(number("1E+03"), 1000);
  EXPECT_EQ(number("5e-324"), 5e-324);
  EXPECT_TRUE(std::signbit(number("-0")));
}

TEST(ParseNumber, RefusesWhatIsNotPlainlyDecimal) {
  for (const char* text : {"",    "-",   "+",   ".",    "e5",   "1e",   "1e+",   "010",   "00.5",   "-01",    "0x10",
                           "0b1", "0o7", "1_0", "1,0",  "1 ",   " 1",   "1.2.3", "1e5.0", "--1",    "+-1",    "2abc",
                           "1d3", "nan", "inf", ".nan", ".inf", "-inf", "+inf",  "1e999", "-1e999", "1e-999", "infinity"}) {
    EXPECT_FALSE(is_number(text)) << text;
  }
  EXPECT_FALSE(is_number(std::string_view("1\0", 2)));
}

TEST(ParseNumber, LeavesTheNumberAloneWhenItFails) {
  double result = 7;
  EXPECT_FALSE(parse_number("1e999", result));
  EXPECT_EQ(result, 7);
}

TEST(ParseInteger, ReadsTheWholeRange) {
  EXPECT_EQ(integer("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(integer("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(integer("9007199254740993"), 9007199254740993);  // no double
  EXPECT_EQ(integer("+12"), 12);
}

TEST(ParseInteger, AcceptsAnIntegralFloat) {
  EXPECT_EQ(integer("1e3"), 1000);
  EXPECT_EQ(integer("32.0"), 32);
  EXPECT_EQ(integer("-2.50e1"), -25);
}

TEST(ParseInteger, RefusesWhatDoesNotFit) {
  for (const char* text :
       {"9223372036854775808", "-9223372036854775809", "9223372036854775807.0", "1e19", "32.5", "007", "0x1", "", "1e-1"}) {
    EXPECT_FALSE(is_integer(text)) << text;
  }
}

RC_GTEST_PROP(ParseNumber, ReadsEveryDoubleBackFromItsShortestText, (std::uint64_t bits)) {
  const double x = from_bits(bits);
  RC_PRE(std::isfinite(x));
  double parsed = 0;
  RC_ASSERT(parse_number(shortest(x), parsed));
  RC_ASSERT(std::memcmp(&parsed, &x, sizeof x) == 0);
  RC_ASSERT(std::strtod(shortest(x).c_str(), nullptr) == x);
}

RC_GTEST_PROP(ParseNumber, AgreesWithStrtodOnDecimals, (bool negative, std::uint32_t whole, std::uint32_t decimals, std::int8_t exponent)) {
  const std::string text = (negative ? "-" : "") + std::to_string(whole) + "." + std::to_string(decimals) + "e" + std::to_string(exponent);
  RC_ASSERT(number(text) == std::strtod(text.c_str(), nullptr));
}

RC_GTEST_PROP(ParseInteger, ReadsEveryIntegerBack, (std::int64_t x)) { RC_ASSERT(integer(std::to_string(x)) == x); }

TEST(Shortest, HasNoMoreDigitsThanNeeded) {
  EXPECT_EQ(shortest(0.1), "0.1");
  EXPECT_EQ(shortest(0.1F), "0.1");
  EXPECT_EQ(shortest(1e-7), "1e-07");
  EXPECT_EQ(shortest(3.0), "3");
}

TEST(Value, SpellsNumbersAndBooleansUnquoted) {
  EXPECT_EQ(Value(0.1).text, "0.1");
  EXPECT_EQ(Value(32).text, "32");
  EXPECT_EQ(Value(std::uint64_t{1} << 63).text, "9223372036854775808");
  EXPECT_EQ(Value(true).text, "true");
  EXPECT_FALSE(Value(0.1).is_text());
  EXPECT_FALSE(Value(true).is_text());
}

TEST(Value, OfAStringIsATextWhateverItLooksLike) {
  EXPECT_TRUE(Value("0.1").is_text());
  EXPECT_TRUE(Value(std::string("true")).is_text());
}

TEST(Value, FindsAndReplacesTheValuesOfAMap) {
  Value map = Value::map({{"lr", 0.1}, {"eps", 1e-8}});
  map.set("lr", 0.2);
  map.set("alpha", 0.9);
  map.erase("eps");
  EXPECT_EQ(map, Value::map({{"lr", 0.2}, {"alpha", 0.9}}));
  EXPECT_EQ(map.find("eps"), nullptr);
}

TEST(Value, ThatIsNullBecomesAMapWhenAKeyIsSet) {
  Value value;
  value.set("lr", 0.1);
  EXPECT_EQ(value, Value::map({{"lr", 0.1}}));
}

TEST(Value, EqualsAnotherOfTheSameMeaning) {
  Value unquoted("adam");
  unquoted.quoted = false;
  EXPECT_EQ(unquoted, Value("adam"));
  EXPECT_FALSE(Value("0.1") == Value(0.1));
  EXPECT_FALSE(Value({Value(1)}) == Value({Value(1), Value(2)}));
  EXPECT_FALSE(Value::map({{"a", 1}}) == Value::map({{"b", 1}}));
  EXPECT_FALSE(Value() == Value::map());
}

TEST(CopyMarks, FollowsKeysAndIndices) {
  const auto source = std::make_shared<const Source>();
  Value from = Value::map({{"a", {1, 2}}, {"b", 3}}), to = Value::map({{"new", 0}, {"b", 3.0}, {"a", {1, 2}}});
  from.entries[0].value.items[1].mark = {source, 1, 7};
  from.entries[1].mark = {source, 2, 1};
  from.entries[1].value.mark = {source, 2, 4};
  copy_marks(from, to);
  EXPECT_EQ(to.find("a")->items[1].mark.column, 7);
  EXPECT_EQ(to.entries[1].mark.line, 2);
  EXPECT_EQ(to.find("b")->mark.column, 4);
  EXPECT_EQ(to.find("new")->mark.source, nullptr);
}

}  // namespace
}  // namespace descent
