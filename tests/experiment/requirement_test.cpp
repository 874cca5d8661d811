#include <cmath>

#include "descent/experiment/requirement.h"
#include "tests/temporary_folder.h"

namespace descent::test {
namespace {

TEST(Requirement, HasAMetricAComparisonAndANumber) {
  const Requirement requirement = Requirement::parse("validation/accuracy>=0.9");
  EXPECT_EQ(requirement.metric, "validation/accuracy");
  EXPECT_EQ(requirement.comparison, ">=");
  EXPECT_EQ(requirement.value, 0.9);
}

TEST(Requirement, ComparesInFiveWays) {
  const auto met = [](const char* text) { return Requirement::parse(text).met(2); };
  EXPECT_TRUE(met("loss<3") && met("loss<=2") && met("loss>1") && met("loss>=2") && met("loss==2"));
  EXPECT_FALSE(met("loss<2") || met("loss<=1") || met("loss>2") || met("loss>=3") || met("loss==3"));
}

TEST(Requirement, IsNeverMetByWhatIsNoNumber) {
  for (const char* text : {"loss<3", "loss<=3", "loss>3", "loss>=3", "loss==3"}) EXPECT_FALSE(Requirement::parse(text).met(NAN)) << text;
}

TEST(Requirement, IsRefusedInAnyOtherForm) {
  for (const char* text : {"", "loss", ">=1", "loss>=", "loss=1", "loss=>1", "loss>==1", "loss<>1", "loss>=x", "loss>=0x1", "loss>=1 2"}) {
    EXPECT_EQ(error_of(ErrorKind::usage, [&] { Requirement::parse(text); }),
              "--require: expected metric>=value, got '" + std::string(text) + "'");
  }
}

}  // namespace
}  // namespace descent::test
