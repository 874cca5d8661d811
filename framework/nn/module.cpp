#include "descent/nn/module.h"

namespace descent::nn {

ComponentKind& Module::kind() {
  static ComponentKind kind("layer", "layers");
  return kind;
}

ComponentKind& Model::kind() {
  static ComponentKind kind("model", "models");
  return kind;
}

Shape Module::build(const Shape& input, Build&) { return input; }

void Module::collect(NamedTensors Module::*which, const std::string& prefix, NamedTensors& all) const {
  for (const auto& [name, tensor] : this->*which) all.emplace_back(prefix + name, tensor);
  for (const auto& [name, module] : modules_) module->collect(which, prefix + name + '.', all);
}

void Module::collect(std::vector<Rng*>& all) {
  if (Rng* own = generator()) all.push_back(own);
  for (const auto& entry : modules_) entry.second->collect(all);
}

NamedTensors Module::named_parameters() const {
  NamedTensors all;
  collect(&Module::parameters_, "", all);
  return all;
}

NamedTensors Module::named_buffers() const {
  NamedTensors all;
  collect(&Module::buffers_, "", all);
  return all;
}

std::vector<Tensor> Module::parameters() const {
  std::vector<Tensor> all;
  for (auto& entry : named_parameters()) all.push_back(std::move(entry.second));
  return all;
}

std::int64_t Module::parameter_count() const {
  std::int64_t count = 0;
  for (const Tensor& parameter : parameters()) count += parameter.size();
  return count;
}

void Module::zero_grad() const {
  for (const auto& entry : parameters_) entry.second.zero_grad();
  for (const auto& entry : modules_) entry.second->zero_grad();
}

std::vector<Rng*> Module::generators() {
  std::vector<Rng*> all;
  collect(all);
  return all;
}

void Module::train(bool training) {
  training_ = training;
  for (const auto& entry : modules_) entry.second->train(training);
}

Tensor Module::register_parameter(std::string name, Tensor tensor) {
  tensor.set_requires_grad();
  return parameters_.emplace_back(std::move(name), std::move(tensor)).second;
}

Tensor Module::register_buffer(std::string name, Tensor tensor) { return buffers_.emplace_back(std::move(name), std::move(tensor)).second; }

void Module::register_module(std::string name, std::shared_ptr<Module> module) {
  modules_.emplace_back(std::move(name), std::move(module));
}

namespace {
thread_local Rng generator(0, Stream::init);
}

Rng& default_generator() { return generator; }
void manual_seed(std::uint64_t seed) { generator = Rng(seed, Stream::init); }

}  // namespace descent::nn
