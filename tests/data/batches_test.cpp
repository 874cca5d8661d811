#include "descent/data/batches.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "tests/temporary_folder.h"

namespace descent::test {
namespace {

// Row i is (i, -i) with label i.
View rows(std::int64_t n) {
  Table table;
  table.x = empty({n, 2}, DType::float32);
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  for (std::int64_t i = 0; i < n; ++i) {
    table.x.data<float>()[2 * i] = static_cast<float>(i);
    table.x.data<float>()[2 * i + 1] = static_cast<float>(-i);
  }
  table.y = labels(order);
  return {std::make_shared<const Table>(table), order};
}

std::vector<double> labels_of(Batches& batches, std::uint64_t epoch) {
  std::vector<double> all;
  batches.start_epoch(epoch);
  for (std::int64_t i = 0; i < batches.per_epoch(); ++i) {
    const std::vector<double> some = batches[i].y.to_vector();
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

TEST(Batches, GatherRowsWithTheirTargets) {
  Batches batches(rows(7), 3, true, false, 1);
  batches.start_epoch(1);
  EXPECT_EQ(batches.per_epoch(), 3);
  for (std::int64_t i = 0; i < 3; ++i) {
    const Batch batch = batches[i];
    ASSERT_EQ(batch.x.shape(), (Shape{i == 2 ? 1 : 3, 2}));
    for (std::int64_t j = 0; j < batch.y.size(); ++j) {
      EXPECT_EQ(batch.x.at(2 * j), batch.y.at(j));
      EXPECT_EQ(batch.x.at(2 * j + 1), -batch.y.at(j));
    }
  }
}

TEST(Batches, ShowEveryRowOnceAnEpoch) {
  Batches batches(rows(10), 4, true);
  std::vector<double> seen = labels_of(batches, 3);
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, (std::vector<double>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(Batches, OrderAnEpochBySeedAndEpochAlone) {
  Batches a(rows(20), 4, true, false, 5), b(rows(20), 4, true, false, 5), other(rows(20), 4, true, false, 6);
  labels_of(a, 1);
  EXPECT_EQ(labels_of(a, 2), labels_of(b, 2));
  EXPECT_NE(labels_of(a, 2), labels_of(a, 3));
  EXPECT_NE(labels_of(a, 2), labels_of(other, 2));
}

TEST(Batches, DropTheRestOnRequest) {
  Batches batches(rows(10), 4, false, true);
  EXPECT_EQ(labels_of(batches, 1), (std::vector<double>{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(error_of(ErrorKind::invalid, [] { Batches(rows(3), 4, false, true); }),
            "batches: drop_last leaves no batch: batch_size 4 is over the 3 rows");
}

TEST(Batches, KeepTheOrderOfTheViewUnshuffled) {
  View view = rows(9);
  view.rows = {8, 1, 5};
  Batches batches(view, 2);
  EXPECT_EQ(labels_of(batches, 4), (std::vector<double>{8, 1, 5}));
}

TEST(Batches, GatherAFullBatchOnceAndInOrder) {
  Batches batches(rows(5), 0, true);
  batches.start_epoch(1);
  const Tensor first = batches[0].x;
  batches.start_epoch(2);
  EXPECT_EQ(batches[0].x.data<float>(), first.data<float>());
  EXPECT_EQ(batches[0].y.to_vector(), (std::vector<double>{0, 1, 2, 3, 4}));
}

}  // namespace
}  // namespace descent::test
