#pragma once
#include <array>
#include <cstdint>
#include <vector>

namespace descent {

// Each use of a seed draws from a stream of its own: Rng(seed, Stream::shuffle, epoch).
enum class Stream : std::uint64_t { init, split, shuffle, dropout, data, user };

// A counter-based generator, Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011): the same numbers on every machine and compiler.
// It is passed explicitly. Different (seed, stream, substream) never share a block of numbers.
class Rng {
 public:
  explicit Rng(std::uint64_t seed = 0, Stream stream = Stream::user, std::uint64_t substream = 0);

  std::uint32_t bits();                            // 32 random bits
  double uniform();                                // [0, 1), a multiple of 2⁻⁵³
  double uniform(double low, double high);         // low + (high − low)·uniform()
  double normal();                                 // mean 0, variance 1; made without libm
  std::uint64_t below(std::uint64_t n);            // 0 … n-1, unbiased; n >= 1
  void shuffle(std::vector<std::int64_t>& items);  // Fisher-Yates

  // The whole state, for checkpoints: the key, the two halves of the block's counter, how many numbers of the block are handed out.
  using State = std::array<std::uint64_t, 4>;
  State state() const;
  void set_state(const State& state);  // throws when it is no state

 private:
  using Block = std::array<std::uint32_t, 4>;
  static Block philox(std::array<std::uint64_t, 2> counter, std::uint64_t key);
  std::uint64_t bits64();

  std::uint64_t key_;
  std::array<std::uint64_t, 2> counter_;
  Block block_;  // of counter_
  std::uint64_t used_ = 0;
};

}  // namespace descent
