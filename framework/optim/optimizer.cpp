#include "descent/optim/optimizer.h"

#include <re2/re2.h>

#include <algorithm>
#include <set>

namespace descent::optim {

ComponentKind& Optimizer::kind() {
  static ComponentKind kind("optimizer", "optimizers");
  return kind;
}

void Optimizer::add_parameters(const std::vector<std::pair<std::string, Tensor>>& named) {
  if (!parameters_.empty()) fail_argument("optimizer: it has its parameters already");
  const std::vector<std::string> patterns = make_groups();
  std::vector<bool> matched(patterns.size());
  std::set<const Node*> seen;
  for (const auto& [name, value] : named) {
    if (!value.requires_grad()) fail_argument("optimizer: parameter '{}' does not require a gradient", name);
    if (!seen.insert(value.node()).second) fail_argument("optimizer: parameter '{}' is given twice", name);
    Parameter parameter{name, value, 0, 0, {}};
    for (std::size_t i = 0; i < patterns.size() && parameter.group == 0; ++i) {
      if (RE2::FullMatch(name, patterns[i])) parameter.group = i + 1;
    }
    if (parameter.group > 0) matched[parameter.group - 1] = true;
    parameters_.push_back(std::move(parameter));
  }
  const auto unused = std::find(matched.begin(), matched.end(), false);
  if (unused != matched.end()) {
    const auto i = static_cast<std::size_t>(unused - matched.begin());
    fail_argument("optimizer.groups[{}]: no parameter is left for the pattern '{}'", i, shown(patterns[i]));
  }
}

void Optimizer::zero_grad() {
  for (const Parameter& parameter : parameters_) parameter.value.node()->grad_valid = false;
}

void Optimizer::step() {
  for (Parameter& parameter : parameters_) {
    if (!parameter.value.node()->grad_valid) continue;
    ++parameter.steps;
    update(parameter, lr_factor_);
  }
}

std::vector<std::pair<std::string, Tensor>> Optimizer::state() const {
  std::vector<std::pair<std::string, Tensor>> named;
  for (const Parameter& parameter : parameters_) {
    named.emplace_back(parameter.name + ".steps", labels({parameter.steps}));
    for (const auto& [name, value] : parameter.state) named.emplace_back(parameter.name + "." + name, value);
  }
  return named;
}

void Optimizer::set_state(const std::vector<std::pair<std::string, Tensor>>& state) {
  auto next = state.begin();
  const auto expected = [&](const std::string& name) { return next != state.end() && next->first == name; };
  for (Parameter& parameter : parameters_) {
    if (!expected(parameter.name + ".steps")) fail_argument("optimizer: the state of '{}' is missing", parameter.name);
    parameter.steps = static_cast<std::int64_t>(next++->second.item());
    if (parameter.steps < 0) fail_argument("optimizer: '{}' cannot have made {} steps", parameter.name, parameter.steps);
    parameter.state.clear();
    const std::string prefix = parameter.name + ".";
    for (; next != state.end() && next->first.rfind(prefix, 0) == 0; ++next) {
      const Tensor& value = next->second;
      if (value.shape() != parameter.value.shape() || value.dtype() != parameter.value.dtype()) {
        fail_argument("optimizer: state '{}' does not fit its parameter {}", next->first, to_string(parameter.value.shape()));
      }
      parameter.state.emplace_back(next->first.substr(prefix.size()), value.clone());
    }
  }
  if (next != state.end()) fail_argument("optimizer: state '{}' belongs to no parameter", next->first);
}

std::pair<std::string, Value> split_group(const Value& group) {
  Value options = group;
  options.erase("match");
  return {group.find("match")->text, options};
}

void check_groups(const Value& groups, const Reading& reading, const std::function<void(const Value&, const Reading&)>& check_options) {
  if (!groups.is_list()) return static_cast<void>(refuse(groups, reading, "a list of {match: pattern, option: value}"));
  for (std::size_t i = 0; i < groups.items.size(); ++i) {
    const Reading at = reading.at(i);
    const Value& group = groups.items[i];
    const Value* match = group.is_map() ? group.find("match") : nullptr;
    std::string pattern;
    if (!match) {
      at.error(group, "expected a map with 'match', a pattern over parameter names");
    } else if (read_text(*match, at.at("match"), pattern)) {
      const RE2 expression(pattern, RE2::Quiet);
      if (!expression.ok())
        at.at("match").error(*match, fmt::format("'{}' is no regular expression: {}", shown(pattern), expression.error()));
      check_options(split_group(group).second, at);
    }
  }
}

std::unique_ptr<Optimizer> make(const std::string& type, const std::vector<std::pair<std::string, Tensor>>& parameters,
                                OptionList options) {
  auto optimizer = descent::make<Optimizer>(type, options);
  optimizer->add_parameters(parameters);
  return optimizer;
}

std::unique_ptr<Optimizer> make(const std::string& type, const std::vector<Tensor>& parameters, OptionList options) {
  std::vector<std::pair<std::string, Tensor>> named;
  for (const Tensor& parameter : parameters) named.emplace_back(std::to_string(named.size()), parameter);
  return make(type, named, options);
}

}  // namespace descent::optim
