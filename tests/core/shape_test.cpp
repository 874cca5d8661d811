#include "descent/core/shape.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/temporary_folder.h"

namespace descent {
namespace {

std::string invalid_error(const std::function<void()>& f) { return test::error_of(ErrorKind::invalid, f); }

TEST(Shape, OfAScalarHasNoAxisAndOneElement) {
  EXPECT_EQ(Shape().rank(), 0);
  EXPECT_EQ(Shape().size(), 1);
  EXPECT_EQ(Shape(), Shape{});
}

TEST(Shape, HoldsItsSizesOutermostFirst) {
  const Shape shape{4, 3, 2};
  EXPECT_EQ(shape.rank(), 3);
  EXPECT_EQ(shape[0], 4);
  EXPECT_EQ(shape.back(), 2);
  EXPECT_EQ(std::vector<std::int64_t>(shape.begin(), shape.end()), (std::vector<std::int64_t>{4, 3, 2}));
}

TEST(Shape, HasAsManyElementsAsItsSizesMultiplied) {
  EXPECT_EQ((Shape{4, 3, 2}).size(), 24);
  EXPECT_EQ((Shape{4, 0, 2}).size(), 0);
  EXPECT_EQ((Shape{1 << 20, 1 << 20}).size(), std::int64_t{1} << 40);
}

TEST(Shape, IsMadeFromAnyRangeOfIntegers) {
  const std::vector<std::size_t> sizes = {5, 6};
  EXPECT_EQ(Shape(sizes.begin(), sizes.end()), (Shape{5, 6}));
}

TEST(Shape, EqualsOnlyTheSameSizesInTheSameOrder) {
  EXPECT_EQ((Shape{2, 3}), (Shape{2, 3}));
  EXPECT_NE((Shape{2, 3}), (Shape{3, 2}));
  EXPECT_NE((Shape{2, 3}), (Shape{2, 3, 1}));
  EXPECT_NE(Shape{1}, Shape{});
}

TEST(Shape, IsWrittenAsInPython) {
  EXPECT_EQ(to_string(Shape{}), "()");
  EXPECT_EQ(to_string(Shape{4}), "(4,)");
  EXPECT_EQ(to_string(Shape{4, 3}), "(4, 3)");
}

TEST(Shape, HoldsSixAxesAndRefusesASeventh) {
  EXPECT_EQ((Shape{1, 2, 3, 4, 5, 6}).back(), 6);
  EXPECT_EQ(invalid_error([] { Shape{1, 2, 3, 4, 5, 6, 7}; }), "shape: at most 6 axes are supported");
}

TEST(Shape, RefusesANegativeSize) {
  EXPECT_EQ(invalid_error([] { Shape{3, -1}; }), "shape: -1 is no size");
}

TEST(Broadcast, StretchesSizesOfOneAndMissingLeadingAxes) {
  EXPECT_EQ(broadcast("add", {4, 3}, {4, 3}), (Shape{4, 3}));
  EXPECT_EQ(broadcast("add", {4, 3}, {3}), (Shape{4, 3}));
  EXPECT_EQ(broadcast("add", {4, 1}, {1, 3}), (Shape{4, 3}));
  EXPECT_EQ(broadcast("add", {}, {2, 5}), (Shape{2, 5}));
  EXPECT_EQ(broadcast("add", {8, 1, 6, 1}, {7, 1, 5}), (Shape{8, 7, 6, 5}));
}

TEST(Broadcast, KeepsEmptyAxesEmpty) {
  EXPECT_EQ(broadcast("add", {0, 3}, {1, 3}), (Shape{0, 3}));
  EXPECT_EQ(broadcast("add", {1}, {0}), Shape{0});
}

TEST(Broadcast, NamesTheOperationAndBothShapesWhenTheyDoNotFit) {
  EXPECT_EQ(invalid_error([] { broadcast("mul", {4, 3}, {2}); }), "mul: cannot broadcast (4, 3) with (2,)");
  EXPECT_EQ(invalid_error([] { broadcast("mul", {3}, {0}); }), "mul: cannot broadcast (3,) with (0,)");
}

Shape arbitrary_shape() {
  const auto sizes = *rc::gen::container<std::vector<std::int64_t>>(*rc::gen::inRange<std::size_t>(0, 7), rc::gen::inRange(0, 4));
  return Shape(sizes.begin(), sizes.end());
}

RC_GTEST_PROP(Broadcast, DoesNotDependOnTheOrderOfItsOperands, ()) {
  const Shape a = arbitrary_shape(), b = arbitrary_shape();
  const auto result = [](const Shape& x, const Shape& y) {
    try {
      return to_string(broadcast("op", x, y));
    } catch (const Error&) { return std::string("refused"); }
  };
  RC_ASSERT(result(a, b) == result(b, a));
}

RC_GTEST_PROP(Broadcast, WithItsOwnResultChangesNothing, ()) {
  const Shape whole = arbitrary_shape();
  Shape part(whole.begin() + *rc::gen::inRange(0, whole.rank() + 1), whole.end());
  for (int i = 0; i < part.rank(); ++i) part[i] = *rc::gen::arbitrary<bool>() ? part[i] : 1;
  RC_ASSERT(broadcast("op", whole, part) == whole);
}

TEST(NormalizeAxis, CountsNegativeAxesFromTheEnd) {
  const Shape shape{4, 3, 2};
  EXPECT_EQ(normalize_axis("sum", 0, shape), 0);
  EXPECT_EQ(normalize_axis("sum", 2, shape), 2);
  EXPECT_EQ(normalize_axis("sum", -1, shape), 2);
  EXPECT_EQ(normalize_axis("sum", -3, shape), 0);
}

TEST(NormalizeAxis, RefusesAnAxisThatTheShapeDoesNotHave) {
  EXPECT_EQ(invalid_error([] { normalize_axis("sum", 2, {4, 3}); }), "sum: axis 2 is out of range for (4, 3)");
  EXPECT_EQ(invalid_error([] { normalize_axis("sum", -3, {4, 3}); }), "sum: axis -3 is out of range for (4, 3)");
  EXPECT_EQ(invalid_error([] { normalize_axis("sum", 0, {}); }), "sum: axis 0 is out of range for ()");
}

}  // namespace
}  // namespace descent
