#include "descent/core/buffer.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstring>
#include <new>
#include <utility>
#include <vector>

namespace descent {
namespace {

bool aligned(const void* block, std::uintptr_t to = 64) { return reinterpret_cast<std::uintptr_t>(block) % to == 0; }

// Whether blocks are kept for reuse; the address sanitizer gets every one from the heap.
bool pooled() {
  void* first = pool_allocate(100);
  pool_release(first, 100);
  void* second = pool_allocate(100);
  pool_release(second, 100);
  return first == second;
}

TEST(Pool, HandsOutAlignedBlocksOfAnySize) {
  for (const std::size_t bytes : {0U, 1U, 63U, 64U, 65U, 1000U, 8192U, 8193U, 70000U, 1U << 20}) {
    void* block = pool_allocate(bytes);
    EXPECT_TRUE(aligned(block)) << bytes;
    pool_release(block, bytes);
  }
}

// Each block is filled with a number of its own: one that were too small would be overwritten by a neighbour.
RC_GTEST_PROP(Pool, NeverHandsOutTooLittle, ()) {
  const auto sizes = *rc::gen::container<std::vector<std::size_t>>(
      *rc::gen::inRange<std::size_t>(1, 60),
      rc::gen::oneOf(rc::gen::inRange<std::size_t>(0, 700), rc::gen::inRange<std::size_t>(700, 20000)));
  std::vector<unsigned char*> blocks;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    blocks.push_back(static_cast<unsigned char*>(pool_allocate(sizes[i])));
    std::memset(blocks[i], static_cast<int>(i), sizes[i]);
    if (i % 3 == 2) {  // a released block of this size may serve another size of its class
      pool_release(blocks[i - 1], sizes[i - 1]);
      blocks[i - 1] = static_cast<unsigned char*>(pool_allocate(sizes[i - 1]));
      std::memset(blocks[i - 1], static_cast<int>(i - 1), sizes[i - 1]);
    }
  }
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    RC_ASSERT(aligned(blocks[i]));
    for (std::size_t k = 0; k < sizes[i]; ++k) RC_ASSERT(blocks[i][k] == static_cast<unsigned char>(i));
    pool_release(blocks[i], sizes[i]);
  }
}

// A block released under one size is only handed out again for sizes that it holds.
RC_GTEST_PROP(Pool, ReusesABlockOnlyForSizesThatFit, ()) {
  const std::size_t released = *rc::gen::inRange<std::size_t>(1, 100000), wanted = *rc::gen::inRange<std::size_t>(1, 100000);
  void* first = pool_allocate(released);
  pool_release(first, released);
  void* second = pool_allocate(wanted);
  if (second == first && pooled()) RC_ASSERT(wanted <= released + released / 4 + 64);
  pool_release(second, wanted);
}

TEST(Pool, ReusesAReleasedBlock) {
  if (!pooled()) GTEST_SKIP() << "no pool under the address sanitizer";
  for (const std::size_t bytes : {1U, 640U, 100000U}) {
    void* first = pool_allocate(bytes);
    pool_release(first, bytes);
    void* second = pool_allocate(bytes);
    EXPECT_EQ(first, second) << bytes;
    EXPECT_NE(pool_allocate(bytes), second) << bytes;
  }
}

TEST(Pool, RefusesWhatNoMachineHas) {
  EXPECT_THROW(pool_allocate((std::size_t{1} << 46) + 1), std::bad_alloc);
  EXPECT_THROW(Buffer(std::size_t{1} << 47), std::bad_alloc);
}

TEST(Buffer, IsEmptyByDefault) {
  const Buffer buffer;
  EXPECT_FALSE(buffer);
  EXPECT_EQ(buffer.bytes(), 0U);
  EXPECT_FALSE(buffer.shared());
}

TEST(Buffer, HoldsTheBytesAskedForAlignedTo64UnlessTheyShareALineWithTheHeader) {
  for (const std::size_t bytes : {0U, 1U, 48U, 49U, 64U, 100U, 448U, 449U, 5000U, 1U << 18}) {
    const Buffer buffer(bytes);
    EXPECT_TRUE(buffer);
    EXPECT_EQ(buffer.bytes(), bytes);
    EXPECT_TRUE(aligned(buffer.as<char>(), bytes <= 48 ? 16 : 64)) << bytes;
    std::memset(buffer.as<char>(), 1, bytes);
  }
}

// Filled side by side with numbers of their own, so that one that overlaps a neighbour, or its header, is found.
RC_GTEST_PROP(Buffer, OverlapsNoOther, ()) {
  const auto sizes = *rc::gen::container<std::vector<std::size_t>>(40, rc::gen::inRange<std::size_t>(0, 600));
  std::vector<Buffer> buffers;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (i % 3 == 2) buffers[i - 1] = Buffer(sizes[i - 1]);
    buffers.emplace_back(sizes[i]);
    for (std::size_t k = i < 1 ? 0 : i - 1; k <= i; ++k) std::memset(buffers[k].as<char>(), static_cast<int>(k), sizes[k]);
  }
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    RC_ASSERT(buffers[i].bytes() == sizes[i]);
    RC_ASSERT(!buffers[i].shared());
    for (std::size_t k = 0; k < sizes[i]; ++k) RC_ASSERT(buffers[i].as<unsigned char>()[k] == static_cast<unsigned char>(i));
  }
}

TEST(Buffer, IsSharedByItsCopiesUntilTheyAreGone) {
  Buffer buffer(8);
  *buffer.as<int>() = 7;
  {
    const Buffer copy = buffer;
    EXPECT_TRUE(buffer.shared());
    EXPECT_EQ(copy.as<int>(), buffer.as<int>());
  }
  EXPECT_FALSE(buffer.shared());
  Buffer other = buffer;
  other = Buffer(8);
  EXPECT_FALSE(buffer.shared());
  EXPECT_EQ(*buffer.as<int>(), 7);
}

TEST(Buffer, MovesWithoutSharing) {
  Buffer buffer(8);
  const int* memory = buffer.as<int>();
  const Buffer moved = std::move(buffer);
  EXPECT_EQ(moved.as<int>(), memory);
  EXPECT_FALSE(moved.shared());
}

TEST(Buffer, SurvivesAssignmentToItself) {
  Buffer buffer(8);
  *buffer.as<int>() = 7;
  const Buffer& same = buffer;
  buffer = same;
  EXPECT_EQ(*buffer.as<int>(), 7);
  EXPECT_FALSE(buffer.shared());
}

TEST(Buffer, ReturnsItsMemoryWithTheLastCopy) {
  if (!pooled()) GTEST_SKIP() << "no pool under the address sanitizer";
  const void* memory = nullptr;
  {
    const Buffer buffer(3000), copy = buffer;
    memory = copy.as<char>();
  }
  EXPECT_EQ(Buffer(3000).as<char>(), memory);
}

}  // namespace
}  // namespace descent
