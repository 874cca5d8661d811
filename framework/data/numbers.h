#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "descent/autograd/tensor.h"
#include "descent/options/value.h"

namespace descent {

// The largest table that a reader makes, in bytes.
inline constexpr std::uint64_t kTableLimit = std::uint64_t{2} << 30;

// product *= factor; false when that does not fit std::int64_t, in which shapes count.
inline bool multiply_checked(std::uint64_t& product, std::uint64_t factor) {
  if (factor != 0 && product > std::uint64_t{std::numeric_limits<std::int64_t>::max()} / factor) return false;
  product *= factor;
  return true;
}

// Whether `count` values of the dtype stay within the table limit.
inline bool fits_table(std::uint64_t count, DType dtype) { return count <= kTableLimit / bytes_of(dtype); }

// A number of a text file: as parse_number, with blanks around it and a leading `+`.
bool parse_cell(std::string_view text, double& number);

// A count of a text file: digits only.
inline bool parse_count(std::string_view text, std::int64_t& count) {
  return text.find_first_not_of("0123456789") == std::string_view::npos && parse_integer(text, count);
}

// Appends numbers in the run's dtype.
class Numbers {
 public:
  explicit Numbers(DType dtype) : dtype_(dtype) {}
  // Returns what is wrong, empty when the number is taken: it overflows the dtype, or the table its limit.
  [[nodiscard]] std::string add(double number);
  std::int64_t size() const { return static_cast<std::int64_t>(dtype_ == DType::float32 ? floats_.size() : doubles_.size()); }
  Tensor tensor(const Shape& shape) const;

 private:
  DType dtype_;
  std::vector<float> floats_;
  std::vector<double> doubles_;
};

}  // namespace descent
