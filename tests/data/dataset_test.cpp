#include "descent/data/dataset.h"

#include <cmath>
#include <set>

#include "tests/data/data_files.h"

namespace descent::test {
namespace {

class Datasets : public DataTest {
 protected:
  // y = row number.
  std::string numbered(int rows, const std::string& name = "t.csv") const {
    std::string content = "a,b,y\n";
    for (int i = 0; i < rows; ++i) content += std::to_string(i * i) + ",0.1," + std::to_string(i) + '\n';
    return write(name, content);
  }
  Data split(int rows, const Value& amounts, std::uint64_t seed = 0, bool standardize = false) const {
    return load("csv", {{"path", numbered(rows)}, {"target", "y"}, {"split", amounts}, {"standardize", standardize}}, TargetForm::values,
                DType::float64, seed);
  }
  std::string split_error(const Value& amounts) const {
    return error_of(ErrorKind::invalid, [&] { split(10, amounts); });
  }
};

TEST_F(Datasets, SplitsByFractionAndCountWithoutCopies) {
  const Data data = split(100, Value::map({{"validation", 0.2}, {"test", 7}}));
  EXPECT_EQ(data.validation->rows.size(), 20u);
  EXPECT_EQ(data.test->rows.size(), 7u);
  EXPECT_EQ(data.train.rows.size(), 73u);
  EXPECT_EQ(data.train.table, data.test->table);
}

TEST_F(Datasets, SplitsIntoDisjointPartsInTheOrderOfTheData) {
  const Data data = split(50, Value::map({{"validation", 0.3}, {"test", 0.3}}));
  std::set<std::int64_t> seen;
  for (const View* view : {&data.train, &*data.validation, &*data.test}) {
    EXPECT_TRUE(std::is_sorted(view->rows.begin(), view->rows.end()));
    seen.insert(view->rows.begin(), view->rows.end());
  }
  EXPECT_EQ(seen.size(), 50u);
}

TEST_F(Datasets, SplitsByTheSeedAlone) {
  const Value amounts = Value::map({{"test", 0.5}});
  EXPECT_EQ(split(40, amounts, 1).test->rows, split(40, amounts, 1).test->rows);
  EXPECT_NE(split(40, amounts, 1).test->rows, split(40, amounts, 2).test->rows);
}

TEST_F(Datasets, DrawsTheSameTestRowsWhateverIsValidated) {
  EXPECT_EQ(split(40, Value::map({{"test", 9}})).test->rows, split(40, Value::map({{"validation", 5}, {"test", 9}})).test->rows);
}

TEST_F(Datasets, HoldsNothingOutByDefault) {
  const Data data = load("csv", {{"path", numbered(3)}, {"target", "y"}}, TargetForm::values);
  EXPECT_EQ(data.train.rows, (std::vector<std::int64_t>{0, 1, 2}));
  EXPECT_FALSE(data.validation || data.test);
}

TEST_F(Datasets, RefusesAFractionOfOneAndSplitsThatLeaveNothing) {
  Value one;
  one.kind = Value::Kind::scalar;
  one.text = "1.0";
  EXPECT_EQ(split_error(Value::map({{"test", one}})), "data.split.test: 1.0 would leave nothing to train on\n  help: write 1 for one row");
  EXPECT_EQ(split_error(Value::map({{"test", 1.5}})), "data.split.test: expected a fraction in (0, 1), a count of rows, or 0");
  EXPECT_EQ(split_error(Value::map({{"test", -1}})), "data.split.test: expected a fraction in (0, 1), a count of rows, or 0");
  EXPECT_EQ(split_error(Value::map({{"test", "half"}})), "data.split.test: expected a fraction or a count of rows");
  EXPECT_EQ(split_error(Value::map({{"test", 10}})), "data.split: 0 rows for validation and 10 for test leave none of 10 to train on");
  EXPECT_EQ(split(10, Value::map({{"test", 1}})).test->rows.size(), 1u);
}

TEST_F(Datasets, RefusesASplitBesideASeparateFile) {
  const Value test = Value::map({{"path", numbered(3, "test.csv")}, {"target", "y"}});
  const auto both = [&] {
    load("csv", {{"path", numbered(9)}, {"target", "y"}, {"split", Value::map({{"test", 2}})}, {"test", test}}, TargetForm::values);
  };
  EXPECT_EQ(error_of(ErrorKind::invalid, both), "data: give either `test` or `split.test`, not both");
}

TEST_F(Datasets, RefusesASeparateFileOfOtherColumns) {
  const Value test = Value::map({{"path", write("test.csv", "b,a,y\n1,2,3\n")}, {"target", "y"}});
  const auto other = [&] { load("csv", {{"path", numbered(9)}, {"target", "y"}, {"test", test}}, TargetForm::values); };
  EXPECT_EQ(error_of(ErrorKind::data, other), "data.test: the columns in " + folder_ / "test.csv" + " are not those of the training data");
}

TEST_F(Datasets, ReadsOptionsOfASeparatePartStrictly) {
  const Value test = Value::map({{"path", "x.csv"}, {"target", "y"}, {"delimeter", ";"}});
  const auto unknown = [&] { spec("csv", Value::map({{"path", numbered(9)}, {"target", "y"}, {"test", test}})); };
  EXPECT_EQ(error_of(ErrorKind::invalid, unknown), "data.test: unknown key 'delimeter'\n  help: did you mean 'delimiter'?");
}

TEST_F(Datasets, ResolvesThePathsOfSeparatePartsAgainstTheExperimentFile) {
  const auto source = std::make_shared<Source>(Source{"e.yaml", "/some/where/e.yaml", ""});
  Value path = "t.csv";
  path.mark = {source, 1, 1};
  const Spec resolved = spec("csv", Value::map({{"path", path}, {"target", "y"}, {"test", Value::map({{"path", path}, {"target", "y"}})}}));
  EXPECT_EQ(resolved.options.find("path")->text, "/some/where/t.csv");
  EXPECT_EQ(resolved.options.find("test")->find("path")->text, "/some/where/t.csv");
}

TEST_F(Datasets, InheritsTheOptionsThatASeparatePartLeavesOut) {
  const std::string train = write("a.csv", "a;y\n1;2\n"), test = write("b.csv", "a;y\n3;4\n");
  const Data data =
      load("csv", {{"path", train}, {"target", "y"}, {"delimiter", ";"}, {"test", Value::map({{"path", test}, {"target", "y"}})}},
           TargetForm::values);
  EXPECT_EQ(data.test->table->x.item(), 3);
}

TEST_F(Datasets, StandardisesByTheTrainingRowsOnly) {
  const Data data = split(20, Value::map({{"validation", 5}}), 3, true);
  double sum = 0, squares = 0, mean = 0, variance = 0;
  for (std::int64_t row : data.train.rows) {
    const double x = data.train.table->x.at(2 * row), raw_x = static_cast<double>(row * row);
    sum += x;
    squares += x * x;
    mean += raw_x / 15;
    variance += raw_x * raw_x / 15;
  }
  EXPECT_NEAR(sum, 0, 1e-12);
  EXPECT_NEAR(squares, 15, 1e-12);
  const std::int64_t held_out = data.validation->rows[0];
  EXPECT_NEAR(data.train.table->x.at(2 * held_out), (static_cast<double>(held_out * held_out) - mean) / std::sqrt(variance - mean * mean),
              1e-12);
}

TEST_F(Datasets, ShiftsAConstantColumnToExactlyZero) {
  const Data data = split(20, Value::map({{"validation", 5}}), 3, true);
  for (std::int64_t row = 0; row < 20; ++row) EXPECT_EQ(data.train.table->x.at(2 * row + 1), 0);
}

TEST_F(Datasets, StandardisesASeparateFileByTheTrainingFile) {
  const Value test = Value::map({{"path", write("b.csv", "a,y\n4,4\n")}, {"target", "y"}});
  const Data data = load("csv", {{"path", write("a.csv", "a,y\n0,2\n2,3\n")}, {"target", "y"}, {"standardize", true}, {"test", test}},
                         TargetForm::values);
  EXPECT_EQ(data.test->table->x.item(), 3);
  EXPECT_EQ(data.train.table->x.to_vector(), (Numbers64{-1, 1}));
}

TEST_F(Datasets, ReadsInlineRowsAndScalars) {
  const Table xor_table = load_table("inline", {{"x", Value{{0, 0}, {0, 1}}}, {"y", Value{"no", "yes"}}});
  EXPECT_EQ(xor_table.x.shape(), (Shape{2, 2}));
  EXPECT_EQ(xor_table.y.to_vector(), (Numbers64{0, 1}));
  const Table line = load_table("inline", {{"x", Value{1, 2, 3, 4}}, {"y", Value{2, 4, 6, 8}}}, TargetForm::values);
  EXPECT_EQ(line.x.shape(), (Shape{4, 1}));
  EXPECT_EQ(line.y.shape(), (Shape{4, 1}));
  const Table pairs = load_table("inline", {{"x", Value{1, 2}}, {"y", Value{{1, 2}, {3, 4}}}}, TargetForm::values);
  EXPECT_EQ(pairs.y.shape(), (Shape{2, 2}));
}

TEST_F(Datasets, RefusesBrokenInlineRows) {
  const auto message = [](const Value& x, const Value& y) {
    return error_of(ErrorKind::invalid, [&] { load_table("inline", {{"x", x}, {"y", y}}, TargetForm::values); });
  };
  EXPECT_EQ(message(Value{{1, 2}, {3}}, Value{1, 2}), "data.x[1]: expected 2 numbers as in the first row, got 1");
  EXPECT_EQ(message(Value{1, "2"}, Value{1, 2}), "data.x[1]: expected a number, got the text '2'");
  EXPECT_EQ(message(Value{1, 2}, Value{1}), "data.y: 1 targets for 2 rows");
  EXPECT_EQ(message(Value("x"), Value{1}), "data.x: expected a list of rows");
}

TEST_F(Datasets, KeepWhatStandardizesNewRows) {
  const Data data =
      load("csv", {{"path", write("s.csv", "a,b,y\n1,5,0\n3,5,0\n")}, {"target", "y"}, {"standardize", true}}, TargetForm::values);
  ASSERT_TRUE(data.standardization);
  EXPECT_EQ(data.standardization->features, (Names{"a", "b"}));
  EXPECT_EQ(data.standardization->mean, (Numbers64{2, 5}));
  EXPECT_EQ(data.standardization->deviation, (Numbers64{1, 1}));
  EXPECT_FALSE(split(10, Value::map({{"test", 1}})).standardization);
}

TEST_F(Datasets, RefuseToStandardizeWhatOverflows) {
  const auto refusal = [&](const std::string& rows, DType dtype) {
    const std::string path = write("s.csv", "a,b,y\n" + rows);
    return error_of(ErrorKind::invalid, [&] {
      load("csv", {{"path", path}, {"target", "y"}, {"standardize", true}}, TargetForm::values, dtype);
    });
  };
  EXPECT_EQ(refusal("1,1e200,0\n2,-1e200,0\n", DType::float64),
            "data.standardize: feature 'b' is too large to have a mean and a deviation");
  EXPECT_EQ(refusal("1e308,1,0\n1e308,2,0\n-1e308,2,0\n", DType::float64),
            "data.standardize: feature 'a' is too large to have a mean and a deviation");
}

TEST_F(Datasets, AreSharedByAllSeedsUnlessTheyTakeRandomNumbers) {
  const auto are_shared = [](const std::string& type, const Value& options, TargetForm form) {
    DataCache cache;
    const Spec own = spec(type, options);
    const auto table = cache.load(own, DType::float64, form, 1).train.table;
    return cache.load(own, DType::float64, form, 2).train.table == table;
  };
  Value file = Value::map({{"path", numbered(9)}, {"target", "y"}, {"standardize", true}});
  EXPECT_TRUE(are_shared("csv", file, TargetForm::values));
  file.set("test", Value::map({{"path", numbered(3, "test.csv")}}));
  EXPECT_TRUE(are_shared("csv", file, TargetForm::values));
  file.set("split", Value::map({{"validation", 2}}));
  EXPECT_FALSE(are_shared("csv", file, TargetForm::values));
  for (const char* type : {"linear", "polynomial", "sine"}) EXPECT_FALSE(are_shared(type, Value::map(), TargetForm::values)) << type;
  for (const char* type : {"blobs", "circles", "moons", "spirals", "xor"}) {
    EXPECT_FALSE(are_shared(type, Value::map(), TargetForm::classes)) << type;
  }
}

}  // namespace
}  // namespace descent::test
