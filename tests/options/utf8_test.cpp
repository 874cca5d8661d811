#include "descent/options/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace descent {
namespace {

std::size_t bytes_of_first(std::string_view text) {
  std::size_t at = 0;
  return next_character(text, at) ? at : 0;
}

TEST(Utf8, DecodesCharactersOfEveryLength) {
  const std::string text = "aé€😀";
  std::vector<char32_t> characters;
  for (std::size_t at = 0; at < text.size();) characters.push_back(next_character(text, at).value());
  EXPECT_EQ(characters, (std::vector<char32_t>{U'a', U'é', U'€', U'😀'}));
}

TEST(Utf8, DecodesTheFirstAndLastCharacterOfEveryLength) {
  EXPECT_EQ(bytes_of_first("\xc2\x80"), 2u);
  EXPECT_EQ(bytes_of_first("\xdf\xbf"), 2u);
  EXPECT_EQ(bytes_of_first("\xe0\xa0\x80"), 3u);
  EXPECT_EQ(bytes_of_first("\xef\xbf\xbf"), 3u);
  EXPECT_EQ(bytes_of_first("\xf0\x90\x80\x80"), 4u);
  EXPECT_EQ(bytes_of_first("\xf4\x8f\xbf\xbf"), 4u);
}

TEST(Utf8, RefusesWhatIsNotWellFormed) {
  for (const char* text : {"\x80", "\xbf", "\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
                           "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xc3("}) {
    EXPECT_EQ(bytes_of_first(text), 0u) << testing::PrintToString(std::string(text));
  }
}

TEST(Utf8, MovesOneByteBehindWhatIsNotWellFormed) {
  std::size_t at = 0;
  EXPECT_FALSE(next_character("\xe2\x82(", at));
  EXPECT_EQ(at, 1u);
}

TEST(Utf8, CountsCharacters) {
  EXPECT_EQ(count_characters(""), 0u);
  EXPECT_EQ(count_characters("aé€😀"), 4u);
  EXPECT_EQ(byte_of_character("aé€😀", 2), 3u);
  EXPECT_EQ(byte_of_character("aé", 9), 3u);
}

TEST(Utf8, KnowsWhatNobodyCanSee) {
  for (const char32_t c : {U'\0', U'\x1b', U'\x7f', U'\x85', U'\x200b', U'\x200e', U'\x202e', U'\x2066', U'\xfeff', U'\xe0041'}) {
    EXPECT_TRUE(is_invisible(c)) << static_cast<unsigned>(c);
  }
  for (const char32_t c : {U' ', U'~', U'é', U'€', U'漢', U'😀'}) EXPECT_FALSE(is_invisible(c)) << static_cast<unsigned>(c);
}

}  // namespace
}  // namespace descent
