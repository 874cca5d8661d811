#include "descent/optim/walk.h"

#include <algorithm>
#include <cmath>

namespace descent::optim {
namespace {

std::vector<Option> declared(const std::string& optimizer, Options& options, std::unique_ptr<Optimizer>& made) {
  made = descent::make<Optimizer>(optimizer);
  made->options(options);
  return options.list();
}

}  // namespace

Walk::Walk(const std::string& optimizer, const Value& options, const std::vector<Shape>& shapes, const std::vector<double>& start) {
  auto from = start.begin();
  for (const Shape& shape : shapes) {
    const std::vector<double> values(from, from + shape.size());
    from += shape.size();
    const char name = shapes.size() == 1 ? 'x' : static_cast<char>('a' + parameters_.size());
    parameters_.emplace_back(std::string(1, name), tensor(shape, values, DType::float64));
    parameters_.back().second.set_requires_grad();
  }
  optimizer_.reset(static_cast<Optimizer*>(Optimizer::kind().make(optimizer, options).release()));
  optimizer_->add_parameters(parameters_);
}

void Walk::step(const Slope& slope, const std::function<void()>& before_update) {
  ++t_;
  optimizer_->step([&] {
    optimizer_->zero_grad();
    std::vector<double> g(w().size());
    const double loss = slope(w(), t_, g);
    auto from = g.begin();
    for (const auto& [name, value] : parameters_) {
      value.backward(tensor(value.shape(), std::vector<double>(from, from + value.size()), DType::float64));
      from += value.size();
    }
    if (before_update) before_update();
    return loss;
  });
}

std::vector<double> Walk::w() const {
  std::vector<double> all;
  for (const auto& [name, value] : parameters_) {
    const double* data = value.data<double>();
    all.insert(all.end(), data, data + value.size());
  }
  return all;
}

void Walk::set_w(const std::vector<double>& values) {
  auto from = values.begin();
  for (const auto& [name, value] : parameters_) {
    std::copy_n(from, value.size(), value.data<double>());
    from += value.size();
  }
}

Value options_of(const std::string& optimizer, const std::vector<std::pair<std::string, Value>>& wanted) {
  Options options;
  std::unique_ptr<Optimizer> made;
  Value map = Value::map();
  for (const Option& option : declared(optimizer, options, made)) {
    for (const auto& [name, value] : wanted) {
      if (option.name == name) map.set(name, value);
    }
  }
  return map;
}

Value without_eps(const std::string& optimizer) {
  Options options;
  std::unique_ptr<Optimizer> made;
  Value map = options_of(optimizer, {{"weight_decay", 0}});
  for (const Option& option : declared(optimizer, options, made)) {
    if (option.type == "number" && (option.name == "eps" || option.name.rfind("eps_", 0) == 0)) map.set(option.name, 0);
  }
  return map;
}

double default_rate(const std::string& optimizer) {
  const auto made = descent::make<Optimizer>(optimizer);
  return made->lr();
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double difference = 0, size = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double d = std::abs(a[i] - b[i]);
    if (!(d <= difference)) difference = d;
    size = std::max(size, std::abs(b[i]));
  }
  return size == 0 ? difference : difference / size;
}

}  // namespace descent::optim
