#include <cmath>

#include "tests/data/data_files.h"

namespace descent::test {
namespace {

class Idx : public DataTest {
 protected:
  Data load_idx(const std::string& images, const std::string& labels, TargetForm form = TargetForm::classes) const {
    return load("idx", {{"images", write("images", images)}, {"labels", write("labels", labels)}}, form);
  }
};
class Npy : public DataTest {
 protected:
  Table load_npy(const std::string& x, const std::string& y, TargetForm form = TargetForm::values) const {
    return load_table("npy", {{"x", write("x.npy", x)}, {"y", write("y.npy", y)}}, form);
  }
  const std::string y_ = npy(npy_header("<f8", "(2,)"), raw<double>({1, 2}));
};
class Libsvm : public DataTest {
 protected:
  Table load_libsvm(const std::string& content, TargetForm form = TargetForm::values) const {
    return load_table("libsvm", {{"path", write("t.libsvm", content)}}, form);
  }
};

TEST_F(Idx, ScalesImagesAndNumbersLabels) {
  const Data data = load_idx(idx({2, 1, 2}, {'\x00', '\x33', '\x66', '\xFF'}), idx({2}, {'\x07', '\x03'}));
  EXPECT_EQ(data.train.table->x.shape(), (Shape{2, 1, 2}));
  EXPECT_EQ(data.train.table->x.to_vector(), (Numbers64{0, 0.2, 0.4, 1}));
  EXPECT_EQ(data.train.table->y.to_vector(), (Numbers64{1, 0}));
  EXPECT_EQ(data.train.table->class_names, (Names{"3", "7"}));
}

TEST_F(Idx, ReadsBigEndianNumbersOfEveryType) {
  const std::string labels = idx({2}, {'\0', '\1'});
  const auto read = [&](const std::string& images) {
    return load_table("idx", {{"images", write("i", images)}, {"labels", write("l", labels)}, {"scale", 1}}).x.to_vector();
  };
  EXPECT_EQ(read(idx({2, 1}, {'\xFF', '\x01'}, 9)), (Numbers64{-1, 1}));
  EXPECT_EQ(read(idx({2, 1}, {'\x01', '\x00', '\xFF', '\xFE'}, 0x0B)), (Numbers64{256, -2}));
  EXPECT_EQ(read(idx({2, 1}, big_endian(65536) + big_endian(0xFFFFFFFF), 0x0C)), (Numbers64{65536, -1}));
  EXPECT_EQ(read(idx({2, 1}, big_endian(0x3F800000) + big_endian(0xC0200000), 0x0D)), (Numbers64{1, -2.5}));
  EXPECT_EQ(read(idx({2, 1}, big_endian(0x3FF80000) + big_endian(0) + big_endian(0xC0000000) + big_endian(0), 0x0E)), (Numbers64{1.5, -2}));
}

TEST_F(Idx, ReadsGzipOverManySteps) {
  const std::string images = idx({300, 28, 28}, std::string(300 * 784, '\xFF')), labels = idx({300}, std::string(300, '\1'));
  EXPECT_EQ(load_idx(gzipped(images), gzipped(labels)).train.table->x.at(300 * 784 - 1), 1);
}

TEST_F(Idx, GivesLabelsAsValuesToALossThatNeedsThem) {
  EXPECT_EQ(load_idx(idx({2, 1}, "ab"), idx({2}, {'\x07', '\x03'}), TargetForm::values).train.table->y.to_vector(), (Numbers64{7, 3}));
}

TEST_F(Idx, SaysHowToInstallFashionMnist) {
  const std::string missing = "/usr/share/datasets/fashion-mnist/missing.gz";
  const std::string message = error_of(ErrorKind::data, [&] { load("idx", {{"images", missing}, {"labels", missing}}); });
  EXPECT_EQ(message, missing + ": cannot open: No such file or directory\n  help: apt-get install dataset-fashion-mnist");
}

TEST_F(Npy, ReadsEveryTypeAndVersion) {
  const auto read = [&](const std::string& descr, const std::string& values, char version = 1) {
    return load_npy(npy(npy_header(descr, "(2, 1)"), values, version), y_).x.to_vector();
  };
  EXPECT_EQ(read("|b1", {'\0', '\1'}), (Numbers64{0, 1}));
  EXPECT_EQ(read("|i1", {'\xFF', '\1'}), (Numbers64{-1, 1}));
  EXPECT_EQ(read("|u1", {'\xFF', '\1'}), (Numbers64{255, 1}));
  EXPECT_EQ(read("<i2", raw<std::int16_t>({-2, 300})), (Numbers64{-2, 300}));
  EXPECT_EQ(read("<u2", raw<std::uint16_t>({65535, 3})), (Numbers64{65535, 3}));
  EXPECT_EQ(read("<i4", raw<std::int32_t>({-2, 70000})), (Numbers64{-2, 70000}));
  EXPECT_EQ(read("<u4", raw<std::uint32_t>({4294967295, 3})), (Numbers64{4294967295, 3}));
  EXPECT_EQ(read("<i8", raw<std::int64_t>({-2, 1L << 40})), (Numbers64{-2, 1099511627776}));
  EXPECT_EQ(read("<u8", raw<std::uint64_t>({1UL << 63, 3})), (Numbers64{9223372036854775808.0, 3}));
  EXPECT_EQ(read("<f4", raw<float>({-0.5F, 3}), 2), (Numbers64{-0.5, 3}));
  EXPECT_EQ(read("<f8", raw<double>({0.1, 3}), 3), (Numbers64{0.1, 3}));
}

TEST_F(Npy, ReadsFortranOrderKeysInAnyOrderAndLongHeaders) {
  const std::string header = "{\"shape\":(2,3),'fortran_order':True,'descr':'<f8'}" + std::string(200, ' ') + '\n';
  const Table table = load_npy(npy(header, raw<double>({1, 4, 2, 5, 3, 6})), y_);
  EXPECT_EQ(table.x.shape(), (Shape{2, 3}));
  EXPECT_EQ(table.x.to_vector(), (Numbers64{1, 2, 3, 4, 5, 6}));
}

TEST_F(Npy, KeepsSeveralTargetsARow) {
  const Table table = load_npy(y_, npy(npy_header("<f4", "(2, 2)"), raw<float>({1, 2, 3, 4})));
  EXPECT_EQ(table.x.shape(), (Shape{2, 1}));
  EXPECT_EQ(table.y.shape(), (Shape{2, 2}));
  EXPECT_EQ(table.y.to_vector(), (Numbers64{1, 2, 3, 4}));
}

TEST_F(Npy, NumbersClasses) {
  const Table table = load_npy(y_, npy(npy_header("<i8", "(2,)"), raw<std::int64_t>({5, -5})), TargetForm::classes);
  EXPECT_EQ(table.y.to_vector(), (Numbers64{1, 0}));
}

TEST_F(Libsvm, FillsAbsentValuesWithZero) {
  const Table table = load_libsvm("+1 1:0.5 3:-2 # a comment\n\n-1\t2:1e3 \n# nothing\n0\n");
  EXPECT_EQ(table.x.shape(), (Shape{3, 3}));
  EXPECT_EQ(table.x.to_vector(), (Numbers64{0.5, 0, -2, 0, 1000, 0, 0, 0, 0}));
  EXPECT_EQ(table.y.to_vector(), (Numbers64{1, -1, 0}));
}

TEST_F(Libsvm, NumbersLabelsAsClasses) { EXPECT_EQ(load_libsvm("+1 1:1\n-1 1:2\n", TargetForm::classes).y.to_vector(), (Numbers64{1, 0})); }

TEST_F(Libsvm, TakesTheNumberOfFeaturesFromTheTrainingFile) {
  const std::string test = write("test", "1 1:1\n");
  const Data data = load("libsvm", {{"path", write("t", "1 4:1\n2 1:1\n")}, {"test", Value::map({{"path", test}})}});
  EXPECT_EQ(data.test->table->x.shape(), (Shape{1, 4}));
}

TEST_F(Libsvm, TakesTheNumberOfFeaturesFromTheOption) {
  EXPECT_EQ(load_table("libsvm", {{"path", write("t", "1 1:1\n2 1:1\n")}, {"features", 5}}).x.shape(), (Shape{2, 5}));
}

// 2^53 and 2^53 + 1 are one number in float64, and would be one class.
TEST_F(Npy, RefusesLabelsThatFloat64CannotTellApart) {
  constexpr std::int64_t kTwo53 = std::int64_t{1} << 53;
  const auto read = [&](std::int64_t label, TargetForm form) {
    return load_npy(y_, npy(npy_header("<i8", "(2,)"), raw<std::int64_t>({1, label})), form);
  };
  for (const std::int64_t label : {kTwo53, kTwo53 + 1, -kTwo53 - 1}) {
    EXPECT_NE(error_of(ErrorKind::data, [&] { read(label, TargetForm::classes); }).find("value 1: "), std::string::npos) << label;
  }
  EXPECT_EQ(read(kTwo53 - 1, TargetForm::classes).class_names, (Names{"1", "9007199254740991"}));
  EXPECT_EQ(read(kTwo53, TargetForm::values).y.at(1), 9007199254740992.0);
}

TEST_F(Npy, NamesANumberThatIsNoneWithoutASign) {
  const std::string x = npy(npy_header("<f8", "(2,)"), raw<double>({1, std::copysign(NAN, -1)}));
  EXPECT_NE(error_of(ErrorKind::data, [&] { load_npy(x, y_); }).find(": nan is not a finite float64"), std::string::npos);
}

}  // namespace
}  // namespace descent::test
