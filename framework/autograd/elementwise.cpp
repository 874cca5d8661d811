#include "descent/autograd/elementwise.h"

#include <algorithm>
#include <array>

#include "descent/autograd/axes.h"
#include "descent/autograd/kernels.h"

namespace descent {
namespace {

constexpr int kOperands = Node::kInline;

bool same_shapes(const Node& y) {
  for (std::uint32_t i = 0; i < y.input_count; ++i) {
    if (y.inputs[i]->size != y.size) return false;
  }
  return true;
}

Walk<kOperands> walk_of(const Node& y) {
  std::array<Shape, kOperands> strides;
  for (std::uint32_t i = 0; i < kOperands; ++i) strides[i] = strides_as(i < y.input_count ? y.inputs[i]->shape : y.shape, y.shape);
  return Walk<kOperands>(y.shape, strides);
}

// Calls f(n, in, at, offsets) for contiguous blocks of the output: `in` points to as many contiguous elements of every operand, an operand
// that is constant along the row being spread out; the block lies at y[at], the operands' elements at `offsets`.
template <class T, class F>
void blocks(const Node& y, const Walk<kOperands>& walk, const F& f) {
  T spread[kOperands][kBlock];
  const std::int64_t length = std::min(walk.inner(), kBlock);
  std::int64_t at = 0;
  walk.rows([&](std::array<std::int64_t, kOperands> offsets) {
    for (std::uint32_t k = 0; k < y.input_count; ++k) {
      if (walk.stride(static_cast<int>(k)) == 0) fill(length, spread[k], y.in<T>(k)[offsets[k]]);
    }
    for (std::int64_t start = 0; start < walk.inner(); start += length) {
      const T* in[kOperands];
      for (std::uint32_t k = 0; k < y.input_count; ++k) {
        in[k] = walk.stride(static_cast<int>(k)) == 0 ? spread[k] : y.in<T>(k) + offsets[k];
      }
      const std::int64_t n = std::min(length, walk.inner() - start);
      f(n, in, at, offsets);
      at += n;
      for (std::uint32_t k = 0; k < y.input_count; ++k) offsets[k] += walk.stride(static_cast<int>(k)) * n;
    }
  });
}

// Whether every operand is either whole or one short row that all rows of the output meet.
bool repeats_rows(const Node& y, const Walk<kOperands>& walk) {
  bool rows = walk.rank == 2 && 2 * walk.inner() <= kBlock;
  for (std::uint32_t k = 0; k < y.input_count; ++k) rows &= walk.stride(static_cast<int>(k)) == 1;
  return rows;
}

// Then several rows are done at once, the row being repeated.
template <class T>
void forward_rows(Node& y, const Walk<kOperands>& walk, ValueLoop<T> value) {
  const std::int64_t width = walk.inner(), step = kBlock / width * width;
  T repeated[kOperands][kBlock];
  for (std::uint32_t k = 0; k < y.input_count; ++k) {
    if (walk.strides[1][k] != 0) continue;
    for (std::int64_t i = 0; i < step; i += width) std::copy_n(y.in<T>(k), width, repeated[k] + i);
  }
  for (std::int64_t at = 0; at < y.size; at += step) {
    const T* in[kOperands];
    for (std::uint32_t k = 0; k < y.input_count; ++k) in[k] = walk.strides[1][k] == 0 ? repeated[k] : y.in<T>(k) + at;
    value(std::min(step, y.size - at), in, y.out<T>() + at);
  }
}

// The gradient of an operand as large as the output: written straight away when it is the first.
template <class T>
void backward_whole(Node& y, std::uint32_t k, SlopeLoop<T> slope, bool same) {
  const auto dx = y.in_grad<T>(k);
  const auto put = [&](std::int64_t n, const T* const* in, std::int64_t at) {
    T block[kBlock];
    slope(n, in, y.out<T>() + at, y.out_grad<T>() + at, dx.accumulate ? block : dx.data + at);
    if (dx.accumulate) add_to(n, dx.data + at, block);
  };
  if (!same) return blocks<T>(y, walk_of(y), [&](std::int64_t n, const T* const* in, std::int64_t at, const auto&) { put(n, in, at); });
  const std::int64_t step = dx.accumulate ? kBlock : y.size;
  for (std::int64_t at = 0; at < y.size; at += step) {
    const T* in[kOperands];
    for (std::uint32_t i = 0; i < y.input_count; ++i) in[i] = y.in<T>(i) + at;
    put(std::min(step, y.size - at), in, at);
  }
}

template <class T>
void backward_broadcast(Node& y, std::uint32_t k, SlopeLoop<T> slope, const Walk<kOperands>& walk) {
  const bool constant = walk.stride(static_cast<int>(k)) == 0;
  const std::int64_t size = y.inputs[k]->size,
                     terms = y.size / std::max<std::int64_t>(1, size * (constant ? std::min(walk.inner(), kBlock) : 1));
  const RowSums<T> dx(y.in_grad_sum<T>(k), size, terms);
  blocks<T>(y, walk, [&](std::int64_t n, const T* const* in, std::int64_t at, const auto& offsets) {
    T block[kBlock];
    slope(n, in, y.out<T>() + at, y.out_grad<T>() + at, block);
    if (!constant) return dx.add(offsets[k], n, block);
    const T total = block_sum(n, block);
    dx.add(offsets[k], 1, &total);
  });
}

}  // namespace

template <class T>
void elementwise_forward(Node& y) {
  const ValueLoop<T> value = static_cast<const ElementwiseOp*>(y.op)->loops<T>().value;
  if (same_shapes(y)) {
    const T* in[kOperands];
    for (std::uint32_t k = 0; k < y.input_count; ++k) in[k] = y.in<T>(k);
    return value(y.size, in, y.out<T>());
  }
  const Walk<kOperands> walk = walk_of(y);
  if (repeats_rows(y, walk)) return forward_rows(y, walk, value);
  blocks<T>(y, walk, [&](std::int64_t n, const T* const* in, std::int64_t at, const auto&) { value(n, in, y.out<T>() + at); });
}
template void elementwise_forward<float>(Node&);
template void elementwise_forward<double>(Node&);

template <class T>
void elementwise_backward(Node& y) {
  const auto& loops = static_cast<const ElementwiseOp*>(y.op)->loops<T>();
  const bool same = same_shapes(y);
  for (std::uint32_t k = 0; k < y.input_count; ++k) {
    if (!y.inputs[k]->requires_grad || !loops.slopes[k]) continue;
    if (y.inputs[k]->size == y.size) {
      backward_whole<T>(y, k, loops.slopes[k], same);
    } else {
      backward_broadcast<T>(y, k, loops.slopes[k], walk_of(y));
    }
  }
}
template void elementwise_backward<float>(Node&);
template void elementwise_backward<double>(Node&);

Tensor run_elementwise(const ElementwiseOp& op, std::initializer_list<Tensor> operands) {
  Shape shape = operands.begin()->defined() ? operands.begin()->shape() : Shape();
  for (const Tensor& x : operands) {
    check_operands(op.name, {operands.begin(), &x});
    if (x.shape() != shape) shape = broadcast(op.name, shape, x.shape());
  }
  return apply(op, shape, operands, [](Node&) {});
}

}  // namespace descent
