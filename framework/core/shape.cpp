#include "descent/core/shape.h"

#include <algorithm>

#include "descent/core/error.h"

namespace descent {

void Shape::push_back(std::int64_t size) {
  if (rank_ == kMaxRank) fail_argument("shape: at most {} axes are supported", kMaxRank);
  if (size < 0) fail_argument("shape: {} is no size", size);
  sizes_[static_cast<std::size_t>(rank_++)] = size;
}

std::string to_string(const Shape& shape) {
  std::string text = "(";
  for (int i = 0; i < shape.rank(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + (shape.rank() == 1 ? ",)" : ")");
}

Shape broadcast(const char* op, const Shape& a, const Shape& b) {
  if (a == b) return a;
  const int rank = std::max(a.rank(), b.rank());
  Shape result;
  for (int i = 0; i < rank; ++i) {
    const int ia = i - (rank - a.rank()), ib = i - (rank - b.rank());
    const std::int64_t na = ia < 0 ? 1 : a[ia], nb = ib < 0 ? 1 : b[ib];
    if (na != nb && na != 1 && nb != 1) fail_argument("{}: cannot broadcast {} with {}", op, to_string(a), to_string(b));
    result.push_back(na == 1 ? nb : na);
  }
  return result;
}

int normalize_axis(const char* op, std::int64_t axis, const Shape& shape) {
  if (axis < -shape.rank() || axis >= shape.rank()) fail_argument("{}: axis {} is out of range for {}", op, axis, to_string(shape));
  return static_cast<int>(axis < 0 ? axis + shape.rank() : axis);
}

}  // namespace descent
