#include "descent/core/buffer.h"

#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define DESCENT_NO_POOL 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DESCENT_NO_POOL 1
#endif
#endif

namespace descent {
namespace {

constexpr std::size_t kLine = 64;
constexpr std::size_t kSlab = 64 * 1024;  // small blocks are carved out of slabs of this size
constexpr std::size_t kLargestCarved = 8192;
constexpr std::size_t kClasses = 4 * 40;

// Sizes in units of 64 bytes, four classes per doubling: 1 2 3 4 5 6 7 8 10 12 14 16 20 24 …
struct SizeClass {
  std::size_t index, bytes;
};

SizeClass class_of(std::size_t bytes) {
  const std::size_t units = bytes <= kLine ? 1 : (bytes + kLine - 1) / kLine;
  if (units <= 8) return {units - 1, units * kLine};
  const unsigned log = 63U - static_cast<unsigned>(__builtin_clzll(units - 1));  // 2^log < units <= 2^(log+1), log >= 3
  const std::size_t step = std::size_t{1} << (log - 2), quarters = (units - 1 - (std::size_t{1} << log)) / step;
  return {8 + (log - 3) * 4 + quarters, ((std::size_t{1} << log) + (quarters + 1) * step) * kLine};
}

struct FreeBlock {
  FreeBlock* next;
};

// Without a constructor or destructor to run, access needs no guard. The memory lives as long as the process.
struct Pool {
  FreeBlock* free[kClasses];
  char* slab;
  std::size_t slab_left;
};
thread_local Pool pool;

void* from_system(std::size_t bytes) {
  void* block = std::aligned_alloc(kLine, bytes);
  if (!block) throw std::bad_alloc();
  return block;
}

[[gnu::noinline]] void* fresh_block(const SizeClass& size) {
  if (size.bytes > kLargestCarved) return from_system(size.bytes);
  if (pool.slab_left < size.bytes) {
    pool.slab = static_cast<char*>(from_system(kSlab));
    pool.slab_left = kSlab;
  }
  void* block = pool.slab;
  pool.slab += size.bytes;
  pool.slab_left -= size.bytes;
  return block;
}

}  // namespace

void* pool_allocate(std::size_t bytes) {
  if (bytes > std::size_t{1} << 46) throw std::bad_alloc();
  const SizeClass size = class_of(bytes);
#ifdef DESCENT_NO_POOL
  return from_system(size.bytes);
#else
  FreeBlock* block = pool.free[size.index];
  if (!block) return fresh_block(size);
  pool.free[size.index] = block->next;
  return block;
#endif
}

void pool_release(void* block, std::size_t bytes) noexcept {
#ifdef DESCENT_NO_POOL
  static_cast<void>(bytes);
  std::free(block);
#else
  FreeBlock*& head = pool.free[class_of(bytes).index];
  head = new (block) FreeBlock{head};
#endif
}

Buffer::Buffer(std::size_t bytes) : header_(new (pool_allocate(sizeof(Header) + bytes)) Header{1, bytes}) {}

void Buffer::release() noexcept { pool_release(header_, sizeof(Header) + header_->bytes); }

}  // namespace descent
