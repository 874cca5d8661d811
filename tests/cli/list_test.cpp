#include <gmock/gmock.h>

#include "descent/experiment/json.h"

#include "tests/cli/program.h"

namespace descent::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using List = Cli;

TEST_F(List, ShowsEveryKind) {
  const Result result = descent({"list"});
  EXPECT_EQ(result.code, 0);
  for (const char* kind : {"optimizers", "schedules", "layers", "models", "losses", "objectives", "datasets", "inits", "metrics"}) {
    EXPECT_THAT('\n' + result.out, HasSubstr('\n' + std::string(kind) + '\n'));
    EXPECT_THAT(descent({"list", kind}).out, StartsWith(std::string(kind) + '\n'));
  }
}

TEST_F(List, ShowsOneKindAlone) {
  const std::string out = descent({"list", "schedules"}).out;
  EXPECT_THAT(out, StartsWith("schedules\n  constant: "));
  EXPECT_THAT(out, Not(HasSubstr("adagrad")));
}

TEST_F(List, ShowsAnOptionsNameTypeRangeDefaultAndMeaning) {
  const std::string out = descent({"list", "optimizers"}).out;
  EXPECT_THAT(out, testing::ContainsRegex("\n    betas +two numbers in \\[0, 1\\) +\\[0.9, 0.999\\] +shares "));
  EXPECT_THAT(out, testing::ContainsRegex("\n    eps_placement +outside\\|inside +outside +"));
}

TEST_F(List, ShowsSectionsComponentsAndWhatIsRequired) {
  EXPECT_THAT(descent({"list", "datasets"}).out, testing::ContainsRegex("\n    split.validation +fraction or count +0 +rows held out"));
  const std::string models = descent({"list", "models"}).out;
  EXPECT_THAT(models, testing::ContainsRegex("\n    hidden +list of integers >= 1 +required +"));
  EXPECT_THAT(models, testing::ContainsRegex("\n    activation +layer +relu +"));
}

TEST_F(List, AsJsonHasTypedDefaults) {
  const auto all = parse_json(descent({"list", "--json"}).out);
  const auto option = [&](const std::string& optimizer, const std::string& name) {
    for (const auto& entry : all["optimizers"]) {
      for (const auto& declared : entry["options"]) {
        if (entry["name"] == optimizer && declared["name"] == name) return declared;
      }
    }
    return Json();
  };
  EXPECT_EQ(option("adagrad", "lr")["default"], 0.01);
  EXPECT_EQ(option("adagrad", "lr")["range"], ">= 0");
  EXPECT_EQ(option("adam", "betas")["default"], Json({0.9, 0.999}));
  const auto one = parse_json(descent({"list", "metrics", "--json"}).out);
  EXPECT_EQ(one.size(), 1u);
  EXPECT_EQ(one["metrics"][0]["name"], "accuracy");
}

TEST_F(List, AsMarkdownIsTheReferencePage) {
  EXPECT_EQ(descent({"list", "--markdown"}).out, slurp(DESCENT_SOURCE_DIR "/docs/reference.md"))
      << "write it anew: ./dev descent list --markdown > docs/reference.md";
}

TEST_F(List, AsMarkdownEscapesWhatMarkdownReads) {
  const std::string out = descent({"list", "optimizers", "--markdown"}).out;
  EXPECT_THAT(out, HasSubstr("\n### adagrad\n"));
  EXPECT_THAT(out, HasSubstr("\n| `eps_placement` | outside\\|inside | `outside` | "));
}

TEST_F(List, AnUnknownKindIsToldTheNearestOne) {
  const Result result = descent({"list", "optimizer"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, StartsWith("error: unknown kind 'optimizer'\n  help: did you mean 'optimizers'?"));
}

}  // namespace
}  // namespace descent::test
