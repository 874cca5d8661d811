#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "descent/autograd/tensor.h"
#include "descent/optim/pass.h"
#include "descent/options/registry.h"

// An optimizer is its equation: a rule with options, in one file that registers itself (see adagrad.cpp).
namespace descent::optim {

// What every rule has. `lr`'s default is the rule's own.
struct RuleOptions {
  enum class Dialect { pytorch };
  double lr = 1e-3, weight_decay = 0;
  bool maximize = false;
  Dialect dialect = Dialect::pytorch;

  void options(Options& option) {
    option("lr", lr, kNotNegative, "learning rate");
    option("weight_decay", weight_decay, kNotNegative, "L2 penalty, added to the gradient as weight_decay·w");
    option("maximize", maximize, "ascend instead of descend");
  }
  // Reports options that do not go together; a rule that has such hides this.
  void check(const Value& /*given*/, const Reading&) const {}
};

// Consumes the gradients of the parameters it was given.
class Optimizer : public Component {
 public:
  static ComponentKind& kind();

  // Takes the parameters to update, once, and sorts them into groups. Throws when a group matches none of them.
  void add_parameters(const std::vector<std::pair<std::string, Tensor>>& named);
  void zero_grad();
  // Updates each parameter that has a gradient.
  void step();
  // What schedules set: the factor on every group's rate.
  void set_lr_factor(double factor) { lr_factor_ = factor; }
  // The rate of parameters outside all groups, as scheduled.
  double lr() const { return base_lr() * lr_factor_; }

  std::vector<Parameter>& parameters() { return parameters_; }
  // Everything that a checkpoint needs besides the parameters: "0.weight.exp_avg", …, and "0.weight.steps". Restoring refuses what does not
  // fit.
  std::vector<std::pair<std::string, Tensor>> state() const;
  void set_state(const std::vector<std::pair<std::string, Tensor>>& state);

 protected:
  virtual double base_lr() const = 0;
  virtual void update(Parameter& parameter, double lr_factor) = 0;
  // Builds the rules of the groups and returns their patterns.
  virtual std::vector<std::string> make_groups() = 0;

 private:
  std::vector<Parameter> parameters_;
  double lr_factor_ = 1;
};

// A group of `groups: [{match: ".*bias", weight_decay: 0}]`: the pattern, and the options without it.
std::pair<std::string, Value> split_group(const Value& group);
// Reports what is wrong with the form of `groups` and, by `check_options`, with each group's options.
void check_groups(const Value& groups, const Reading& reading, const std::function<void(const Value&, const Reading&)>& check_options);

// Optimizers made of a rule: a struct with RuleOptions and `template <class T> void update(Pass<T>& pass) const`.
template <class Rule>
class RuleOptimizer final : public Optimizer {
 public:
  Rule rule;

  void options(Options& option) override {
    rule.options(option);
    option("dialect", rule.dialect, {"pytorch"}, "whose rule and defaults the optimizer's name stands for");
    option("groups", groups_, "list of {match: pattern, option: value}",
           "other options for parameters whose whole name matches; the first counts", [this](const Value& groups, const Reading& reading) {
             check_groups(groups, reading, [this](const Value& options, const Reading& at) { with(options, at); });
           });
  }
  void check_options(const Value& given, const Reading& reading) const override { rule.check(given, reading); }

 protected:
  double base_lr() const override { return rule.lr; }
  void update(Parameter& parameter, double lr_factor) override {
    const Rule& own = parameter.group == 0 ? rule : group_rules_[parameter.group - 1];
    dispatch(parameter.value.dtype(), [&](auto zero) {
      Pass<decltype(zero)> pass(parameter, own.lr * lr_factor, own.weight_decay, own.maximize);
      own.update(pass);
    });
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
  Rule with(const Value& options, const Reading& reading) const {
    Rule changed = rule;
    Options declared;
    changed.options(declared);
    if (declared.read(options, reading)) changed.check(options, reading);
    return changed;
  }
  Value groups_;
  std::vector<Rule> group_rules_;
};

template <class Rule>
using RegisterOptimizer = Register<Optimizer, RuleOptimizer<Rule>>;

// make("adagrad", model.parameters(), {{"lr", 0.1}}); parameters are named by their number unless names are given.
std::unique_ptr<Optimizer> make(const std::string& type, const std::vector<Tensor>& parameters, OptionList options = {});
std::unique_ptr<Optimizer> make(const std::string& type, const std::vector<std::pair<std::string, Tensor>>& parameters,
                                OptionList options = {});

}  // namespace descent::optim
