#include "descent/core/buffer.h"

#include <sys/mman.h>

#include <cstdlib>

namespace descent::pool {
namespace {

constexpr std::size_t kSlab = 64 * 1024;  // small blocks are carved out of slabs of this size, and of kHuge once there are many
constexpr int kFewSlabs = 64;
constexpr std::size_t kHugePage = std::size_t{2} << 20, kHuge = 2 * kHugePage;
constexpr std::size_t kLargest = std::size_t{1} << 46;
constexpr std::size_t kClasses = 4 * 40;

// Classes above kSmall, in lines of 64 bytes: 10 12 14 16 20 24 …
struct SizeClass {
  std::size_t index, bytes;
};

std::size_t lines_of(std::size_t bytes) { return bytes == 0 ? 1 : (bytes + kLine - 1) / kLine; }

SizeClass class_of(std::size_t bytes) {
  const std::size_t lines = lines_of(bytes);
  const unsigned log = 63U - static_cast<unsigned>(__builtin_clzll(lines - 1));  // 2^log < lines <= 2^(log+1), log >= 3
  const std::size_t step = std::size_t{1} << (log - 2), quarters = (lines - 1 - (std::size_t{1} << log)) / step;
  return {(log - 3) * 4 + quarters, ((std::size_t{1} << log) + (quarters + 1) * step) * kLine};
}

thread_local FreeBlock* large_blocks[kClasses];
thread_local char* slab;
thread_local std::size_t slab_left;
thread_local int slabs;

// Small ones come here from a caller that was compiled with the address sanitizer.
FreeBlock*& free_blocks(std::size_t bytes) { return bytes <= kSmall ? small_blocks[lines_of(bytes)] : large_blocks[class_of(bytes).index]; }

// Large memory in pages of 2 MB, where the system has them: a five-hundredth of the page faults, and far fewer misses of the TLB.
void* from_system(std::size_t bytes) {
  void* block = nullptr;
  if (::posix_memalign(&block, bytes < kHuge ? kLine : kHugePage, bytes) != 0) throw std::bad_alloc();
  if (bytes >= kHuge) ::madvise(block, bytes, MADV_HUGEPAGE);
  return block;
}

void* carve(std::size_t bytes) {
  if (slab_left < bytes) {
    slab_left = slabs++ < kFewSlabs ? kSlab : kHuge;
    slab = static_cast<char*>(from_system(slab_left));
  }
  slab_left -= bytes;
  return std::exchange(slab, slab + bytes);
}

}  // namespace

void* allocate_slowly(std::size_t bytes) {
  if (bytes > kLargest) throw std::bad_alloc();
  if (!kPooled) return from_system(lines_of(bytes) * kLine);
  FreeBlock*& head = free_blocks(bytes);
  if (head) return std::exchange(head, head->next);
  return bytes <= kSmall ? carve(lines_of(bytes) * kLine) : from_system(class_of(bytes).bytes);
}

void release_slowly(void* block, std::size_t bytes) noexcept {
  if (!kPooled) return std::free(block);
  FreeBlock*& head = free_blocks(bytes);
  head = new (block) FreeBlock{head};
}

}  // namespace descent::pool
