#include <cmath>

#include "descent/core/math.h"
#include "tests/data/data_files.h"

namespace descent::test {
namespace {

class Generators : public DataTest {};

TEST_F(Generators, LinearAddsItsWeightedFeatures) {
  const Table table = load_table("linear", {{"weights", Value{2, -1}}, {"bias", 3}, {"samples", 50}}, TargetForm::values);
  ASSERT_EQ(table.x.shape(), (Shape{50, 2}));
  for (std::int64_t i = 0; i < 50; ++i) EXPECT_NEAR(table.y.at(i), 3 + 2 * table.x.at(2 * i) - table.x.at(2 * i + 1), 1e-14);
}

TEST_F(Generators, PolynomialAddsItsPowers) {
  const Table table = load_table("polynomial", {{"coefficients", Value{1, -2, 3}}, {"low", 2}, {"high", 4}}, TargetForm::values);
  for (std::int64_t i = 0; i < table.rows(); ++i) {
    const double x = table.x.at(i);
    EXPECT_TRUE(x >= 2 && x < 4);
    EXPECT_NEAR(table.y.at(i), 1 - 2 * x + 3 * x * x, 1e-12);
  }
}

TEST_F(Generators, SineIsItsFormula) {
  const Table table = load_table("sine", {{"amplitude", 2}, {"frequency", 3}, {"phase", 0.5}}, TargetForm::values);
  for (std::int64_t i = 0; i < table.rows(); ++i) EXPECT_NEAR(table.y.at(i), 2 * std::sin(3 * table.x.at(i) + 0.5), 1e-14);
}

TEST_F(Generators, XorIsTheFourCorners) {
  const Table table = load_table("xor", {});
  EXPECT_EQ(table.x.to_vector(), (Numbers64{0, 0, 0, 1, 1, 0, 1, 1}));
  EXPECT_EQ(table.y.to_vector(), (Numbers64{0, 1, 1, 0}));
  EXPECT_EQ(load_table("xor", {}, TargetForm::values).y.shape(), (Shape{4, 1}));
}

TEST_F(Generators, MoonsAreTwoHalfCircles) {
  const Table table = load_table("moons", {{"samples", 101}});
  for (std::int64_t i = 0; i < 101; ++i) {
    const double x = table.x.at(2 * i), y = table.x.at(2 * i + 1);
    const bool inner = i % 2 == 1;
    EXPECT_EQ(table.y.at(i), inner);
    EXPECT_NEAR(inner ? std::hypot(x - 1, y - 0.5) : std::hypot(x, y), 1, 1e-14);
    EXPECT_TRUE(inner ? y <= 0.5 : y >= 0);
  }
  EXPECT_EQ(table.x.at(0), 1);
  EXPECT_NEAR(table.x.at(200), -1, 1e-15);
}

TEST_F(Generators, CirclesHaveTheirRadii) {
  const Table table = load_table("circles", {{"factor", 0.5}});
  for (std::int64_t i = 0; i < 100; ++i) EXPECT_NEAR(std::hypot(table.x.at(2 * i), table.x.at(2 * i + 1)), i % 2 ? 0.5 : 1, 1e-14);
}

TEST_F(Generators, SpiralsWindOutwards) {
  const Table table = load_table("spirals", {{"noise", 0}, {"samples", 30}, {"turns", 1}});
  EXPECT_EQ(table.class_names.size(), 3u);
  EXPECT_NEAR(table.x.at(54), 1, 1e-14);  // the first arm ends after one turn at (1, 0)
  EXPECT_NEAR(table.x.at(55), 0, 1e-14);
}

TEST_F(Generators, BlobsHaveTheirDeviationAndTheSameCentresInEveryPart) {
  const Data data = load("blobs", {{"samples", 3000}, {"cluster_std", 0}, {"test", Value::map({{"samples", 3}})}});
  EXPECT_EQ(data.test->table->x.to_vector(), Numbers64(data.train.table->x.data<double>(), data.train.table->x.data<double>() + 6));
  const Table wide = load_table("blobs", {{"samples", 30000}, {"centers", 1}, {"cluster_std", 2}, {"features", 1}});
  double sum = 0, squares = 0;
  for (double x : wide.x.to_vector()) {
    sum += x / 30000;
    squares += x * x / 30000;
  }
  EXPECT_NEAR(std::sqrt(squares - sum * sum), 2, 0.05);
}

TEST_F(Generators, DrawEachPartFromAStreamOfItsOwn) {
  const Data data = load("linear", {{"samples", 5}, {"test", Value::map({{"samples", 5}})}}, TargetForm::values);
  EXPECT_NE(data.train.table->x.to_vector(), data.test->table->x.to_vector());
}

TEST_F(Generators, DependOnTheSeedAlone) {
  for (const char* type : {"linear", "polynomial", "sine", "xor", "moons", "circles", "spirals", "blobs"}) {
    const auto draw = [&](std::uint64_t seed) {
      const Value noise = Value::map({{std::string(type) == "blobs" ? "cluster_std" : "noise", 0.1}});
      return load_data(spec(type, noise), DType::float32, TargetForm::values, seed).train.table->x.to_vector();
    };
    EXPECT_EQ(draw(7), draw(7)) << type;
    EXPECT_NE(draw(7), draw(8)) << type;
  }
}

TEST_F(Generators, RefuseToGiveClassesWhereThereAreOnlyNumbers) {
  EXPECT_EQ(error_of(ErrorKind::invalid, [&] { load_table("sine", {}); }), "data: the targets are numbers, but the loss needs classes");
}

}  // namespace
}  // namespace descent::test
