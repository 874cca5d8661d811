#include "descent/core/rng.h"

#include <cmath>
#include <utility>

#include "descent/core/error.h"
#include "descent/core/math.h"

namespace descent {

// The stream takes the top byte of the counter's lower half, which leaves it 2⁵⁶ blocks before it would meet the next one.
Rng::Rng(std::uint64_t seed, Stream stream, std::uint64_t substream)
    : key_(seed), counter_{static_cast<std::uint64_t>(stream) << 56, substream}, block_(philox(counter_, key_)) {}

Rng::Block Rng::philox(std::array<std::uint64_t, 2> counter, std::uint64_t key) {
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  const auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); };
  Block x{low(counter[0]), high(counter[0]), low(counter[1]), high(counter[1])};
  std::uint32_t key0 = low(key), key1 = high(key);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * x[0], b = std::uint64_t{0xCD9E8D57} * x[2];
    x = {high(b) ^ x[1] ^ key0, low(b), high(a) ^ x[3] ^ key1, low(a)};
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
  return x;
}

std::uint32_t Rng::bits() {
  if (used_ == block_.size()) {
    ++counter_[0];
    block_ = philox(counter_, key_);
    used_ = 0;
  }
  return block_[used_++];
}

std::uint64_t Rng::bits64() {
  const std::uint64_t high = bits();
  return high << 32 | bits();
}

double Rng::uniform() { return static_cast<double>(bits64() >> 11) * 0x1p-53; }

double Rng::uniform(double low, double high) { return low + (high - low) * uniform(); }

// Box and Muller's method in Marsaglia's polar form, which needs no sine; the second number of each pair is dropped to keep the state
// small.
double Rng::normal() {
  double x, square;
  do {
    x = uniform(-1, 1);
    const double y = uniform(-1, 1);
    square = x * x + y * y;
  } while (square >= 1 || square == 0);
  return x * std::sqrt(-2 * math::log(square) / square);
}

// The first 2⁶⁴ mod n numbers are refused: of the others every remainder is as frequent.
std::uint64_t Rng::below(std::uint64_t n) {
  const std::uint64_t refused = (0 - n) % n;
  std::uint64_t number;
  do number = bits64();
  while (number < refused);
  return number % n;
}

void Rng::shuffle(std::vector<std::int64_t>& items) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
}

Rng::State Rng::state() const { return {key_, counter_[0], counter_[1], used_}; }

void Rng::set_state(const State& state) {
  if (state[3] > block_.size()) fail_argument("rng: {} numbers of a block of {} cannot have been used", state[3], block_.size());
  key_ = state[0];
  counter_ = {state[1], state[2]};
  block_ = philox(counter_, key_);
  used_ = state[3];
}

}  // namespace descent
