#include "descent/data/inspect.h"

#include "tests/data/data_files.h"

namespace descent::test {
namespace {

using Counts = std::vector<Inspection::Count>;
class Inspect : public DataTest {};

TEST_F(Inspect, SummarisesACsvWithItsLastColumnAsTarget) {
  const Inspection result = inspect(write("t.csv", "a,b,kind\n1,0.5,x\n-3,2,y\n2,1,x\n"));
  EXPECT_EQ(result.format, "csv");
  EXPECT_EQ(result.shape, (Shape{3, 2}));
  ASSERT_EQ(result.columns.size(), 2u);
  EXPECT_EQ(result.columns[0].name, "a");
  EXPECT_TRUE(result.columns[0].whole);
  EXPECT_EQ(result.columns[0].min, -3);
  EXPECT_EQ(result.columns[0].max, 2);
  EXPECT_FALSE(result.columns[1].whole);
  EXPECT_EQ(result.classes, (Counts{{"x", 2}, {"y", 1}}));
}

TEST_F(Inspect, ShowsTheRangeOfATargetOfNumbers) {
  const Inspection result = inspect(write("t.csv", "a,price\n1,0.5\n2,7\n"), "", "price");
  EXPECT_EQ(result.columns[1].name, "price");
  EXPECT_EQ(result.columns[1].max, 7);
  EXPECT_TRUE(result.classes.empty());
}

TEST_F(Inspect, ReadsACsvWithoutHeader) { EXPECT_EQ(inspect(write("t.csv", "1,2\n3,4\n")).shape, (Shape{2, 1})); }

TEST_F(Inspect, TellsBinaryFormatsByTheirContent) {
  const Inspection images = inspect(write("anything.gz", gzipped(idx({2, 1, 2}, "abcd"))));
  EXPECT_EQ(images.format, "idx");
  EXPECT_EQ(images.type, "uint8");
  EXPECT_EQ(images.shape, (Shape{2, 1, 2}));
  EXPECT_EQ(images.columns[0].max, 'd');
  const Inspection array = inspect(write("array", npy(npy_header("<f4", "(2,)"), raw<float>({1, 2}))));
  EXPECT_EQ(array.format, "npy");
  EXPECT_EQ(array.type, "float32");
}

TEST_F(Inspect, SummarisesLibsvm) {
  const Inspection result = inspect(write("t.svm", "1 2:5\n0 1:1\n"));
  EXPECT_EQ(result.shape, (Shape{2, 2}));
  EXPECT_EQ(result.classes, (Counts{{"0", 1}, {"1", 1}}));
}

TEST_F(Inspect, CountsAText) {
  const Inspection result = inspect(write("t.txt", "to be or\nnot  to be\n"));
  EXPECT_EQ(result.counts, (Counts{{"lines", 2}, {"words", 6}, {"distinct words", 4}, {"bytes", 20}}));
}

}  // namespace
}  // namespace descent::test
