#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "tests/data/data_files.h"

namespace descent::test {
namespace {

class Csv : public DataTest {};

TEST_F(Csv, ReadsEveryColumnButTheTargetAsAFeature) {
  const Table table = load_csv("a,y,b\n1,10,2\n3,20,4\n");
  EXPECT_EQ(table.x.shape(), (Shape{2, 2}));
  EXPECT_EQ(table.x.to_vector(), (Numbers64{1, 2, 3, 4}));
  EXPECT_EQ(table.y.to_vector(), (Numbers64{10, 20}));
  EXPECT_EQ(table.y.shape(), (Shape{2, 1}));
  EXPECT_EQ(table.feature_names, (Names{"a", "b"}));
  EXPECT_EQ(table.target_name, "y");
}

TEST_F(Csv, NumbersTextClassesInSortedOrder) {
  const Table table = load_csv("a,y\n1,setosa\n2,virginica\n3,setosa\n4,Iris\n", TargetForm::classes);
  EXPECT_EQ(table.class_names, (Names{"Iris", "setosa", "virginica"}));
  EXPECT_EQ(table.y.dtype(), DType::int64);
  EXPECT_EQ(table.y.to_vector(), (Numbers64{1, 2, 1, 0}));
}

TEST_F(Csv, NumbersNumericClassesByTheirValue) {
  const Table table = load_csv("a,y\n1,10\n2,9\n3,-1\n4,9.0\n", TargetForm::classes);
  EXPECT_EQ(table.class_names, (Names{"-1", "9", "10"}));
  EXPECT_EQ(table.y.to_vector(), (Numbers64{2, 1, 0, 1}));
}

TEST_F(Csv, SortsClassesAsTextsWhenOneIsNoNumber) {
  EXPECT_EQ(load_csv("a,y\n1,10\n2,9\n3,other\n", TargetForm::classes).class_names, (Names{"10", "9", "other"}));
}

TEST_F(Csv, TakesTwoTextClassesAsTheValuesZeroAndOne) {
  const Table table = load_csv("a,y\n1,yes\n2,no\n3,yes\n");
  EXPECT_EQ(table.y.dtype(), DType::float64);
  EXPECT_EQ(table.y.to_vector(), (Numbers64{1, 0, 1}));
}

TEST_F(Csv, FindsTheTargetByItsNumberWhereThereIsNoHeader) {
  const Data data = load("csv", {{"path", write("t.csv", "1,2,3\n4,5,6\n")}, {"target", 0}, {"header", false}}, TargetForm::values);
  EXPECT_EQ(data.train.table->y.to_vector(), (Numbers64{1, 4}));
  EXPECT_EQ(data.train.table->x.to_vector(), (Numbers64{2, 3, 5, 6}));
}

TEST_F(Csv, ReadsQuotesCarriageReturnsAndAByteOrderMark) {
  const Table table =
      load_csv("\xEF\xBB\xBF\"a \"\"1\"\"\",y\r\n\"1.5\",\"two\r\nlines, \"\"quoted\"\"\"\r\n2,\"\xC3\xA9\"\r\n", TargetForm::classes);
  EXPECT_EQ(table.feature_names, (Names{"a \"1\""}));
  EXPECT_EQ(table.class_names, (Names{"two\nlines, \"quoted\"", "\xC3\xA9"}));
  EXPECT_EQ(table.x.to_vector(), (Numbers64{1.5, 2}));
}

TEST_F(Csv, ReadsAnotherDelimiterAndBlanksAroundNumbers) {
  const Data data =
      load("csv", {{"path", write("t.csv", "a;y\n 1 ;+2\n-.5e1;3")}, {"target", "y"}, {"delimiter", ";"}}, TargetForm::values);
  EXPECT_EQ(data.train.table->x.to_vector(), (Numbers64{1, -5}));
  EXPECT_EQ(data.train.table->y.to_vector(), (Numbers64{2, 3}));
}

TEST_F(Csv, PassesOverEmptyLinesAtTheEndOnly) {
  EXPECT_EQ(load_csv("a,y\n1,2\n\n\n").rows(), 1);
  EXPECT_THROW(load_csv("a,y\n\n1,2\n"), Error);
}

TEST_F(Csv, ReadsGzip) { EXPECT_EQ(load_csv(gzipped("a,y\n1,2\n") + gzipped("3,4\n")).x.to_vector(), (Numbers64{1, 3})); }

TEST_F(Csv, AcceptsALineOfExactlyOneMebibyteAndRefusesOneMore) {
  const std::string pad((1 << 20) - 3, ' ');
  EXPECT_EQ(load_csv("a,y\n" + pad + "1,2\n").x.item(), 1);
  EXPECT_THROW(load_csv("a,y\n" + pad + " 1,2\n"), Error);
}

TEST_F(Csv, AcceptsAsManyClassesAsTheLimitAndNotOneMore) {
  std::string content = "a,y\n";
  for (int i = 0; i < 65536; ++i) content += "0," + std::to_string(i) + '\n';
  EXPECT_EQ(load_csv(content, TargetForm::classes).class_names.size(), 65536u);
  EXPECT_THROW(load_csv(content + "0,65536\n", TargetForm::classes), Error);
}

TEST_F(Csv, NumbersAHeldOutFilesClassesAsTraining) {
  const std::string train = write("train.csv", "a,y\n1,b\n2,a\n3,c\n"), test = write("test.csv", "a,y\n1,c\n2,b\n");
  const Data data = load("csv", {{"path", train}, {"target", "y"}, {"test", Value::map({{"path", test}, {"target", "y"}})}});
  EXPECT_EQ(data.test->table->y.to_vector(), (Numbers64{2, 1}));
  EXPECT_EQ(data.test->table->class_names, data.train.table->class_names);
  EXPECT_EQ(data.files, (Names{train, test}));
}

// Any finite table comes back with the same bits, whatever its numbers and texts.
RC_GTEST_PROP(CsvProperty, ReadsBackWhatWasWritten, (const std::vector<std::pair<double, std::string>>& rows)) {
  RC_PRE(!rows.empty());
  const TemporaryFolder folder;
  std::string content = "x,label,y\n";
  std::vector<double> expected;
  for (const auto& [number, text] : rows) {
    RC_PRE(std::isfinite(number));
    std::string quoted = "\"<";
    for (char c : text) {
      if (c >= ' ' && c < 127) quoted += c == '"' ? "\"\"" : std::string(1, c);
    }
    content += shortest(number) + ',' + quoted + "\"," + shortest(-number) + '\n';
    expected.insert(expected.end(), {number, -number});
  }
  spill(folder / "t.csv", content);
  const auto dataset = make<Dataset>("csv", {{"path", folder / "t.csv"}, {"target", "label"}});
  const Table table = dataset->load({DType::float64, TargetForm::classes});
  RC_ASSERT(table.x.to_vector() == expected);
  RC_ASSERT(table.rows() == static_cast<std::int64_t>(rows.size()));
}

TEST_F(Csv, RefusesLabelsThatFloat64CannotTellApart) {
  EXPECT_NE(error_of(ErrorKind::data, [&] { load_csv("x,y\n1,9007199254740992\n2,9007199254740993\n", TargetForm::classes); })
                .find("'9007199254740992' is too large for a label"),
            std::string::npos);
}

}  // namespace
}  // namespace descent::test
