#include "descent/objective/program.h"

#include <algorithm>

#include "descent/autograd/ops.h"

namespace descent {

static Tensor power(const Tensor* a) { return pow(a[0], a[1]); }

const std::vector<Operation>& operations() {
  static const std::vector<Operation> list = {
      {"+", 2, 1, [](const Tensor* a) { return a[0] + a[1]; }},
      {"-", 2, 1, [](const Tensor* a) { return a[0] - a[1]; }},
      {"*", 2, 2, [](const Tensor* a) { return a[0] * a[1]; }},
      {"/", 2, 2, [](const Tensor* a) { return a[0] / a[1]; }},
      {"-", 1, 3, [](const Tensor* a) { return -a[0]; }},
      {"^", 2, kPowerPrecedence, power},
      {"exp", 1, 0, [](const Tensor* a) { return exp(a[0]); }},
      {"log", 1, 0, [](const Tensor* a) { return log(a[0]); }},
      {"sqrt", 1, 0, [](const Tensor* a) { return sqrt(a[0]); }},
      {"abs", 1, 0, [](const Tensor* a) { return abs(a[0]); }},
      {"sin", 1, 0, [](const Tensor* a) { return sin(a[0]); }},
      {"cos", 1, 0, [](const Tensor* a) { return cos(a[0]); }},
      {"tan", 1, 0, [](const Tensor* a) { return tan(a[0]); }},
      {"tanh", 1, 0, [](const Tensor* a) { return tanh(a[0]); }},
      {"sigmoid", 1, 0, [](const Tensor* a) { return sigmoid(a[0]); }},
      {"softplus", 1, 0, [](const Tensor* a) { return softplus(a[0]); }},
      {"relu", 1, 0, [](const Tensor* a) { return relu(a[0]); }},
      {"min", 2, 0, [](const Tensor* a) { return minimum(a[0], a[1]); }},
      {"max", 2, 0, [](const Tensor* a) { return maximum(a[0], a[1]); }},
      {"pow", 2, 0, power},
  };
  return list;
}

void Program::add_operation(const Operation& operation) {
  const auto operands = code_.end() - static_cast<std::ptrdiff_t>(operation.arity);
  const bool constant = std::all_of(operands, code_.end(), [](const Instruction& i) { return i.kind == Kind::constant; });
  if (constant) {
    std::vector<Tensor> values;
    for (auto i = operands; i != code_.end(); ++i) values.push_back(scalar(i->number, DType::float64));
    operands->number = operation.apply(values.data()).item();
    code_.erase(operands + 1, code_.end());
  } else if (operation.apply == power && code_.back().kind == Kind::constant) {
    code_.back().kind = Kind::power;  // x^2 is then x·x to the last bit
  } else {
    code_.push_back({Kind::operation, 0, 0, &operation});
  }
}

void Program::prepare(DType dtype) {
  for (Instruction& i : code_) {
    if (i.kind == Kind::constant) i.constant = scalar(i.number, dtype);
  }
}

Tensor Program::operator()(const Tensor* parameters) const {
  stack_.clear();
  for (const Instruction& i : code_) {
    switch (i.kind) {
      case Kind::parameter:
        stack_.push_back(parameters[i.index]);
        break;
      case Kind::constant:
        stack_.push_back(i.constant);
        break;
      case Kind::power:
        stack_.back() = pow(stack_.back(), i.number);
        break;
      case Kind::operation:
        Tensor result = i.operation->apply(stack_.data() + (stack_.size() - i.operation->arity));
        stack_.resize(stack_.size() - i.operation->arity + 1);
        stack_.back() = std::move(result);
    }
  }
  return std::move(stack_.back());
}

bool Program::uses(std::size_t parameter) const {
  return std::any_of(code_.begin(), code_.end(), [&](const Instruction& i) { return i.kind == Kind::parameter && i.index == parameter; });
}

}  // namespace descent
