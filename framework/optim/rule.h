#pragma once
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "descent/optim/groups.h"
#include "descent/optim/optimizer.h"

// An optimizer is its equation: a rule with options, in one file that registers itself (see adagrad.cpp).
namespace descent::optim {

// What an optimizer's name stands for elsewhere: a named set of defaults.
template <class Rule>
struct Dialect {
  const char* name;
  void (*set)(Rule&);
};
template <class Rule>
using Dialects = std::vector<Dialect<Rule>>;

// What every rule has. A rule hides what it does otherwise.
struct RuleOptions {
  enum class Decay { l2, decoupled, none, own };
  double lr = 1e-3, weight_decay = 0;  // lr's default is the rule's own
  Decay decay = Decay::l2;             // own: the rule applies its decay itself
  bool maximize = false;

  void options(Options& option);
  // Reports options that do not go together.
  void check(const Value& /*given*/, const Reading&) const {}
  // The first one is the default. `static Dialects<Adagrad> dialects()`.
  static std::nullptr_t dialects() { return nullptr; }
  std::string formula() const { return ""; }
  Claims claims() const { return {}; }
  std::optional<double> stability_limit(double /*curvature*/) const { return {}; }

  Adjustment adjustment(double rate) const;
};
// Reports a weight decay that the dialect does not define.
void check_decay(const RuleOptions& rule, const Value& given, const Reading& reading);

// Optimizers made of a rule: a struct with RuleOptions and one of
//   template <class T> void update(Pass<T>& pass) const;   // of one parameter
//   void update(Flat& flat) const;                         // of all parameters of a group, as one vector
template <class Rule, class = void>
inline constexpr bool kIsFlat = false;
template <class Rule>
inline constexpr bool kIsFlat<Rule, std::void_t<decltype(std::declval<const Rule&>().update(std::declval<Flat&>()))>> = true;

template <class Rule>
class RuleOptimizer final : public Optimizer {
 public:
  Rule rule;

  void preset(const Value& given) override {
    if constexpr (kHasDialects) {
      const Value* named = given.find("dialect");
      if (!named) return;
      const auto dialects = Rule::dialects();
      for (std::size_t i = 0; i < dialects.size(); ++i) {
        if (named->text == dialects[i].name) dialects[i].set(rule);
      }
    }
  }
  void options(Options& option) override {
    rule.options(option);
    if constexpr (kHasDialects) {
      std::vector<std::string> names;
      for (const auto& dialect : Rule::dialects()) names.push_back(dialect.name);
      option("dialect", dialect_, names, "whose rule and defaults the optimizer's name stands for");
    }
    option("groups", groups_, "list of {match: pattern, option: value}",
           "other options for parameters whose whole name matches the regular expression; the first counts",
           [this](const Value& groups, const Reading& reading) {
             check_groups(groups, reading, [this](const Value& options, const Reading& at) { with(options, at); });
           });
    option.keys([this](Options& keys) { group_options(keys); }, true);
    wrappers_.options(option);
  }
  void check_options(const Value& given, const Reading& reading) const override { check(rule, given, reading); }
  bool set_momentum(double momentum) override {
    bool known = set_momentum(rule, momentum);
    for (Rule& own : group_rules_) known = set_momentum(own, momentum);
    return known;
  }
  std::string formula() const override { return rule.formula(); }
  Claims claims() const override { return rule.claims(); }
  std::optional<double> stability_limit(double curvature) const override { return rule.stability_limit(curvature); }

 protected:
  double own_rate(std::size_t group) const override { return of(group).lr; }
  void update(const std::vector<double>& rates, const Evaluated& evaluated) override {
    if constexpr (kIsFlat<Rule>) {
      for (std::size_t group = 0; group < rates.size(); ++group) update_together(group, rates[group], evaluated);
    } else {
      for (Parameter& parameter : parameters()) {
        if (parameter.has_gradient()) update(parameter, rates[parameter.group]);
      }
    }
  }
  std::vector<std::string> make_groups() override {
    std::vector<std::string> patterns;
    Diagnostics diagnostics;
    for (const Value& group : groups_.items) {
      const auto [pattern, options] = split_group(group);
      patterns.push_back(pattern);
      group_rules_.push_back(with(options, {diagnostics, "groups"}));
    }
    diagnostics.check();
    return patterns;
  }

 private:
  static constexpr bool kHasDialects = !std::is_null_pointer_v<decltype(Rule::dialects())>;
  enum class DialectNumber {};

  const Rule& of(std::size_t group) const { return group == 0 ? rule : group_rules_[group - 1]; }
  void update(Parameter& parameter, double rate) {
    const Rule& own = of(parameter.group);
    dispatch(parameter.value.dtype(), [&](auto zero) {
      Pass<decltype(zero)> pass(parameter, rate, own.adjustment(rate));
      own.update(pass);
    });
  }
  void update_together(std::size_t group, double rate, const Evaluated& evaluated) {
    std::vector<Parameter*> members;
    for (Parameter& parameter : parameters()) {
      if (parameter.group == group && parameter.has_gradient()) members.push_back(&parameter);
    }
    if (members.empty()) return;
    Flat flat(members, rate, of(group).adjustment(rate), evaluated);
    of(group).update(flat);
    flat.store();
  }
  void group_options(Options& keys) {
    rule.options(keys);
    keys.require_nothing();
    std::string match;
    keys("match", match, "a regular expression over whole parameter names");
    keys.required();
  }
  static void check(const Rule& rule, const Value& given, const Reading& reading) {
    check_decay(rule, given, reading);
    rule.check(given, reading);
  }
  Rule with(const Value& options, const Reading& reading) const {
    Rule changed = rule;
    Options declared;
    changed.options(declared);
    if (declared.read(options, reading)) check(changed, options, reading);
    return changed;
  }
  template <class R>
  static auto set_momentum(R& rule, double momentum) -> decltype(rule.momentum, true) {
    return rule.momentum = momentum, true;
  }
  template <class R>
  static auto set_momentum(R& rule, double momentum) -> decltype(rule.betas[0], true) {
    return rule.betas[0] = momentum, true;
  }
  static bool set_momentum(RuleOptions&, double) { return false; }

  DialectNumber dialect_{};
  Value groups_;
  std::vector<Rule> group_rules_;
};

template <class Rule>
using RegisterOptimizer = Register<Optimizer, RuleOptimizer<Rule>>;

}  // namespace descent::optim
