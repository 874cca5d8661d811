#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "descent/cli/commands.h"
#include "descent/experiment/run.h"
#include "descent/experiment/safetensors.h"
#include "descent/experiment/schema.h"
#include "descent/optim/properties.h"
#include "descent/optim/rule.h"
#include "tests/temporary_folder.h"

// An optimizer of twenty lines in one file has all that the built-in ones have.
namespace descent::test {
namespace {

using testing::HasSubstr;

// v += g;  w -= lr·tanh-like(v) = lr·v/(cap + |v|)
struct Soft : optim::RuleOptions {
  double cap = 1;

  void options(Options& option) {
    RuleOptions::options(option);
    option("cap", cap, kPositive, "gradients far below it count in full");
  }
  static optim::Dialects<Soft> dialects() {
    return {{"mine", [](Soft&) {}}, {"bold", [](Soft& s) { s.cap = 10; }}};
  }
  optim::Claims claims() const { return {{"zero_rate"}, {"rescaling"}}; }
  std::string formula() const { return "v += g\nw -= lr·v/(cap + |v|)"; }
  template <class T>
  void update(optim::Pass<T>& pass) const {
    pass([rate = T(pass.lr), c = T(cap)](T& w, T g, T& v) { v += g, w -= rate * v / (c + std::abs(v)); }, optim::State{"sum"});
  }
};
const optim::RegisterOptimizer<Soft> soft("soft", "of this test");

template <class F>
std::string printed(const F& f) {
  testing::internal::CaptureStdout();
  f();
  return testing::internal::GetCapturedStdout();
}

TEST(OwnOptimizer, IsListedWithItsOptionsAndMeasuredTraits) {
  const std::string text = printed([] { cli::list("optimizers", cli::ListForm::text); });
  EXPECT_THAT(text, testing::ContainsRegex("soft +of each number +yes +sum"));
  EXPECT_THAT(text, testing::ContainsRegex("cap +number > 0 +1 +gradients far below"));
}

TEST(OwnOptimizer, IsExplainedWithItsNumbersAndDialects) {
  const std::string text = printed([] { cli::explain("soft", "bold", ""); });
  EXPECT_THAT(text, HasSubstr("w -= 0.001·v/(10 + |v|)"));
  EXPECT_THAT(text, testing::ContainsRegex("mine +-0.0005 "));
}

TEST(OwnOptimizer, IsInTheSchema) {
  const auto schema = experiment_schema();
  EXPECT_EQ(schema["definitions"]["optimizer.soft"]["properties"]["cap"]["exclusiveMinimum"], 0);
}

TEST(OwnOptimizer, IsVerifiedAndItsFalseClaimFails) {
  for (const optim::Verdict& verdict : optim::verify("soft")) {
    const bool is_false = verdict.property->name == std::string("rescaling");
    EXPECT_EQ(verdict.status == optim::Verdict::Status::fail, is_false) << verdict.property->name;
  }
}

TEST(OwnOptimizer, RunsFromAFileThatIsCheckedAndSavesItsState) {
  const TemporaryFolder folder;
  testing::internal::CaptureStdout();
  const auto run_with = [&](const std::string& optimizer) {
    spill(folder / "e.yaml",
          "data: {type: xor}\nmodel: {type: mlp, hidden: [4]}\nloss: cross_entropy\noptimizer: " + optimizer + "\ntrain: {epochs: 2}\n");
    RunRequest request;
    request.file = folder / "e.yaml";
    request.out = folder / "run";
    request.quiet = true;
    run(request);
  };
  EXPECT_THAT(error_of(ErrorKind::invalid, [&] { run_with("{type: soft, cap: -1}"); }),
              HasSubstr("optimizer.cap: expected a number > 0, got '-1'"));
  run_with("{type: soft, cap: 2, groups: [{match: \".*bias\", lr: 0}]}");
  testing::internal::GetCapturedStdout();
  const NamedTensors state = load_safetensors(folder / "run/checkpoints/last.state.safetensors").tensors;
  EXPECT_TRUE(std::any_of(state.begin(), state.end(), [](const auto& entry) { return entry.first == "0.weight.sum"; }));
}

}  // namespace
}  // namespace descent::test
