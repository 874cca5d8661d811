#include "descent/autograd/axes.h"

namespace descent {

Shape strides_as(const Shape& shape, const Shape& as) {
  Shape strides = as;
  std::int64_t stride = 1;
  for (int axis = as.rank() - 1; axis >= 0; --axis) {
    const int own = axis - (as.rank() - shape.rank());
    const bool present = own >= 0 && (shape[own] != 1 || as[axis] == 1);
    strides[axis] = present ? stride : 0;
    if (present) stride *= shape[own];
  }
  return strides;
}

}  // namespace descent
