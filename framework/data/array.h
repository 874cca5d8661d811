#pragma once
#include "descent/data/input.h"
#include "descent/data/readers.h"

namespace descent {

// How a binary file stores a number.
struct ElementType {
  enum class Kind { boolean, integer, natural, real };
  Kind kind;
  std::size_t bytes;
  bool big_endian;
};

// "uint8", "float64", as NumPy names it.
std::string to_string(const ElementType& type);

// Reads the rest of a file, exactly the elements of `shape` in row-major order, divided by `scale`. Refuses infinities and NaN.
Array read_elements(Input& input, const ElementType& type, const Shape& shape, DType dtype, double scale = 1);

}  // namespace descent
