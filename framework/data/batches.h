#pragma once
#include "descent/data/dataset.h"

namespace descent {

struct Batch {
  Tensor x, y;
};

// Mini-batches of a view. The order of an epoch is a function of seed and epoch alone, so that a run resumes anywhere.
class Batches {
 public:
  // `batch_size` 0 stands for all rows at once; such a batch is gathered once and keeps the order of the view.
  // With `drop_last`, rows that do not fill a batch are left out of the epoch.
  Batches(View view, std::int64_t batch_size, bool shuffle = false, bool drop_last = false, std::uint64_t seed = 0);

  std::int64_t per_epoch() const { return count_; }
  std::int64_t least_rows() const;  // of a batch: those of the last, if it is not full
  void start_epoch(std::uint64_t epoch);
  // Batch 0 … per_epoch()-1 of the epoch, in memory of its own from the pool.
  Batch operator[](std::int64_t index);

 private:
  View view_;
  std::vector<std::int64_t> order_;  // rows of the table in this epoch
  std::int64_t batch_size_, count_;
  bool shuffle_;
  std::uint64_t seed_;
  Batch whole_;  // of an epoch that is one batch
};

}  // namespace descent
