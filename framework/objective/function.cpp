#include "descent/objective/function.h"

#include "descent/autograd/ops.h"
#include "descent/core/rng.h"

namespace descent {
namespace {

// How a point of fewer dimensions goes on.
std::vector<double> repeated(const std::vector<double>& values, std::size_t n) {
  std::vector<double> result(n);
  for (std::size_t i = 0; i < n; ++i) result[i] = values[i % values.size()];
  return result;
}

std::vector<std::string> names_in(const FunctionDefinition& definition) {
  std::vector<std::string> names;
  if (definition.start.size() == 2) names = {"x", "y"};
  while (names.size() < definition.start.size()) names.push_back("x" + std::to_string(names.size() + 1));
  for (const auto& [name, value] : definition.constants) names.push_back(name);
  return names;
}

}  // namespace

Function::Function(FunctionDefinition definition) : definition_(std::move(definition)), start_(definition_.start) {}

void Function::options(Options& option) {
  option("start", start_, kAny, "the first point");
  if (scalable()) {
    const Range range{static_cast<double>(definition_.least), static_cast<double>(definition_.most)};
    option("dimension", dimension_, range, "start is repeated to this many numbers");
  }
  for (auto& [name, value] : definition_.constants) option(name.c_str(), value, kPositive, "a constant of the formula");
  option("noise", noise_, kNotNegative, "every step sees f + noise · ξ·x, ξ ~ N(0, 1) drawn anew");
}

void Function::check_options(const Value& given, const Reading& reading) const {
  const auto n = static_cast<std::int64_t>(start_.size()), standard = static_cast<std::int64_t>(definition_.start.size());
  const std::int64_t low = !scalable() ? standard : dimension_ ? 1 : definition_.least;
  const std::int64_t high = !scalable() ? standard : dimension_.value_or(definition_.most);
  if (n >= low && n <= high) return;
  const Value* start = given.find("start");
  const std::int64_t bound = n < low ? low : high;
  const char* how = low == high ? "" : n < low ? "at least " : "at most ";
  reading.at("start").error(start ? *start : given, fmt::format("expected {}{} number{}, got {}", how, bound, bound == 1 ? "" : "s", n));
}

std::vector<std::pair<std::string, Tensor>> Function::prepare(DType dtype, std::uint64_t seed) {
  seed_ = seed;
  constants_.clear();
  for (const auto& [name, value] : definition_.constants) constants_.push_back(scalar(value, dtype));
  if (!definition_.value) {
    program_ = Program(definition_.formula, names_in(definition_));
    program_.prepare(dtype);
  }
  const std::vector<double> x = repeated(start_, dimension());
  return {{"x", tensor(Shape{static_cast<std::int64_t>(x.size())}, x, dtype).set_requires_grad()}};
}

Tensor Function::value(const std::vector<Tensor>& parameters) const {
  const Tensor& x = parameters[0];
  if (definition_.value) return definition_.value(x);
  std::vector<Tensor> operands;
  operands.reserve(dimension() + constants_.size());
  for (std::int64_t i = 0; i < x.size(); ++i) operands.push_back(slice(x, 0, i, i + 1));
  operands.insert(operands.end(), constants_.begin(), constants_.end());
  return program_(operands.data());
}

Tensor Function::sample(const std::vector<Tensor>& parameters, std::int64_t step) const {
  const Tensor f = value(parameters);
  if (noise_ == 0) return f;
  Rng rng(seed_, Stream::data, static_cast<std::uint64_t>(step));
  std::vector<double> slope(dimension());
  for (double& s : slope) s = noise_ * rng.normal();
  const Tensor& x = parameters[0];
  return f + sum(x * tensor(x.shape(), slope, x.dtype()));
}

std::optional<double> Function::minimum() const {
  if (!definition_.minimum || !scalable()) return definition_.minimum;
  return *definition_.minimum * static_cast<double>(dimension());
}

std::vector<std::vector<double>> Function::minimisers() const {
  std::vector<std::vector<double>> points;
  for (const auto& point : definition_.minimisers) points.push_back(repeated(point, dimension()));
  return points;
}

RegisterFunction::RegisterFunction(const FunctionDefinition& definition) {
  Objective::kind().add({definition.name, definition.formula, [definition] { return std::make_unique<Function>(definition); }});
}

}  // namespace descent
