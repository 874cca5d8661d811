#include "descent/nn/layers.h"

namespace descent::nn {
namespace {

// A batch's shape with axes `start` to `end` as one.
Shape flattened(const Shape& shape, std::int64_t start, std::int64_t end) {
  const int first = normalize_axis("flatten", start, shape), last = normalize_axis("flatten", end, shape);
  if (first > last) fail_argument("flatten: axis {} comes after axis {} of {}", start, end, to_string(shape));
  if (first == 0) fail_argument("flatten: start_dim {} would merge the samples of {}", start, to_string(shape));
  Shape result(shape.begin(), shape.begin() + first);
  result.push_back(Shape(shape.begin() + first, shape.begin() + last + 1).size());
  for (int axis = last + 1; axis < shape.rank(); ++axis) result.push_back(shape[axis]);
  return result;
}

}  // namespace

void Flatten::options(Options& option) {
  option("start_dim", start_, kAny, "first axis; 0 is that of the samples");
  option("end_dim", end_, kAny, "last axis; -1 is the last of all");
}

Shape Flatten::build(const Shape& input, Build&) {
  Shape batch{1};
  for (const std::int64_t size : input) batch.push_back(size);
  const Shape output = flattened(batch, start_, end_);
  return Shape(output.begin() + 1, output.end());
}

Tensor Flatten::forward(const Tensor& x) {
  const Shape shape = flattened(x.shape(), start_, end_);
  return reshape(x, {shape.begin(), shape.end()});
}

namespace {
const Register<Module, Flatten> flatten_layer("flatten", "axes start_dim to end_dim as one");
}

}  // namespace descent::nn
