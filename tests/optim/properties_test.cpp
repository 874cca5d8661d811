#include "descent/optim/properties.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "descent/optim/rule.h"
#include "descent/optim/walk.h"

namespace descent::optim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Plain descent that claims too much.
struct Boaster : RuleOptions {
  Claims claims() const { return {{"rescaling"}, {"zero_rate", "it moves by itself"}}; }
  template <class T>
  void update(Pass<T>& pass) const {
    pass([rate = static_cast<T>(pass.lr)](T& w, T g) { w -= rate * g + T(1e-3); });
  }
};
const RegisterOptimizer<Boaster> boaster("boaster", "of this test");

const Verdict& verdict(const std::vector<Verdict>& all, const std::string& property) {
  return *std::find_if(all.begin(), all.end(), [&](const Verdict& v) { return v.property->name == property; });
}

std::vector<std::string> built_in() {
  std::vector<std::string> names = Optimizer::kind().names();
  names.erase(std::remove(names.begin(), names.end(), "boaster"), names.end());
  return names;
}

class EveryClaim : public testing::TestWithParam<std::string> {};

TEST_P(EveryClaim, HoldsOrSaysWhyItIsNotMade) {
  for (const Verdict& v : verify(GetParam())) {
    EXPECT_NE(v.status, Verdict::Status::fail) << v.property->name << ": " << v.figure;
    const bool gives_reason = v.status != Verdict::Status::not_claimed || !v.property->is_presumed || !v.why_not.empty();
    EXPECT_TRUE(gives_reason) << v.property->name;
  }
}
TEST_P(EveryClaim, IsAboutAPropertyThatThereIs) {
  for (const Claim& claim : descent::make<Optimizer>(GetParam())->claims()) {
    const auto is_it = [&](const Property& property) { return property.name == std::string(claim.property); };
    EXPECT_TRUE(std::any_of(properties().begin(), properties().end(), is_it)) << claim.property;
  }
}
INSTANTIATE_TEST_SUITE_P(BuiltIn, EveryClaim, testing::ValuesIn(built_in()), [](const auto& each) { return each.param; });

TEST(Verify, FailsAClaimThatDoesNotHold) {
  const std::vector<Verdict> all = verify("boaster");
  EXPECT_EQ(verdict(all, "rescaling").status, Verdict::Status::fail);
  EXPECT_EQ(verdict(all, "zero_gradient").status, Verdict::Status::fail);
  EXPECT_EQ(verdict(all, "zero_rate").status, Verdict::Status::not_claimed);
  EXPECT_EQ(verdict(all, "zero_rate").why_not, "it moves by itself");
  EXPECT_EQ(verdict(all, "save_load").status, Verdict::Status::pass);
}

TEST(Verify, TellsAdamFromAmsgradOnReddisExample) {
  EXPECT_GT(verdict(verify("adam"), "reddi").figure, 0);
  EXPECT_GT(verdict(verify("rmsprop"), "reddi").figure, 0);
  EXPECT_LT(verdict(verify("amsgrad"), "reddi").figure, -0.5);
}

TEST(Traits, AreThoseOfTheLiterature) {
  const std::map<std::string, std::vector<std::string>> known{
      {"no", {"asgd", "sgd"}},
      {"no, momentum", {"momentum", "nesterov", "schedule_free_sgd"}},
      {"of all together", {"adagrad_norm", "polyak"}},
      {"of all together, momentum", {"lars"}},
      {"of each number",
       {"adadelta", "adafactor", "adagrad", "adagrad_da", "adagrad_full", "adagrad_proximal", "ftrl", "lbfgs", "rmsprop", "rprop",
        "shampoo", "signsgd", "sm3"}},
      {"of each number, momentum",
       {"adabelief", "adam", "adamax", "adamw", "amsgrad", "lamb", "lion", "muon", "nadam", "radam", "schedule_free_adamw", "signum",
        "yogi"}},
  };
  std::map<std::string, std::vector<std::string>> measured;
  for (const std::string& name : built_in()) {
    const Traits one = traits(name);
    measured[one.adapts_rate + std::string(one.has_momentum ? ", momentum" : "")].push_back(name);
  }
  EXPECT_EQ(measured, known);
}

TEST(Traits, NameWhatIsKept) {
  EXPECT_THAT(traits("sgd").state, IsEmpty());
  EXPECT_THAT(traits("adagrad").state, ElementsAre("sum"));
  EXPECT_THAT(traits("adam").state, ElementsAre("exp_avg", "exp_avg_sq"));
}

}  // namespace
}  // namespace descent::optim
