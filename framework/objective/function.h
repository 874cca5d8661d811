#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "descent/objective/objective.h"
#include "descent/objective/program.h"

namespace descent {

// A function that its formula, an expression in the coordinates x, y of two, x1, x2, … of any other number, defines.
// A scalable one has a `value` instead, and its minimum and minimisers are those of one dimension, which add up and repeat.
struct FunctionDefinition {
  std::string name, formula;
  std::vector<double> start;
  std::optional<double> minimum = std::nullopt;
  std::vector<std::vector<double>> minimisers = {};
  std::int64_t least = 0;  // the dimensions that it makes sense from; 0: its dimension is fixed
  std::function<Tensor(const Tensor& x)> value = nullptr;
  std::vector<std::pair<std::string, double>> constants = {};  // of the formula; each is a positive option
  std::int64_t most = 1'000'000;                               // the dimensions that a scalable one can be computed with
};

// An objective of one parameter, the vector `x`.
class Function : public Objective {
 public:
  explicit Function(FunctionDefinition definition);
  void options(Options& option) override;
  void check_options(const Value& given, const Reading& reading) const override;
  std::vector<std::pair<std::string, Tensor>> prepare(DType dtype, std::uint64_t seed) override;
  Tensor value(const std::vector<Tensor>& parameters) const override;
  Tensor sample(const std::vector<Tensor>& parameters, std::int64_t step) const override;
  std::optional<double> minimum() const override;
  std::vector<std::vector<double>> minimisers() const override;
  std::string formula() const override { return definition_.formula; }

 protected:
  bool scalable() const { return definition_.least > 0; }
  std::size_t dimension() const { return dimension_ ? static_cast<std::size_t>(*dimension_) : start_.size(); }

  FunctionDefinition definition_;
  std::vector<double> start_;
  std::optional<std::int64_t> dimension_;

 private:
  double noise_ = 0;
  std::uint64_t seed_ = 0;
  Program program_;
  std::vector<Tensor> constants_;
};

//   const RegisterFunction booth({"booth", "(x + 2*y - 7)^2 + (2*x + y - 5)^2", {-9, -9}, 0, {{1, 3}}});
struct RegisterFunction {
  RegisterFunction(const FunctionDefinition& definition);
};

}  // namespace descent
