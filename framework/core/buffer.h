#pragma once
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#define DESCENT_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DESCENT_ASAN 1
#endif
#endif

namespace descent {

// Blocks of memory aligned to 64 bytes, from free lists of the calling thread: four size classes per doubling. Freed blocks are kept for
// reuse. Under the address sanitizer every block comes from the heap, so that use after free is seen.
namespace pool {

#ifdef DESCENT_ASAN
constexpr bool kPooled = false;
#else
constexpr bool kPooled = true;
#endif
constexpr std::size_t kLine = 64;
constexpr std::size_t kSmall = 8 * kLine;  // up to here there is a class for every multiple of a line

struct FreeBlock {
  FreeBlock* next;
};
// Without a constructor to run, access needs no guard. The memory lives as long as the process.
inline thread_local FreeBlock* small_blocks[kSmall / kLine + 1];

void* allocate_slowly(std::size_t bytes);
void release_slowly(void* block, std::size_t bytes) noexcept;

}  // namespace pool

inline void* pool_allocate(std::size_t bytes) {
  if (!pool::kPooled || bytes > pool::kSmall) return pool::allocate_slowly(bytes);
  pool::FreeBlock*& head = pool::small_blocks[(bytes + pool::kLine - 1) / pool::kLine];
  if (!head) return pool::allocate_slowly(bytes);
  return std::exchange(head, head->next);
}

inline void pool_release(void* block, std::size_t bytes) noexcept {
  if (!pool::kPooled || bytes > pool::kSmall) return pool::release_slowly(block, bytes);
  pool::FreeBlock*& head = pool::small_blocks[(bytes + pool::kLine - 1) / pool::kLine];
  head = new (block) pool::FreeBlock{head};
}

// A reference-counted block from the pool. Copies share it; the count is not atomic: a buffer belongs to one thread.
// The bytes are aligned to 64, or to 16 when they share one line with the header.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t bytes) {
    const std::size_t offset = header_offset(bytes);
    char* block = static_cast<char*>(pool_allocate(offset + sizeof(Header) + bytes));
    header_ = new (block + offset) Header{1, bytes};
  }
  Buffer(const Buffer& other) noexcept : header_(other.header_) {
    if (header_) ++header_->references;
  }
  Buffer(Buffer&& other) noexcept : header_(std::exchange(other.header_, nullptr)) {}
  Buffer& operator=(Buffer other) noexcept {
    std::swap(header_, other.header_);
    return *this;
  }
  ~Buffer() {
    if (header_ && --header_->references == 0) release();
  }

  explicit operator bool() const { return header_ != nullptr; }
  template <class T>
  T* as() const {
    return reinterpret_cast<T*>(header_ + 1);
  }
  std::size_t bytes() const { return header_ ? header_->bytes : 0; }
  bool shared() const { return header_ && header_->references > 1; }

 private:
  struct alignas(16) Header {
    std::uint64_t references;
    std::size_t bytes;
  };
  static std::size_t header_offset(std::size_t bytes) { return bytes + sizeof(Header) <= pool::kLine ? 0 : pool::kLine - sizeof(Header); }
  void release() noexcept {
    const std::size_t bytes = header_->bytes, offset = header_offset(bytes);
    pool_release(reinterpret_cast<char*>(header_) - offset, offset + sizeof(Header) + bytes);
  }
  Header* header_ = nullptr;
};

}  // namespace descent
