#include <fmt/format.h>

#include <cctype>
#include <cstdio>
#include <filesystem>

#include "descent/cli/commands.h"
#include "descent/cli/dialects.h"
#include "descent/cli/option_rows.h"
#include "descent/cli/text_table.h"
#include "descent/core/error.h"
#include "descent/experiment/experiment.h"
#include "descent/experiment/find_run.h"
#include "descent/experiment/setup.h"
#include "descent/experiment/step_table.h"
#include "descent/experiment/trainer.h"
#include "descent/optim/optimizer.h"
#include "descent/optim/properties.h"
#include "descent/optim/walk.h"

namespace descent::cli {
namespace {

using Replacements = std::vector<std::pair<std::string, std::string>>;

// How an option is written in a formula: alpha as α, the two betas as β₁ and β₂.
Replacements symbols(const std::vector<Option>& options) {
  static const std::vector<std::pair<std::string, std::string>> kGreek{
      {"alpha", "α"}, {"rho", "ρ"}, {"lambd", "λ"}, {"betas", "β"}, {"etas", "η"}};
  constexpr const char* kIndices[] = {"₁", "₂", "₃"};
  Replacements list;
  for (const Option& option : options) {
    const Value value = option.write(option);
    double number = 0;
    std::vector<std::string> symbols{option.name};
    for (const auto& [name, letter] : kGreek) {
      if (option.name == name) symbols.push_back(letter);
    }
    for (const std::string& symbol : symbols) {
      for (std::size_t i = 0; i < value.items.size() && i < 3; ++i) list.emplace_back(symbol + kIndices[i], value.items[i].text);
      if (value.is_scalar() && parse_number(value.text, number)) list.emplace_back(symbol, value.text);
    }
  }
  return list;
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || static_cast<unsigned char>(c) >= 0x80; }

// Replaces whole words. Operators such as · and √ end a word, so only ASCII letters around a word count.
std::string with_numbers(std::string text, const Replacements& replacements) {
  for (const auto& [symbol, number] : replacements) {
    for (std::size_t at = text.find(symbol); at != std::string::npos; at = text.find(symbol, at + 1)) {
      const auto touches = [&](std::size_t i) { return i < text.size() && is_word(text[i]) && static_cast<unsigned char>(text[i]) < 0x80; };
      if ((at > 0 && touches(at - 1)) || touches(at + symbol.size())) continue;
      text.replace(at, symbol.size(), number);
      at += number.size() - 1;
    }
  }
  return text;
}

std::string indented(const std::string& text) {
  std::string result = "  ";
  for (const char c : text) result += c == '\n' ? "\n  " : std::string(1, c);
  return result + '\n';
}

// What comes before the rule: decay, and the other direction.
std::string adjustments(const Value& options) {
  const auto is = [&](const char* name, const char* value) { return options.find(name) && options.find(name)->text == value; };
  const Value* strength = options.find("weight_decay");
  std::string lines;
  if (is("maximize", "true")) lines += "g = −g\n";
  if (!strength || strength->text == "0") return lines;
  if (is("decay", "l2")) lines += "g += weight_decay·w\n";
  if (is("decay", "decoupled")) lines += "w *= 1 − lr·weight_decay\n";
  return lines;
}

// An optimizer with what was said of it; the rest are defaults.
struct Explained : Declared {
  std::string type;
  Value given;

  Explained(const std::string& of_type, const Value& map)
      : Declared(optim::Optimizer::kind().make(of_type, map)), type(of_type), given(map) {}
  std::string formula() const { return static_cast<const optim::Optimizer&>(*component).formula(); }
};

void print_formula(const Explained& e) {
  const std::string formula = e.formula();
  if (formula.empty()) return static_cast<void>(std::printf("  (the rule gives no formula)\n"));
  const std::string symbolic = adjustments(e.options.write()) + formula, numeric = with_numbers(symbolic, symbols(e.options.list()));
  std::printf("%s", indented(symbolic).c_str());
  if (numeric != symbolic) std::printf("\nwith its numbers\n%s", indented(numeric).c_str());
}

Value without(Value options, std::initializer_list<const char*> keys) {
  for (const char* key : keys) options.erase(key);
  return options;
}

// Of the rule itself.
void print_traits(const Explained& e) {
  const optim::Traits traits = optim::traits(e.type, without(e.given, {"maximize", "accumulate", "lookahead", "ema"}));
  std::printf("\nadapts the rate: %s; momentum: %s; state per parameter: %s\n", traits.adapts_rate, traits.has_momentum ? "yes" : "no",
              traits.state.empty() ? "none" : fmt::format("{}", fmt::join(traits.state, ", ")).c_str());
}

void print_options(const Options& options) {
  TextTable table;
  for (auto& row : rows_of(options.list())) table.add(std::move(row));
  std::printf("\noptions\n%s", table.text("  ").c_str());
}

// The first step from 0 under a gradient.
double first_step(const std::string& type, const Value& given, double gradient) {
  optim::Walk walk(type, given, {0});
  walk.optimizer().set_minimum(0);
  walk.step([=](const auto&, std::int64_t, auto& g) { return g[0] = gradient; });
  return walk.w()[0];
}

// What other dialects set otherwise, and how far the first step goes under gradients 1 and 1e-4. Decay, which some define and some do not,
// moves nothing from 0.
void print_dialects(const Explained& e) {
  TextTable table;
  table.add({"dialect", "first step at g = 1", "at g = 1e-4", "what it sets otherwise"});
  const Value plain = without(e.given, {"weight_decay", "decay"});
  for (const std::string& dialect : dialects_of(e.type)) {
    Value given = plain;
    given.set("dialect", dialect);
    table.add({dialect, fmt::format("{:.6g}", first_step(e.type, given, 1)), fmt::format("{:.6g}", first_step(e.type, given, 1e-4)),
               in_words(differences(e.type, plain, dialect))});
  }
  if (!dialects_of(e.type).empty()) std::printf("\n%s", table.text("  ").c_str());
}

// The first three steps on x² from 4.
void print_steps(const Explained& e) {
  optim::Walk walk(e.type, e.given, {4});
  walk.optimizer().set_minimum(0);
  StepTable table(walk.optimizer());
  std::printf("\nthe first three steps on x² from 4\n%s\n", table.header().c_str());
  for (std::int64_t step = 1; step <= 3; ++step) {
    walk.step(
        [](const auto& x, std::int64_t, auto& g) {
          g[0] = 2 * x[0];
          return x[0] * x[0];
        },
        [&] { table.before_update(); });
    std::printf("%s\n", table.lines(step, walk.w()[0] * walk.w()[0]).c_str());
  }
}

void print(const Explained& e) {
  const auto* entry = optim::Optimizer::kind().find(e.type);
  std::printf("%s: %s\n\n", e.type.c_str(), entry->meaning.c_str());
  print_formula(e);
  print_traits(e);
  print_options(e.options);
  print_dialects(e);
  print_steps(e);
}

int explain_optimizer(const std::string& type, const std::string& dialect) {
  Value given = Value::map();
  if (!dialect.empty()) given.set("dialect", dialect);
  print(Explained(type, given));
  return 0;
}

int explain_experiment(const std::string& file, const std::string& dialect) {
  const Experiment experiment = Experiment::load(file, {});
  if (!experiment.optimizer) fail(ErrorKind::usage, "{}: it compares optimizers; explain one of them by its name", shown(file));
  const Value& section = *experiment.source.find("optimizer");
  Value given = section.is_map() ? section : Value::map();
  given.erase("type");
  given.erase("groups");  // whose patterns are of the file's parameters
  if (!dialect.empty()) given.set("dialect", dialect);
  print(Explained(experiment.optimizer.type, given));
  return 0;
}

// Makes the steps of a finished run again, in memory and from its resolved.yaml, and prints the step table of one parameter: its value,
// gradient, effective rate, update and the optimizer's state. `parameter` may name an element, as `0.weight[3]`; "": the first numbers.
int explain_run(const std::string& folder, const std::string& parameter) {
  const Experiment experiment = Experiment::load(folder + "/resolved.yaml", {});
  if (experiment.is_study())
    fail(ErrorKind::usage, "{}: a sweep or comparison has many runs\n  help: explain one of those that `keep` makes, {}/trials/N", folder,
         folder);
  const Setup setup(experiment);
  StepTable table(*setup.optimizer, parameter);
  std::printf("%s\n", table.header().c_str());
  TrainerEvents events;
  events.before_update = [&] { table.before_update(); };
  events.step = [&](std::int64_t step, double loss) {
    std::printf("%s\n", table.lines(step, setup.problem->value().value_or(loss)).c_str());
  };
  Trainer(experiment, *setup.problem, *setup.optimizer, *setup.scheduler, events).run();
  return 0;
}

}  // namespace

int explain(const std::string& what, const std::string& dialect, const std::string& parameter) {
  std::error_code ignored;
  const bool is_optimizer = optim::Optimizer::kind().find(what), is_file = std::filesystem::is_regular_file(what, ignored);
  if (!parameter.empty() && (is_optimizer || is_file)) fail(ErrorKind::usage, "--parameter: this is for a run");
  if (is_optimizer) return explain_optimizer(what, dialect);
  if (is_file) return explain_experiment(what, dialect);
  if (!dialect.empty()) fail(ErrorKind::usage, "--dialect: this is for an optimizer or an experiment file");
  const std::string near = suggestion(what, optim::Optimizer::kind().names());
  const bool is_word = what.find('/') == std::string::npos && what != "latest" && parameter.empty();
  try {
    return explain_run(find_run(what), parameter);
  } catch (const Error& error) {
    if (!is_word || error.kind() != ErrorKind::usage) throw;
    fail(ErrorKind::usage, "'{}' is no optimizer, experiment file or run\n  help: {}", shown(what), near);
  }
}

}  // namespace descent::cli
