#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>

namespace descent {

// Blocks of memory aligned to 64 bytes, from free lists of the calling thread: four size classes per doubling. Freed blocks are kept for
// reuse. Under the address sanitizer every block comes from the heap, so that use after free is seen.
void* pool_allocate(std::size_t bytes);
void pool_release(void* block, std::size_t bytes) noexcept;

// A reference-counted block from the pool. Copies share it; the count is not atomic: a buffer belongs to one thread.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t bytes);
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
  struct alignas(64) Header {
    std::uint64_t references;
    std::size_t bytes;
  };
  void release() noexcept;
  Header* header_ = nullptr;
};

}  // namespace descent
