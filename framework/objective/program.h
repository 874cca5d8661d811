#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "descent/autograd/tensor.h"

namespace descent {

// Thrown, inside the library only, where a text is no expression; `offset` counts its bytes from 0.
struct SyntaxError {
  std::size_t offset;
  std::string message, help;
};

// An operator or a function of expressions.
struct Operation {
  std::string_view name;
  std::size_t arity;
  int precedence;  // 0: a function
  Tensor (*apply)(const Tensor* operands);
};
inline constexpr int kPowerPrecedence = 4;
const std::vector<Operation>& operations();

// An expression as a flat postfix program over a stack of tensors. Parts without parameters are computed once, in float64.
class Program {
 public:
  static constexpr std::size_t kMaxBytes = 16384, kMaxDepth = 200;

  Program() = default;
  // Translates `text`, in which `names` stand for the parameters in order. Throws SyntaxError.
  Program(std::string_view text, const std::vector<std::string>& names);
  static bool is_name(std::string_view text);
  // The names that are taken: pi, e and the functions.
  static const std::vector<std::string>& reserved_names();

  // Fixes the type of the constants; needed before evaluation.
  void prepare(DType dtype);
  // The value at the given parameters. The stack is kept between calls: not for two threads at once.
  Tensor operator()(const Tensor* parameters) const;
  bool uses(std::size_t parameter) const;

  // How the parser builds it: operands first.
  void add_parameter(std::size_t index) { code_.push_back({Kind::parameter, index}); }
  void add_constant(double number) { code_.push_back({Kind::constant, 0, number}); }
  void add_operation(const Operation& operation);

 private:
  enum class Kind : std::uint8_t { parameter, constant, operation, power };
  struct Instruction {
    Kind kind;
    std::size_t index = 0;  // of a parameter
    double number = 0;      // a constant, or the exponent of a power
    const Operation* operation = nullptr;
    Tensor constant = {};
  };
  std::vector<Instruction> code_;
  mutable std::vector<Tensor> stack_;
};

}  // namespace descent
