#include "workload.h"

#include <cmath>
#include <numeric>
#include <utility>

#include "descent/core/rng.h"

namespace bench {

std::vector<float> random_values(std::int64_t count, std::uint64_t seed) {
  descent::Rng rng(seed);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = static_cast<float>(rng.uniform(-1, 1));
  return values;
}

std::vector<std::int64_t> shuffled_rows(std::int64_t rows, std::uint64_t epoch) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(rows));
  std::iota(order.begin(), order.end(), 0);
  descent::Rng(0, descent::Stream::shuffle, epoch).shuffle(order);
  return order;
}

Training make_training(std::vector<std::int64_t> widths, const std::string& activation, const std::string& loss,
                       const std::string& optimizer, double lr, std::int64_t rows) {
  Training training{std::move(widths), activation, loss, optimizer, lr, rows, 0, {}, {}, {}, {}};
  const auto& sizes = training.widths;
  for (std::size_t i = 1; i < sizes.size(); ++i) {
    const float bound = 1 / std::sqrt(static_cast<float>(sizes[i - 1]));
    for (std::int64_t count : {sizes[i] * sizes[i - 1], sizes[i]}) {
      training.parameters.push_back(random_values(count, training.parameters.size()));
      for (float& value : training.parameters.back()) value *= bound;
    }
  }
  training.x = random_values(rows * sizes.front(), 100);
  if (loss == "mse") training.y = random_values(rows * sizes.back(), 101);
  descent::Rng rng(102);
  for (std::int64_t i = 0; i < rows && loss != "mse"; ++i) {
    training.labels.push_back(static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(sizes.back()))));
  }
  return training;
}

}  // namespace bench
