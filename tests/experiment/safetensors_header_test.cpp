#include "descent/experiment/safetensors_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/temporary_folder.h"

namespace descent {
namespace {

using testing::HasSubstr;

// The message for a header before `bytes` of values, after "f: ".
std::string header_refusal(const std::string& text, std::uint64_t bytes = 0) {
  const std::string message = test::error_of(ErrorKind::data, [&] { parse_safetensors_header("f", text, 8, bytes); });
  EXPECT_EQ(message.rfind("f: ", 0), 0u) << message;
  return message.substr(std::min<std::size_t>(message.size(), 3));
}

std::string bytes_entry(const std::string& name, int begin, int end) {
  return fmt::format(R"("{}":{{"dtype":"U8","shape":[{}],"data_offsets":[{},{}]}})", name, end - begin, begin, end);
}

TEST(SafetensorsHeader, PutsTensorsInTheOrderOfTheirValues) {
  const std::string text = "{" + bytes_entry("b", 4, 6) + "," + bytes_entry("a", 0, 4) + "," + bytes_entry("empty", 4, 4) + "}";
  const SafeTensorsHeader header = parse_safetensors_header("f", text, 8, 6);
  ASSERT_EQ(header.entries.size(), 3u);
  EXPECT_EQ(header.entries[0].name, "a");
  EXPECT_EQ(header.entries[1].name, "empty");
  EXPECT_EQ(header.entries[2].name, "b");
  EXPECT_EQ(header.entries[2].dtype, "U8");
  EXPECT_EQ(header.entries[2].shape, Shape({2}));
  EXPECT_EQ(header.entries[2].begin, 4u);
  EXPECT_EQ(header.entries[2].end, 6u);
}

TEST(SafetensorsHeader, RefusesOverlapsAndHoles) {
  const auto two = [](int begin, int end) {
    return header_refusal("{" + bytes_entry("a", 0, 8) + "," + bytes_entry("b", begin, end) + "}", 16);
  };
  EXPECT_EQ(two(4, 16), "'b': values begin at 4, but those before end at 8");
  EXPECT_EQ(two(0, 16), "'b': values begin at 0, but those before end at 8");
  EXPECT_EQ(two(9, 16), "'b': values begin at 9, but those before end at 8");
  EXPECT_EQ(two(8, 15), "the header describes 15 bytes of values, the file holds 16");
}

TEST(SafetensorsHeader, RefusesAKeyGivenTwice) {
  const std::string t = bytes_entry("t", 0, 4);
  EXPECT_EQ(header_refusal("{" + t + "," + t + "}", 4), "'t': 't' is given twice");
  EXPECT_EQ(header_refusal(R"({"t":{"dtype":"F32","dtype":"F32","shape":[],"data_offsets":[0,4]}})", 4), "'t': 'dtype' is given twice");
  EXPECT_EQ(header_refusal(R"({"__metadata__":{"a":"1","a":"2"}})"), "'__metadata__': 'a' is given twice");
  EXPECT_EQ(header_refusal(R"({"__metadata__":{},"__metadata__":{}})"), "'__metadata__': '__metadata__' is given twice");
}

TEST(SafetensorsHeader, RefusesMissingAndUnknownKeys) {
  EXPECT_EQ(header_refusal(R"({"t":{"dtype":"F32","shape":[],"data_offsets":[0,4],"x":1}})", 4), "'t': unknown key 'x'");
  EXPECT_EQ(header_refusal(R"({"t":{"dtype":"F32","shape":[]}})"), "'t': expected dtype, shape [SIZE, …] and data_offsets [BEGIN, END]");
  EXPECT_EQ(header_refusal(R"({"t":{}})"), "'t': expected dtype, shape [SIZE, …] and data_offsets [BEGIN, END]");
}

TEST(SafetensorsHeader, RefusesValuesOfAnotherKind) {
  EXPECT_THAT(header_refusal(R"({"t":7})"), HasSubstr("'t': expected dtype"));
  EXPECT_THAT(header_refusal(R"({"t":[]})"), HasSubstr("'t': expected dtype"));
  EXPECT_THAT(header_refusal(R"({"t":{"dtype":7}})"), HasSubstr("'t': expected dtype"));
  EXPECT_THAT(header_refusal(R"({"t":{"dtype":[]}})"), HasSubstr("'t': expected dtype"));
  EXPECT_THAT(header_refusal(R"({"t":{"shape":"2"}})"), HasSubstr("'t': expected dtype"));
  EXPECT_EQ(header_refusal(R"({"__metadata__":{"a":1}})"), "'__metadata__': expected an object of texts");
  EXPECT_EQ(header_refusal(R"({"__metadata__":{"a":{}}})"), "'__metadata__': expected an object of texts");
}

TEST(SafetensorsHeader, RefusesWhatIsNoJsonObject) {
  EXPECT_EQ(header_refusal(""), "byte 8: the header must begin with '{'");
  EXPECT_EQ(header_refusal("[]"), "byte 8: the header must begin with '{'");
  EXPECT_EQ(header_refusal("\xef\xbb\xbf{}"), "byte 8: the header must begin with '{'");
  EXPECT_EQ(header_refusal("{}x"), "byte 10: the header is not valid JSON");
  EXPECT_EQ(header_refusal(R"({"a)"), "byte 11: the header is not valid JSON");
  EXPECT_EQ(header_refusal("{\"\xff\":0}"), "byte 10: the header is not valid JSON");
  EXPECT_EQ(header_refusal(std::string("{}\0}", 4)), "byte 10: a zero byte in the header");
}

TEST(SafetensorsHeader, SurvivesDeepNesting) {
  const std::string deep(1'000'000, '[');
  EXPECT_NE(header_refusal("{\"t\":" + deep), "");
  EXPECT_NE(header_refusal("{\"t\":{\"shape\":" + deep), "");
  EXPECT_NE(header_refusal("{\"__metadata__\":{\"a\":" + deep), "");
}

}  // namespace
}  // namespace descent
