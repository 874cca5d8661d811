#include "descent/data/numbers.h"

#include <cmath>
#include <cstring>

namespace descent {
namespace {

constexpr std::string_view kBlanks = " \t";

template <class T>
Tensor copied(const std::vector<T>& values, const Shape& shape) {
  Tensor tensor = empty(shape, kDTypeOf<T>);
  if (!values.empty()) std::memcpy(tensor.data<T>(), values.data(), values.size() * sizeof(T));
  return tensor;
}

}  // namespace

bool parse_cell(std::string_view text, double& number) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return false;
  return parse_number(text.substr(first, text.find_last_not_of(kBlanks) + 1 - first), number);
}

std::string Numbers::add(double number) {
  if (dtype_ == DType::float64) {
    doubles_.push_back(number);
  } else {
    floats_.push_back(static_cast<float>(number));
    if (std::isinf(floats_.back())) return fmt::format("{} does not fit float32", number);
  }
  return fits_table(static_cast<std::uint64_t>(size()), dtype_) ? "" : "the table is larger than 2 GiB";
}

Tensor Numbers::tensor(const Shape& shape) const { return dtype_ == DType::float32 ? copied(floats_, shape) : copied(doubles_, shape); }

}  // namespace descent
