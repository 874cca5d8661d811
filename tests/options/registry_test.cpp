#include "descent/options/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/options/components.h"
#include "tests/temporary_folder.h"

namespace descent {
namespace {

using test::error_of;
using test::plain;
using testing::ElementsAre;

struct Shape2 : Component {
  virtual double area() const = 0;
  static ComponentKind& kind() {
    static ComponentKind kind("shape", "shapes");
    return kind;
  }
};

struct Circle : Shape2 {
  double radius = 1;
  void options(Options& option) override { option("radius", radius, kPositive, "half the width"); }
  double area() const override { return 3 * radius * radius; }
};

struct Rectangle : Shape2 {
  double width = 1, height = 2;
  void options(Options& option) override {
    option("width", width, kPositive, "from left to right");
    option("height", height, kPositive, "from bottom to top");
  }
  void check_options(const Value& given, const Reading& reading) const override {
    if (width > height) reading.at("width").error(*given.find("width"), "wider than high");
  }
  double area() const override { return width * height; }
};

// Components within a component.
struct Group : Shape2 {
  Spec frame;
  std::vector<Spec> members;
  void options(Options& option) override {
    option("frame", frame, kind(), "what surrounds it");
    option("members", members, kind(), "what is in it");
  }
  double area() const override {
    double sum = 0;
    for (const Spec& member : members) sum += descent::make<Shape2>(member)->area();
    return sum;
  }
};

const Register<Shape2, Circle> circle("circle", "round");
const Register<Shape2, Rectangle> rectangle("rectangle", "four corners");
const Register<Shape2, Circle> big("big_circle", "round and big", [](Circle& c) { c.radius = 10; });
const Register<Shape2, Group> group("group", "several shapes");

std::string errors_of(const Value& value) {
  Diagnostics diagnostics;
  Shape2::kind().read(value, {diagnostics, "shape"});
  return diagnostics.report();
}

Spec spec_of(const Value& value) {
  Diagnostics diagnostics;
  const Spec spec = Shape2::kind().read(value, {diagnostics, "shape"});
  EXPECT_EQ(diagnostics.report(), "");
  return spec;
}

TEST(Registry, MakesComponentsByName) {
  EXPECT_EQ(make<Shape2>("circle", {{"radius", 2}})->area(), 12);
  EXPECT_EQ(make<Shape2>("rectangle")->area(), 2);
}

TEST(Registry, AppliesThePresetBeforeTheOptions) {
  EXPECT_EQ(make<Shape2>("big_circle")->area(), 300);
  EXPECT_EQ(make<Shape2>("big_circle", {{"radius", 1}})->area(), 3);
}

TEST(Registry, ListsNamesInOrder) { EXPECT_THAT(Shape2::kind().names(), ElementsAre("big_circle", "circle", "group", "rectangle")); }

TEST(Registry, KnowsItsKindsByTheirPlural) {
  const ComponentKind zebras("zebra", "zebras"), ants("ant", "ants");
  std::vector<std::string> plurals;
  for (const ComponentKind* kind : ComponentKind::all()) plurals.push_back(kind->plural());
  EXPECT_TRUE(std::is_sorted(plurals.begin(), plurals.end()));
  EXPECT_NE(std::find(plurals.begin(), plurals.end(), "ants"), plurals.end());
}

TEST(Registry, ForgetsAKindThatIsGone) {
  const std::size_t before = ComponentKind::all().size();
  { const ComponentKind temporary("ant", "ants"); }
  EXPECT_EQ(ComponentKind::all().size(), before);
}

// Registration goes on before main(), where an exception would end the program without a word.
TEST(Registry, TellsLaterThatANameWasTaken) {
  ComponentKind kind("ant", "ants");
  kind.add({"red", "", nullptr});
  kind.add({"black", "", nullptr});
  kind.check();
  kind.add({"red", "", nullptr});
  const std::string message = "ant 'red' is registered twice";
  EXPECT_EQ(error_of(ErrorKind::internal, [&] { kind.check(); }), message);
  EXPECT_EQ(error_of(ErrorKind::internal, [&] { kind.make({"black", Value::map(), {}}); }), message);
}

TEST(Registry, ListsWhatIsWrongInCpp) {
  EXPECT_EQ(error_of(ErrorKind::invalid,
                     [] {
                       make<Shape2>("circle", {{"radius", -1}, {"colour", "red"}});
                     }),
            "shape.radius: expected a number > 0, got '-1'\n"
            "shape: unknown key 'colour'\n  help: known: radius");
  EXPECT_EQ(error_of(ErrorKind::invalid, [] { make<Shape2>("circl"); }),
            "shape.type: unknown shape 'circl'\n  help: did you mean 'circle'? known: big_circle circle group rectangle");
}

TEST(Registry, ReadsAScalarAsTheType) {
  const Spec spec = spec_of(plain("circle"));
  EXPECT_EQ(spec.type, "circle");
  EXPECT_EQ(spec.options, Value::map({{"radius", 1}}));
}

TEST(Registry, CompletesEveryDefault) {
  const Spec spec = spec_of(Value::map({{"type", "rectangle"}, {"width", 0.5}}));
  EXPECT_EQ(spec.options, Value::map({{"width", 0.5}, {"height", 2}}));
}

TEST(Registry, CompletesNestedComponents) {
  const Spec spec = spec_of(Value::map({{"type", "group"}, {"members", {"circle", Value::map({{"type", "big_circle"}})}}}));
  EXPECT_EQ(spec.options.find("frame"), nullptr);
  EXPECT_EQ(*spec.options.find("members"),
            Value({Value::map({{"type", "circle"}, {"radius", 1}}), Value::map({{"type", "big_circle"}, {"radius", 10}})}));
  EXPECT_EQ(make<Shape2>(spec)->area(), 303);
}

TEST(Registry, KeepsTheMarksOfWhatWasGiven) {
  const auto source = std::make_shared<const Source>();
  Value member = plain("circle");
  member.mark = {source, 3, 12};
  Value value = Value::map({{"type", "group"}, {"members", Value::list({member})}});
  value.mark = {source, 1, 8};
  value.entries[1].mark = {source, 3, 1};
  const Spec spec = spec_of(value);
  EXPECT_EQ(spec.mark.column, 8);
  EXPECT_EQ(spec.options.entries[0].mark.line, 3);
  const Spec inner = Shape2::kind().read(spec.options.find("members")->items[0], {*std::make_unique<Diagnostics>(), ""});
  EXPECT_EQ(inner.mark.column, 12);
}

TEST(Registry, RefusesAnUnknownType) {
  EXPECT_EQ(errors_of(plain("circl")),
            "shape: unknown shape 'circl'\n  help: did you mean 'circle'? known: big_circle circle group rectangle");
  EXPECT_EQ(errors_of(Value::map({{"type", plain("square")}})),
            "shape.type: unknown shape 'square'\n  help: known: big_circle circle group rectangle");
}

TEST(Registry, RefusesWhatIsNoComponent) {
  EXPECT_EQ(errors_of(Value()), "shape: missing value");
  EXPECT_EQ(errors_of({"circle"}), "shape: expected one shape, got a list");
  EXPECT_EQ(errors_of(Value::map({{"radius", 1}})), "shape: missing key 'type'\n  help: known: big_circle circle group rectangle");
  EXPECT_EQ(errors_of(Value::map({{"type", Value::map()}})), "shape.type: expected a text, got an empty mapping");
}

TEST(Registry, NamesThePathOfANestedError) {
  EXPECT_EQ(errors_of(Value::map({{"type", "group"}, {"members", {"circle", Value::map({{"type", "circle"}, {"radius", 0}})}}})),
            "shape.members[1].radius: expected a number > 0, got '0'");
}

TEST(Registry, LetsAComponentCheckItsOptionsTogether) {
  EXPECT_EQ(errors_of(Value::map({{"type", "rectangle"}, {"width", 3}})), "shape.width: wider than high");
}

TEST(Registry, ChecksOptionsTogetherOnlyWhenEachIsRight) {
  EXPECT_EQ(errors_of(Value::map({{"type", "rectangle"}, {"width", 3}, {"height", 0}})), "shape.height: expected a number > 0, got '0'");
}

}  // namespace
}  // namespace descent
