#include "descent/experiment/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "descent/nn/module.h"

// What the schema accepts and refuses is tested by tests/schema/; here, that it follows the declarations.
namespace descent {
namespace {

using Unordered = nlohmann::json;  // which ignores the order of keys

// A layer with options of many types, none of which the schema can know but from here.
struct Exotic : nn::Module {
  enum class Side { left, right };
  struct Depth {
    std::int64_t levels = 2;
    void options(Options& option) { option("levels", levels, {1, 9}, "how many"); }
  };
  double rate = 0.25, ratio = 0;
  std::uint64_t key = 0;
  std::vector<double> weights;
  Side side = Side::right;
  Depth depth;
  Spec inner;
  std::vector<Spec> parts;
  Value amount, pairs, free;

  void options(Options& option) override {
    option("rate", rate, kPositive, "how fast");
    option("ratio", ratio, kFraction, "a share");
    option.required();
    option("key", key, "a seed");
    option("weights", weights, kNotNegative, "of each");
    option("side", side, {"left", "right"}, "which one");
    option("depth", depth, "a section");
    option("inner", inner, nn::Module::kind(), "a layer");
    option("parts", parts, nn::Module::kind(), "layers");
    option("amount", amount, "a number or all", "how much");
    option.form(form::either({form::number(kAny), form::choice({"all"})}));
    option("pairs", pairs, "list of {ratio: number}", "several");
    option.keys(
        [this](Options& keys) {
          keys("ratio", ratio, kFraction, "another share");
          keys.required();
        },
        true);
    option("free", free, "anything", "whatever");
  }
  Tensor forward(const Tensor& x) override { return x; }
};

const Register<nn::Module, Exotic> exotic("exotic", "only here");

// What stands at a JSON pointer of the schema.
Unordered at(const std::string& path) {
  static const Unordered schema = experiment_schema();
  return schema.at(Unordered::json_pointer(path));
}
Unordered option(const std::string& name) {
  Unordered schema = at("/definitions/layer.exotic/properties/" + name);
  schema.erase("description");
  return schema;
}

TEST(Schema, HasTheRangeAndTheDefaultOfANumber) {
  EXPECT_EQ(option("rate"), Unordered::parse(R"({"type": "number", "exclusiveMinimum": 0, "default": 0.25})"));
  EXPECT_EQ(option("ratio"), Unordered::parse(R"({"type": "number", "minimum": 0, "exclusiveMaximum": 1})"));
  EXPECT_EQ(option("key"), Unordered::parse(R"({"type": "integer", "minimum": 0, "maximum": 18446744073709551615, "default": 0})"));
}

TEST(Schema, HasTheElementsOfListsAndTheNamesOfChoices) {
  EXPECT_EQ(option("weights"), Unordered::parse(R"({"type": "array", "items": {"type": "number", "minimum": 0}, "default": []})"));
  EXPECT_EQ(option("side"), Unordered::parse(R"({"enum": ["left", "right"], "default": "right"})"));
}

TEST(Schema, HasMeanings) {
  EXPECT_EQ(at("/definitions/layer.exotic/properties/rate/description"), "how fast");
  EXPECT_EQ(at("/definitions/layer.exotic/properties/type"), Unordered::parse(R"({"const": "exotic", "description": "only here"})"));
}

TEST(Schema, KnowsEveryKeyOfASection) {
  EXPECT_EQ(option("depth"), Unordered::parse(R"({"type": "object", "additionalProperties": false, "properties": {
      "levels": {"type": "integer", "minimum": 1, "maximum": 9, "description": "how many", "default": 2}}})"));
}

TEST(Schema, RefersToTheKindOfComponents) {
  EXPECT_EQ(option("inner"), Unordered::parse(R"({"allOf": [{"$ref": "#/definitions/layer"}]})"));
  EXPECT_EQ(option("parts"), Unordered::parse(R"({"type": "array", "items": {"$ref": "#/definitions/layer"}, "default": []})"));
}

TEST(Schema, HasTheFormThatAnOptionOfAnyFormDeclares) {
  EXPECT_EQ(option("amount"), Unordered::parse(R"({"anyOf": [{"type": "number"}, {"enum": ["all"]}]})"));
  EXPECT_EQ(option("free"), Unordered::object());
  EXPECT_EQ(option("pairs"),
            Unordered::parse(R"({"type": "array", "items": {"type": "object", "additionalProperties": false, "required": ["ratio"],
      "properties": {"ratio": {"type": "number", "minimum": 0, "exclusiveMaximum": 1, "description": "another share"}}}})"));
}

TEST(Schema, AsksForWhatIsRequiredInWholeFilesOnly) {
  EXPECT_EQ(at("/definitions/layer.exotic/required"), Unordered::parse(R"(["ratio"])"));
  EXPECT_FALSE(at("/definitions/changed.layer.exotic").contains("required"));
  EXPECT_EQ(at("/else/anyOf/1/required"), Unordered::parse(R"(["train", "objective"])"));
  EXPECT_FALSE(at("/then").contains("anyOf"));
}

TEST(Schema, AsksForElementsOfListsInFilesThatChangeOthersToo) {
  EXPECT_EQ(at("/definitions/changed.layer.exotic/properties/parts/items/$ref"), "#/definitions/layer");
  EXPECT_EQ(at("/definitions/changed.layer.exotic/properties/inner/allOf/0/$ref"), "#/definitions/changed.layer");
  EXPECT_TRUE(at("/definitions/changed.layer.exotic/properties/pairs/items").contains("required"));
}

TEST(Schema, DefinesOnceWhatIsTheSameInBothKindsOfFiles) {
  EXPECT_TRUE(at("/definitions").contains("optimizer.adagrad"));
  EXPECT_FALSE(at("/definitions").contains("changed.optimizer.adagrad"));
}

TEST(Schema, TakesAScalarOnlyForComponentsThatNeedNoOptions) {
  const Unordered scalars = at("/definitions/layer/anyOf/0/enum"), types = at("/definitions/layer/anyOf/1/properties/type/enum");
  EXPECT_THAT(types, testing::Contains("exotic"));
  EXPECT_THAT(scalars, testing::Not(testing::Contains("exotic")));
  EXPECT_THAT(scalars, testing::Contains("tanh"));
}

TEST(Schema, ConvertsValuesWithTheirTypes) {
  const Unordered json = to_json(Value::map({{"a", {1, 0.5, true}}, {"b", "1"}, {"c", Value()}}));
  EXPECT_EQ(json, Unordered::parse(R"({"a": [1, 0.5, true], "b": "1", "c": null})"));
}

}  // namespace
}  // namespace descent
