#include "descent/experiment/overrides.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "descent/experiment/yaml.h"
#include "descent/options/options.h"
#include "tests/experiment/parsed.h"
#include "tests/temporary_folder.h"

namespace descent {
namespace {

using test::parsed;
using test::spill;
using testing::HasSubstr;

// The tree after one `--set`.
Value overridden(const std::string& text, const std::string& assignment) {
  Value root = parsed(text);
  Diagnostics diagnostics;
  apply_override(root, assignment, diagnostics);
  EXPECT_EQ(diagnostics.report(), "");
  return root;
}

std::string error_of(const std::string& text, const std::string& assignment) {
  Value root = parsed(text);
  Diagnostics diagnostics;
  apply_override(root, assignment, diagnostics);
  EXPECT_EQ(root, parsed(text)) << "changed by a wrong assignment";
  return diagnostics.report();
}

TEST(Override, ReplacesAValue) {
  EXPECT_EQ(overridden("seed: 0\n", "seed=7"), parsed("seed: 7\n"));
  EXPECT_EQ(overridden("a: {b: {c: 1, d: 2}}\n", "a.b.c=[1, x]"), parsed("a: {b: {c: [1, x], d: 2}}\n"));
}

TEST(Override, AddsKeysAndTheMapsOnTheWay) {
  EXPECT_EQ(overridden("seed: 0\n", "train.clip.norm=1"), parsed("seed: 0\ntrain: {clip: {norm: 1}}\n"));
}

TEST(Override, ReachesIntoLists) {
  EXPECT_EQ(overridden("layers: [{type: linear, out: 3}, tanh]\n", "layers[0].out=4"), parsed("layers: [{type: linear, out: 4}, tanh]\n"));
  EXPECT_EQ(overridden("x: [[1, 2], [3, 4]]\n", "x[1][0]=5"), parsed("x: [[1, 2], [5, 4]]\n"));
}

TEST(Override, TurnsAScalarComponentIntoAMap) {
  EXPECT_EQ(overridden("optimizer: adam\n", "optimizer.lr=0.1"), parsed("optimizer: {type: adam, lr: 0.1}\n"));
  EXPECT_EQ(overridden("layers: [tanh, relu]\n", "layers[1].slope=0.1"), parsed("layers: [tanh, {type: relu, slope: 0.1}]\n"));
}

TEST(Override, KeepsTheTypesOfYaml) {
  EXPECT_TRUE(overridden("a: 1\n", "a='2'").find("a")->quoted);
  EXPECT_FALSE(overridden("a: 1\n", "a=2").find("a")->quoted);
}

TEST(Override, ReadsAnEqualsSignInTheValue) { EXPECT_EQ(overridden("a: 1\n", "a=b=c").find("a")->text, "b=c"); }

TEST(Override, MarksTheValueInTheAssignment) {
  const Value root = overridden("optimizer: adam\n", "optimizer.lr=0.25");
  const Mark& mark = root.find("optimizer")->find("lr")->mark;
  EXPECT_EQ(mark.source->name, "--set");
  EXPECT_EQ(mark.column, 14);
  EXPECT_EQ(mark.length, 4);
}

TEST(Override, MarksANewKeyInTheAssignment) {
  Value root = parsed("seed: 0\n");
  Diagnostics diagnostics;
  apply_override(root, "sed=1", diagnostics);
  std::uint64_t seed = 0;
  Options options;
  options("seed", seed, "a seed");
  options.read(root, {diagnostics, ""});
  EXPECT_EQ(diagnostics.report(),
            "--set:1:1: error: unknown key 'sed'\n"
            "   1 | sed=1\n"
            "     | ^^^\n"
            "  help: did you mean 'seed'?\n"
            "1 error; nothing was run");
}

TEST(Override, ReportsAWrongValueInTheAssignment) {
  EXPECT_EQ(error_of("a: 1\n", "optimizer.lr=[1, 2"),
            "--set:1:18: error: expected ',' or ']'\n"
            "   1 | optimizer.lr=[1, 2\n"
            "     |                  ^\n"
            "1 error; nothing was run");
  EXPECT_THAT(error_of("a: 1\n", "é=*x"), HasSubstr("--set:1:3: error: aliases are not allowed"));
  EXPECT_THAT(error_of("a: 1\n", "a=\xff"), HasSubstr("--set:1:3: error: byte 0xff is not UTF-8"));
}

TEST(Override, RefusesWhatIsNoAssignment) {
  EXPECT_THAT(error_of("a: 1\n", "a"), HasSubstr("--set:1:1: error: expected KEY=VALUE"));
  EXPECT_THAT(error_of("a: 1\n", ""), HasSubstr("--set:1:1: error: expected KEY=VALUE"));
  EXPECT_THAT(error_of("a: 1\n", "a="), HasSubstr("--set:1:1: error: a: missing value"));
}

TEST(Override, RefusesWhatIsNoPath) {
  for (const char* path : {"", ".", ".a", "a.", "a..b", "[0]", "a[", "a[]", "a[x]", "a[-1]", "a[0", "a[0]b", "a.[0]"}) {
    EXPECT_THAT(error_of("a: [1]\n", std::string(path) + "=1"), HasSubstr("is no path of keys")) << path;
  }
  std::string deep = "a";
  for (int i = 0; i < 40; ++i) deep += ".a";
  EXPECT_THAT(error_of("b: 1\n", deep + "=1"), HasSubstr("is no path of keys"));
}

TEST(Override, RefusesAnIndexBehindTheEnd) {
  EXPECT_EQ(error_of("m: {layers: [tanh, relu]}\n", "m.layers[2].out=1"),
            "--set:1:10: error: m.layers: no entry 2; the list has 2\n"
            "   1 | m.layers[2].out=1\n"
            "     |          ^\n"
            "  help: entries are 0 to 1\n"
            "1 error; nothing was run");
}

TEST(Override, TellsListsFromMaps) {
  EXPECT_THAT(error_of("a: {b: 1}\n", "new.list[0]=1"), HasSubstr("--set:1:10: error: new.list: no list stands here"));
  EXPECT_THAT(error_of("a: {b: 1}\n", "a[0]=1"), HasSubstr("--set:1:3: error: a: no list stands here"));
  EXPECT_THAT(error_of("a: [{b: 1}]\n", "a.b=1"), HasSubstr("--set:1:3: error: a: a list stands here"));
}

TEST(SetPath, ReportsAtTheMarkOfAKey) {
  Value root = parsed("a: 1\ngrid: {layers.x: 1}\n");
  Diagnostics diagnostics;
  const Mark mark = root.find("grid")->entries[0].mark;
  root.set("layers", {1});
  EXPECT_FALSE(set_path(root, "layers.x", 2, mark, diagnostics));
  EXPECT_THAT(diagnostics.report(), HasSubstr("a.yaml:2:15: error: layers: a list stands here"));
}

// A folder of experiment files.
class Extends : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) { spill(folder_ / name, text); }
  Value load(const std::string& name) {
    Value value = load_experiment(folder_ / name, diagnostics_);
    EXPECT_EQ(diagnostics_.report(), "");
    return value;
  }
  std::string error(const std::string& name) {
    load_experiment(folder_ / name, diagnostics_);
    std::string report = diagnostics_.report();
    for (std::size_t at; (at = report.find(folder_.path())) != std::string::npos;) report.erase(at, folder_.path().size() + 1);
    return report;
  }
  test::TemporaryFolder folder_;
  Diagnostics diagnostics_;
};

TEST_F(Extends, MergesMapsAndReplacesTheRest) {
  write("base.yaml", "seed: 1\ntrain: {epochs: 10, clip: {norm: 1}}\nx: [1, 2]\n");
  write("a.yaml", "extends: base.yaml\ntrain: {epochs: 20, clip: {value: 2}}\nx: [3]\nname: a\n");
  EXPECT_EQ(load("a.yaml"), parsed("seed: 1\ntrain: {epochs: 20, clip: {norm: 1, value: 2}}\nx: [3]\nname: a\n"));
}

TEST_F(Extends, MergesTheOptionsOfTheSameComponentOnly) {
  write("base.yaml", "optimizer: {type: adam, lr: 1, eps: 2}\nloss: mse\ndata: {type: csv, path: x}\n");
  write("a.yaml", "extends: base.yaml\noptimizer: {type: adam, lr: 3}\nloss: {reduction: sum}\ndata: {type: moons}\n");
  EXPECT_EQ(load("a.yaml"), parsed("optimizer: {type: adam, lr: 3, eps: 2}\nloss: {type: mse, reduction: sum}\ndata: {type: moons}\n"));
  write("b.yaml", "extends: base.yaml\noptimizer: {lr: 3}\nloss: l1\ndata: xor\n");
  EXPECT_EQ(load("b.yaml"), parsed("optimizer: {type: adam, lr: 3, eps: 2}\nloss: l1\ndata: xor\n"));
}

TEST_F(Extends, FollowsAChainEachLinkRelativeToItsFile) {
  std::filesystem::create_directories(folder_ / "sub/deep");
  write("root.yaml", "a: 1\nb: 1\nc: 1\n");
  write("sub/middle.yaml", "extends: ../root.yaml\nb: 2\nc: 2\n");
  write("sub/deep/leaf.yaml", "extends: ../middle.yaml\nc: 3\n");
  EXPECT_EQ(load("sub/deep/leaf.yaml"), parsed("a: 1\nb: 2\nc: 3\n"));
}

TEST_F(Extends, KeepsThePlacesOfEachFile) {
  std::filesystem::create_directories(folder_ / "sub");
  write("base.yaml", "data: {path: x.csv}\n");
  write("sub/a.yaml", "extends: ../base.yaml\nseed: 1\n");
  const Value root = load("sub/a.yaml");
  EXPECT_EQ(root.find("data")->find("path")->mark.source->path, folder_ / "base.yaml");
  EXPECT_EQ(root.find("seed")->mark.source->path, folder_ / "sub/a.yaml");
}

TEST_F(Extends, RefusesACycleNamingTheChain) {
  write("a.yaml", "extends: b.yaml\n");
  write("b.yaml", "# b\nextends: ./a.yaml\n");
  EXPECT_EQ(error("a.yaml"),
            "b.yaml:2:10: error: extends: a cycle: a.yaml -> b.yaml -> a.yaml\n"
            "   2 | extends: ./a.yaml\n"
            "     |          ^^^^^^^^\n"
            "1 error; nothing was run");
}

TEST_F(Extends, RefusesAFileThatExtendsItself) {
  write("a.yaml", "extends: a.yaml\n");
  EXPECT_THAT(error("a.yaml"), HasSubstr("a.yaml:1:10: error: extends: a cycle: a.yaml -> a.yaml"));
}

TEST_F(Extends, ReportsAMissingFileAtTheKey) {
  write("a.yaml", "extends: none.yaml\n");
  EXPECT_THAT(error("a.yaml"), HasSubstr("a.yaml:1:10: error: extends: "));
}

TEST_F(Extends, RefusesWhatIsNoPath) {
  write("a.yaml", "extends: [b.yaml, c.yaml]\n");
  write("b.yaml", "extends:\n");
  EXPECT_THAT(error("a.yaml"), HasSubstr("a.yaml:1:10: error: extends: expected the path of one experiment file"));
  EXPECT_THAT(error("b.yaml"), HasSubstr("b.yaml:1:1: error: extends: missing value"));
}

TEST_F(Extends, ReportsTheErrorsOfBothFiles) {
  write("base.yaml", "a: 1\na: 2\n");
  write("a.yaml", "extends: base.yaml\nb: 1\nb: 2\n");
  const std::string report = error("a.yaml");
  EXPECT_THAT(report, HasSubstr("a.yaml:3:1: error: duplicate key 'b'"));
  EXPECT_THAT(report, HasSubstr("base.yaml:2:1: error: duplicate key 'a'"));
  EXPECT_THAT(report, HasSubstr("2 errors; nothing was run"));
}

TEST_F(Extends, FailsWithoutTheFileItself) {
  EXPECT_THAT(test::error_of(ErrorKind::invalid, [&] { load_experiment(folder_ / "none.yaml", diagnostics_); }), HasSubstr("none.yaml"));
}

}  // namespace
}  // namespace descent
