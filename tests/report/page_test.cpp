#include "descent/report/page.h"
#include "descent/experiment/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>
#include <algorithm>

#include "descent/core/file.h"
#include "tests/temporary_folder.h"

namespace descent::report {
namespace {

using testing::HasSubstr;
using testing::Not;
std::string page(const Json& data) {
  const test::TemporaryFolder folder;
  write_page(folder / "page.html", data);
  return read_file(folder / "page.html", std::size_t{1} << 30);
}

// The text between the beginning of the data and its script's end, as a browser sees it: up to the first end tag, whatever that stands in.
std::string data_of(const std::string& page) {
  const std::string begin = "<script type=\"application/json\" id=\"data\">";
  const std::size_t from = page.rfind(begin) + begin.size();
  return page.substr(from, page.find("</script", from) - from);
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(Page, IsOneWholeDocumentWithItsStyleAndScript) {
  const std::string text = page(Json{{"kind", "run"}});
  EXPECT_EQ(text.rfind("<!DOCTYPE html>", 0), 0u);
  EXPECT_THAT(text, HasSubstr("prefers-color-scheme: dark"));
  EXPECT_THAT(text, HasSubstr("document.getElementById('data')"));
  EXPECT_EQ(text.substr(text.size() - 8), "</html>\n");
}

TEST(Page, RefersToNoOtherFile) {
  const std::string text = page(Json{{"kind", "run"}});
  EXPECT_THAT(text, Not(HasSubstr("<link")));
  EXPECT_THAT(text, Not(HasSubstr("<script src")));
}

TEST(Page, AllowsItsOwnScriptsAndStylesOnly) {
  const std::string text = page(Json{{"kind", "run"}});
  const std::size_t at = text.find("http-equiv=\"Content-Security-Policy\"");
  ASSERT_NE(at, std::string::npos);
  const std::string policy = text.substr(at, text.find('>', at) - at);
  EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
  EXPECT_THAT(policy, HasSubstr("base-uri 'none'; form-action 'none'"));
  EXPECT_THAT(policy, testing::ContainsRegex("script-src 'sha256-[^']{44}' 'sha256-[^']{44}'; style-src-elem 'sha256-[^']{44}'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe-eval")));
  EXPECT_LT(at, text.find("<script"));
}

TEST(Page, HoldsTheDataAsItWas) {
  const Json data{{"kind", "run"}, {"name", "a\"b\\c</script><img src=x onerror=alert(1)><!--"}, {"numbers", {1, 2.5, nullptr}}};
  EXPECT_EQ(parse_json(data_of(page(data))), data);
}

// An unescaped `<` is all that the end of a script, a comment or an element can begin with.
RC_GTEST_PROP(Page, LetsNoTextOutOfItsData, (const std::string& text)) {
  const Json data{{"name", text}};
  const std::string whole = page(data), inside = data_of(whole);
  RC_ASSERT(inside.find('<') == std::string::npos);
  RC_ASSERT(whole.substr(whole.size() - inside.size() - std::string("</script>\n</body>\n</html>\n").size(), inside.size()) == inside);
}

TEST(Page, ReplacesWhatIsNotUtf8) { EXPECT_THAT(data_of(page(Json{{"name", "\xff<"}})), HasSubstr("\xef\xbf\xbd\\u003c")); }

TEST(Page, HasTheLicenceOfWhatDrawsItsCharts) {
  const std::string text = page(Json{{"kind", "run"}});
  EXPECT_EQ(count(text, "plotly.js (cartesian - minified)"), count(text, "Permission is hereby granted, free of charge"));
}

}  // namespace
}  // namespace descent::report
