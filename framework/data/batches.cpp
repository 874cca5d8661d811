#include "descent/data/batches.h"

#include <algorithm>
#include <cstring>

#include "descent/core/rng.h"

namespace descent {
namespace {

// Copies rows of a table into a new tensor.
Tensor gather_rows(const Tensor& table, const std::int64_t* rows, std::int64_t count) {
  Shape shape = table.shape();
  const std::size_t bytes = static_cast<std::size_t>(table.size() / shape[0]) * bytes_of(table.dtype());
  shape[0] = count;
  const Tensor batch = empty(shape, table.dtype());
  const auto copy = [&](auto zero) {
    using T = decltype(zero);
    const auto* from = reinterpret_cast<const char*>(table.data<T>());
    auto* to = reinterpret_cast<char*>(batch.data<T>());
    for (std::int64_t i = 0; i < count; ++i, to += bytes) std::memcpy(to, from + static_cast<std::size_t>(rows[i]) * bytes, bytes);
  };
  if (table.dtype() == DType::int64) {
    copy(std::int64_t{});
  } else {
    dispatch(table.dtype(), copy);
  }
  return batch;
}

}  // namespace

Batches::Batches(View view, std::int64_t batch_size, bool shuffle, bool drop_last, std::uint64_t seed)
    : view_(std::move(view)), order_(view_.rows), batch_size_(batch_size), shuffle_(shuffle), seed_(seed) {
  const auto rows = static_cast<std::int64_t>(view_.rows.size());
  if (rows == 0) fail_argument("batches: there are no rows");
  if (batch_size < 0) fail_argument("batches: batch_size {} is negative", batch_size);
  if (batch_size == 0 || (batch_size > rows && !drop_last)) batch_size_ = rows;
  count_ = drop_last ? rows / batch_size_ : (rows + batch_size_ - 1) / batch_size_;
  if (count_ == 0) fail_argument("batches: drop_last leaves no batch: batch_size {} is over the {} rows", batch_size, rows);
  if (batch_size_ >= rows) shuffle_ = false;
}

std::int64_t Batches::least_rows() const {
  return std::min(batch_size_, static_cast<std::int64_t>(order_.size()) - (count_ - 1) * batch_size_);
}

void Batches::start_epoch(std::uint64_t epoch) {
  if (!shuffle_) return;
  order_ = view_.rows;
  Rng(seed_, Stream::shuffle, epoch).shuffle(order_);
}

Batch Batches::operator[](std::int64_t index) {
  if (whole_.x.defined()) return whole_;
  const std::int64_t start = index * batch_size_;
  const std::int64_t count = std::min(batch_size_, static_cast<std::int64_t>(order_.size()) - start);
  const Table& table = *view_.table;
  const Batch batch{gather_rows(table.x, order_.data() + start, count), gather_rows(table.y, order_.data() + start, count)};
  if (count == static_cast<std::int64_t>(order_.size())) whole_ = batch;
  return batch;
}

}  // namespace descent
