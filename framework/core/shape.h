#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace descent {

// The sizes of a tensor's axes, outermost first. Up to kMaxRank axes are held inline; the empty shape is that of a scalar.
class Shape {
 public:
  static constexpr int kMaxRank = 6;

  Shape() = default;
  Shape(std::initializer_list<std::int64_t> sizes) : Shape(sizes.begin(), sizes.end()) {}
  template <class Iterator>
  Shape(Iterator first, Iterator last) {
    for (; first != last; ++first) push_back(static_cast<std::int64_t>(*first));
  }

  int rank() const { return rank_; }
  // The number of elements.
  std::int64_t size() const {
    std::int64_t product = 1;
    for (std::int64_t n : *this) product *= n;
    return product;
  }
  std::int64_t& operator[](int axis) { return sizes_[static_cast<std::size_t>(axis)]; }
  std::int64_t operator[](int axis) const { return sizes_[static_cast<std::size_t>(axis)]; }
  std::int64_t back() const { return sizes_[static_cast<std::size_t>(rank_ - 1)]; }
  const std::int64_t* begin() const { return sizes_.data(); }
  const std::int64_t* end() const { return sizes_.data() + rank_; }

  // Throws beyond kMaxRank axes, and for a negative size.
  void push_back(std::int64_t size);

  friend bool operator==(const Shape& a, const Shape& b) {
    if (a.rank_ != b.rank_) return false;
    for (int i = 0; i < a.rank_; ++i) {
      if (a[i] != b[i]) return false;
    }
    return true;
  }
  friend bool operator!=(const Shape& a, const Shape& b) { return !(a == b); }

 private:
  std::array<std::int64_t, kMaxRank> sizes_{};
  int rank_ = 0;
};

// "(4, 3)"; "()" for a scalar, "(4,)" for one axis.
std::string to_string(const Shape& shape);

// NumPy's rule: axes are aligned at the end, sizes must agree or be 1. Throws `OP: cannot broadcast (4, 3) with (2,)`.
Shape broadcast(const char* op, const Shape& a, const Shape& b);

// An axis counted from the front; -1 is the last. Throws `OP: axis 3 is out of range for (4, 3)`.
int normalize_axis(const char* op, std::int64_t axis, const Shape& shape);

}  // namespace descent
