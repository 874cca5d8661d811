#include <gtest/gtest.h>

#include "descent/core/error.h"
#include "descent/objective/objective.h"

namespace descent {
namespace {

// A scalar or key that stands in `source`, at the byte where `text` is found first after `after`.
Mark place(const std::shared_ptr<const Source>& source, const std::string& text, const std::string& after) {
  const std::size_t at = source->text.find(text, source->text.find(after) + after.size());
  const std::string before = source->text.substr(0, at);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  return {source, static_cast<int>(line), static_cast<int>(at - (before.rfind('\n') + 1)) + 1};
}

// The objective section of a file, as the reader of experiment files delivers it.
Value section(const std::string& spelled, const std::string& text, const std::vector<std::string>& names) {
  std::string start;
  for (const std::string& name : names) start += (start.empty() ? "" : ", ") + name + ": 1";
  const auto source = std::make_shared<Source>(
      Source{"bowl.yaml", "", "name: bowl\n\n\nobjective: {type: expression, start: {" + start + "}, expression: " + spelled + "}\n"});
  Value expression = text;
  expression.mark = place(source, spelled, "expression: ");
  Value numbers = Value::map();
  for (const std::string& name : names) numbers.entries.push_back({name, Value(1), place(source, name + ":", "start: ")});
  Value value = Value::map({{"type", "expression"}, {"expression", expression}, {"start", numbers}});
  value.mark = place(source, "{", "objective: ");
  return value;
}

std::vector<Diagnostics::Item> errors_in(const Value& value) {
  Diagnostics diagnostics;
  Objective::kind().read(value, {diagnostics, "objective"});
  return diagnostics.items();
}

std::vector<Diagnostics::Item> errors_of(const std::string& text, const std::vector<std::string>& names = {"w", "b"}) {
  return errors_in(section("\"" + text + "\"", text, names));
}

TEST(Expression, SaysWhatIsWrongAndWhere) {
  struct Row {
    const char* text;
    int character;  // within the text, from 1
    const char* message;
  };
  const Row table[] = {
      {"w^2 + * b", 7, "expected an operand, got '*'"},
      {"w + b +", 8, "expected an operand, got the end"},
      {"   ", 4, "expected an operand, got the end"},
      {"+w", 1, "expected an operand, got '+'"},
      {"w ** 2 + b", 4, "expected an operand, got '*'"},
      {"w + ()", 6, "expected an operand, got ')'"},
      {"(w + b", 7, "expected ')', got the end"},
      {"(w + b 2)", 8, "expected ')', got '2'"},
      {"(w, b)", 3, "expected ')', got ','"},
      {"w + b)", 6, "expected an operator, got ')'"},
      {"w b", 3, "expected an operator, got 'b'"},
      {"w, b", 2, "expected an operator, got ','"},
      {"(w)(b)", 4, "expected an operator, got '('"},
      {"w(b)", 2, "expected an operator, got '('"},
      {"w = b", 3, "expected an operator, got '='"},
      {"w + $", 5, "expected an operand, got '$'"},
      {"ω + w", 1, "expected an operand, got 'ω'"},
      {"w − b", 3, "expected an operator, got '−'"},
      {"2w + b", 1, "'2w' is no number"},
      {"w + 010*b", 5, "'010' is no number"},
      {"w + 0x10*b", 5, "'0x10' is no number"},
      {"w + 1_000*b", 5, "'1_000' is no number"},
      {"w + 1.2.3*b", 5, "'1.2.3' is no number"},
      {"w + 1e999*b", 5, "'1e999' is no number"},
      {"w + 2e*b", 5, "'2e' is no number"},
      {"w + 2e-b", 5, "'2e-b' is no number"},
      {"w + c", 5, "unknown name 'c'"},
      {"w + w.b", 5, "unknown name 'w.b'"},
      {"ω", 1, "expected an operand, got 'ω'"},
      {"sinn(w) + b", 1, "unknown name 'sinn'"},
      {"W + b", 1, "unknown name 'W'"},
      {"w + sin b", 9, "expected '(', got 'b'"},
      {"w + b + exp", 12, "expected '(', got the end"},
      {"exp() + w", 5, "expected an operand, got ')'"},
      {"w + exp(w, b)", 5, "exp: expected 1 argument, got 2"},
      {"w + max(b)", 5, "max: expected 2 arguments, got 1"},
      {"min(w, b, 1)", 1, "min: expected 2 arguments, got 3"},
      {"max(w, )", 8, "expected an operand, got ')'"},
      {"max(w, b", 9, "expected ')', got the end"},
      {"w + |b|", 5, "expected an operand, got '|'"},
      {"w^", 3, "expected an operand, got the end"},
      {"-", 2, "expected an operand, got the end"},
  };
  const std::string before = "objective: {type: expression, start: {w: 1, b: 1}, expression: \"";
  for (const auto& [text, character, message] : table) {
    const auto errors = errors_of(text);
    ASSERT_EQ(errors.size(), 1U) << text;
    EXPECT_EQ(errors[0].message, message) << text;
    EXPECT_EQ(errors[0].path, "objective.expression") << text;
    EXPECT_EQ(errors[0].mark.line, 4) << text;
    EXPECT_EQ(errors[0].mark.column, static_cast<int>(before.size()) + character) << text;
  }
}

TEST(Expression, ReportsAsACompilerDoes) {
  Diagnostics diagnostics;
  Objective::kind().read(section("\"w^2 + * b\"", "w^2 + * b", {"w", "b"}), {diagnostics, "objective"});
  EXPECT_EQ(diagnostics.report(),
            "bowl.yaml:4:71: error: objective.expression: expected an operand, got '*'\n"
            "   4 | objective: {type: expression, start: {w: 1, b: 1}, expression: \"w^2 + * b\"}\n"
            "     |                                                                       ^\n"
            "1 error; nothing was run");
}

TEST(Expression, HelpsWithTheNearestNameAndThePower) {
  EXPECT_EQ(errors_of("sgmoid(w) + b")[0].help.substr(0, 24), "did you mean 'sigmoid'? ");
  EXPECT_EQ(errors_of("weight*2 + wieght", {"weight"})[0].help.substr(0, 23), "did you mean 'weight'? ");
  EXPECT_EQ(errors_of("w**2 + b")[0].help, "a power is written x^2");
}

TEST(Expression, PointsAtTheWholeScalarWhenItIsEmpty) {
  const auto errors = errors_of("");
  EXPECT_EQ(errors[0].message, "expected an operand, got the end");
  EXPECT_EQ(errors[0].mark.column, 64);
}

TEST(Expression, FindsThePlaceInABlockScalarAndInAQuotedOne) {
  const auto block = errors_in(section("|-\n  w^2 + * b", "w^2 + * b", {"w", "b"}));
  EXPECT_EQ(block[0].mark.line, 5);
  EXPECT_EQ(block[0].mark.column, 9);
  const auto plain = errors_in(section("w^2 + * b", "w^2 + * b", {"w", "b"}));
  EXPECT_EQ(plain[0].mark.line, 4);
  EXPECT_EQ(plain[0].mark.column, 70);
}

TEST(Expression, CountsCharactersWhereTheFileSpellsTheTextInAnotherWay) {
  const auto folded = errors_in(section(">\n  w^2\n  + * b", "w^2 + * b", {"w", "b"}));
  EXPECT_EQ(folded[0].message, "expected an operand, got '*' (at character 7)");
  EXPECT_EQ(folded[0].mark.line, 4);
  EXPECT_EQ(folded[0].mark.column, 64);
  const auto escaped = errors_in(section(R"("\x77^2 + * b"  # w^2 + * b)", "w^2 + * b", {"w", "b"}));
  EXPECT_EQ(escaped[0].message, "expected an operand, got '*' (at character 7)");
  EXPECT_EQ(escaped[0].mark.column, 64);
}

TEST(Expression, CountsCharactersWithoutAFile) {
  try {
    make<Objective>("expression", {{"expression", "w + + 1"}, {"start", Value::map({{"w", 1}})}});
    FAIL();
  } catch (const Error& error) { EXPECT_STREQ(error.what(), "objective.expression: expected an operand, got '+' (at character 5)"); }
}

TEST(Expression, RefusesNamesThatMeanSomethingElse) {
  EXPECT_EQ(errors_of("exp(w)", {"w", "exp"})[0].message, "'exp' is a function or constant of expressions; choose another name");
  EXPECT_EQ(errors_of("e*w", {"w", "e"})[0].path, "objective.start.e");
  EXPECT_EQ(errors_of("e*w", {"w", "e"})[0].mark.column, 45);
}

TEST(Expression, RefusesNamesThatCannotBeWritten) {
  for (const char* name : {"2w", "w b", "ω", "w.b", "-"}) {
    EXPECT_EQ(errors_of("w", {"w", name})[0].message, "a parameter's name has letters, digits and _ only, and no digit first") << name;
  }
}

TEST(Expression, RefusesAParameterThatItDoesNotUse) {
  const auto errors = errors_of("w^2", {"w", "b"});
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].message, "the expression does not use 'b'");
  EXPECT_EQ(errors[0].path, "objective.start.b");
  EXPECT_EQ(errors[0].mark.column, 45);
}

TEST(Expression, RefusesAStartThatIsNoMappingToNumbers) {
  Value value = section("\"w\"", "w", {"w"});
  *value.find("start") = Value::map();
  EXPECT_EQ(errors_in(value)[0].message, "expected a mapping from at least one name to a number");
  *value.find("start") = Value{1, 2};
  EXPECT_EQ(errors_in(value)[0].message, "expected a mapping from at least one name to a number");
  *value.find("start") = Value::map({{"w", "four"}});
  EXPECT_EQ(errors_in(value)[0].path, "objective.start.w");
}

TEST(Expression, RefusesMoreParametersThanAnExpressionIsFor) {
  Value value = section("\"w\"", "w", {"w"});
  for (int i = 0; i < 100'000; ++i) value.find("start")->entries.push_back({"w" + std::to_string(i), 1});
  ASSERT_EQ(errors_in(value).size(), 1U);
  EXPECT_EQ(errors_in(value)[0].message, "expected at most 1000 parameters, got 100001");
}

TEST(Expression, NeedsAnExpressionAndAStart) { EXPECT_EQ(errors_in(Value::map({{"type", "expression"}})).size(), 2U); }

TEST(Expression, IsAFunctionOfItsParametersInTheOrderOfStart) {
  const auto bowl =
      make<Objective>("expression", {{"expression", "w^2 + 10*b^2"}, {"start", Value::map({{"w", 4}, {"b", 1.5}})}, {"minimum", 0}});
  const auto parameters = bowl->prepare(DType::float64);
  ASSERT_EQ(parameters.size(), 2U);
  EXPECT_EQ(parameters[0].first, "w");
  EXPECT_EQ(parameters[1].first, "b");
  const Tensor f = bowl->value({parameters[0].second, parameters[1].second});
  f.backward();
  EXPECT_EQ(f.item(), 38.5);
  EXPECT_EQ(parameters[0].second.grad().item(), 8);
  EXPECT_EQ(parameters[1].second.grad().item(), 30);
  EXPECT_EQ(bowl->minimum(), 0.0);
  EXPECT_EQ(bowl->formula(), "w^2 + 10*b^2");
}

TEST(Expression, WorksInFloat32AndAnewAfterEachPreparation) {
  const auto line = make<Objective>("expression", {{"expression", "w/3"}, {"start", Value::map({{"w", 1}})}});
  line->prepare(DType::float64);
  const auto parameters = line->prepare(DType::float32);
  EXPECT_EQ(line->value({parameters[0].second}).item(), static_cast<double>(1.0F / 3));
  EXPECT_EQ(line->minimum(), std::nullopt);
}

TEST(Expression, MayBeAParameterAlone) {
  const auto identity = make<Objective>("expression", {{"expression", "w"}, {"start", Value::map({{"w", 3}})}});
  const Tensor w = identity->prepare(DType::float64)[0].second;
  identity->value({w}).backward();
  EXPECT_EQ(w.grad().item(), 1);
}

}  // namespace
}  // namespace descent
