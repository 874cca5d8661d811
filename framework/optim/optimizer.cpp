#include "descent/optim/optimizer.h"

#include <re2/re2.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace descent::optim {
namespace {

constexpr std::string_view kAverage = "average";  // the state that eval() exchanges with the parameter

}  // namespace

ComponentKind& Optimizer::kind() {
  static ComponentKind kind("optimizer", "optimizers");
  return kind;
}

void Optimizer::add_parameters(const std::vector<std::pair<std::string, Tensor>>& named) {
  if (!parameters_.empty()) fail_argument("optimizer: it has its parameters already");
  const std::vector<std::string> patterns = make_groups();
  for (std::size_t group = 0; group <= patterns.size(); ++group) rates_.push_back(own_rate(group));
  std::vector<bool> matched(patterns.size());
  std::set<const Node*> seen;
  for (const auto& [name, value] : named) {
    if (!value.requires_grad()) fail_argument("optimizer: parameter '{}' does not require a gradient", name);
    if (!seen.insert(value.node()).second) fail_argument("optimizer: parameter '{}' is given twice", name);
    Parameter parameter{name, value};
    for (std::size_t i = 0; i < patterns.size() && parameter.group == 0; ++i) {
      if (RE2::FullMatch(name, patterns[i])) parameter.group = i + 1;
    }
    if (parameter.group > 0) matched[parameter.group - 1] = true;
    parameters_.push_back(std::move(parameter));
  }
  const auto unused = std::find(matched.begin(), matched.end(), false);
  if (unused != matched.end()) {
    const auto i = static_cast<std::size_t>(unused - matched.begin());
    std::vector<std::string> names;
    for (const Parameter& parameter : parameters_) names.push_back(parameter.name);
    fail_argument("optimizer.groups[{}]: no parameter is left whose whole name matches '{}'; {}", i, shown(patterns[i]),
                  suggestion("", names));
  }
}

void Optimizer::zero_grad() {
  for (const Parameter& parameter : parameters_) parameter.value.node()->grad_valid = false;
}

void Optimizer::step() { step(Evaluated{{}, minimum_}); }

double Optimizer::step(const Closure& closure) {
  const double loss = closure();
  step(Evaluated{loss, minimum_, evaluations_left_, &closure});
  return loss;
}

void Optimizer::step(const Evaluated& evaluated) {
  const auto has_gradient = [](const Parameter& parameter) { return parameter.has_gradient(); };
  if (std::none_of(parameters_.begin(), parameters_.end(), has_gradient)) {
    fail_argument("optimizer: step() with no gradient in any of {} parameters: call backward() first", parameters_.size());
  }
  if (is_evaluated_) train();
  const bool is_wrapped = wrappers_.are_used();
  if (is_wrapped) wrappers_.start(parameters_);
  if (is_wrapped && !wrappers_.accumulate(parameters_)) return;
  for (Parameter& parameter : parameters_) parameter.steps += parameter.has_gradient();
  update(rates_, evaluated);
  if (is_wrapped) wrappers_.follow(parameters_);
}

void Optimizer::set_rate(const std::function<double(double)>& scheduled) {
  for (std::size_t group = 0; group < rates_.size(); ++group) rates_[group] = scheduled(own_rate(group));
}

void Optimizer::eval() {
  if (!std::exchange(is_evaluated_, true)) swap_average();
}

void Optimizer::train() {
  if (std::exchange(is_evaluated_, false)) swap_average();
}

void Optimizer::swap_average() {
  if (has_average_ == false || wrappers_.swap_average(parameters_)) return;
  bool is_begun = false, has_average = false;
  for (const Parameter& parameter : parameters_) {
    is_begun = is_begun || parameter.steps > 0;
    for (const auto& [name, value] : parameter.state) {
      if (name != kAverage) continue;
      has_average = true;
      swap_values(parameter.value, value);
    }
  }
  if (is_begun && !wrappers_.are_used()) has_average_ = has_average;
}

NamedState Optimizer::state() const {
  NamedState named;
  for (const Parameter& parameter : parameters_) {
    named.emplace_back(parameter.name + ".steps", labels({parameter.steps}));
    for (const auto& [name, value] : parameter.state) named.emplace_back(parameter.name + '.' + name, value);
  }
  wrappers_.save(parameters_, named);
  if (is_evaluated_) named.emplace_back("evaluated", labels({1}));
  return named;
}

void Optimizer::set_state(const NamedState& state) {
  for (Parameter& parameter : parameters_) parameter.state.clear(), parameter.checked = 0, parameter.steps = -1;
  is_evaluated_ = false;
  has_average_.reset();
  wrappers_.clear();
  for (const auto& [name, value] : state) restore(name, value);
  wrappers_.check_restored();
  for (const Parameter& parameter : parameters_) {
    if (parameter.steps < 0) fail_argument("optimizer: the state of '{}' is missing", parameter.name);
  }
}

void Optimizer::restore(const std::string& name, const Tensor& value) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos && name == "evaluated") return static_cast<void>(is_evaluated_ = true);
  if (dot == std::string::npos && name == "gathered")
    return wrappers_.restore_gathered(static_cast<std::int64_t>(value.item()), parameters_.size());
  const std::string owner = name.substr(0, dot), kind = dot == std::string::npos ? "" : name.substr(dot + 1);
  const auto of_owner = [&](const Parameter& parameter) { return parameter.name == owner; };
  const auto parameter = std::find_if(parameters_.begin(), parameters_.end(), of_owner);
  if (parameter == parameters_.end() || kind.empty()) fail_argument("optimizer: state '{}' belongs to no parameter", name);
  if (kind == "steps") {
    parameter->steps = static_cast<std::int64_t>(value.item());
    if (parameter->steps < 0) fail_argument("optimizer: '{}' cannot have made {} steps", owner, parameter->steps);
  } else if (!wrappers_.restore(parameters_, static_cast<std::size_t>(parameter - parameters_.begin()), kind, value)) {
    parameter->state.emplace_back(kind, value.clone());
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
