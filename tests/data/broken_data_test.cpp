
#include "tests/data/data_files.h"
#include "tests/stopwatch.h"

// Files that must be refused, each with its exact message. In a message, FILE stands for the path of the broken file.
namespace descent::test {
namespace {

struct Broken {
  const char* name;
  const char* type;  // of the data set
  std::string bytes;
  std::string message;
  TargetForm form = TargetForm::values;
};

const std::string kY = npy(npy_header("<f8", "(2,)"), raw<double>({1, 2}));
const double kNaN = std::numeric_limits<double>::quiet_NaN(), kInf = std::numeric_limits<double>::infinity();

std::string npy_text(const std::string& header, std::size_t values = 16) { return npy(header, std::string(values, '\0')); }
std::string at(const std::string& place, const std::string& message) { return "FILE:" + place + ": error: " + message; }
std::string byte(int offset, const std::string& message) { return at(" byte " + std::to_string(offset), message); }
std::string cut(const std::string& bytes, std::size_t removed) { return bytes.substr(0, bytes.size() - removed); }
std::string damaged(std::string bytes, std::size_t place) {
  bytes[place] = static_cast<char>(bytes[place] ^ 0x55);
  return bytes;
}

const std::vector<Broken>& broken_files() {
  static const std::string number = "expected a number in column 'a', got ";
  static const std::string idx22 = idx({2, 2}, "abcd");
  static const std::vector<Broken> files = {
      {"csv_empty_file", "csv", "", at("1:1", "the file is empty")},
      {"csv_only_empty_lines", "csv", "\n\n", at("1:1", "the file is empty")},
      {"csv_only_a_header", "csv", "a,y\n", at("1:4", "no rows after the header")},
      {"csv_trailing_letters", "csv", "a,y\n1,2\n2abc,3\n", at("3:1", number + "'2abc'")},
      {"csv_second_point", "csv", "a,y\n2.3.4,3\n", at("2:1", number + "'2.3.4'")},
      {"csv_hexadecimal", "csv", "a,y\n0x10,3\n", at("2:1", number + "'0x10'")},
      {"csv_leading_zero", "csv", "a,y\n010,3\n", at("2:1", number + "'010'")},
      {"csv_nan", "csv", "b,a,y\n1,nan,3\n", at("2:3", number + "'nan'")},
      {"csv_infinity", "csv", "a,y\n-inf,3\n", at("2:1", number + "'-inf'")},
      {"csv_missing_mark", "csv", "b,a,y\n1,n/a,3\n", at("2:3", number + "'n/a'")},
      {"csv_overflow", "csv", "a,y\n1e999,3\n", at("2:1", number + "'1e999'")},
      {"csv_float32_overflow", "csv", "a,y\n1e39,3\n", at("2:1", "column 'a': 1e+39 does not fit float32")},
      {"csv_thousands", "csv", "a,y\n\"1,000\",3\n", at("2:1", number + "'1,000'")},
      {"csv_two_numbers", "csv", "a,y\n1 2,3\n", at("2:1", number + "'1 2'")},
      {"csv_blank_cell", "csv", "a,y\n ,3\n", at("2:1", number + "' '")},
      {"csv_empty_cell", "csv", "b,a,y\n1,,3\n", at("2:3", "column 'a': an empty cell")},
      {"csv_empty_target", "csv", "a,y\n1,\n", at("2:3", "column 'y': an empty cell")},
      {"csv_empty_quotes", "csv", "a,y\n\"\",1\n", at("2:1", "column 'a': an empty cell")},
      {"csv_short_row", "csv", "b,a,y\n1,2,3\n1,2\n", at("3:4", "expected 3 fields, got 2")},
      {"csv_long_row", "csv", "a,y\n1,2,3\n", at("2:5", "expected 2 fields, got 3")},
      {"csv_compensating_rows", "csv", "b,a,y\n1,2,3,4\n1,2\n", at("2:7", "expected 3 fields, got 4")},
      {"csv_trailing_delimiter", "csv", "a,y\n1,2,\n", at("2:5", "expected 2 fields, got 3")},
      {"csv_empty_line_between", "csv", "a,y\n1,2\n\n3,4\n", at("3:1", "an empty line")},
      {"csv_nul", "csv", std::string("a,y\n1,\0002\n", 8), at("2:3", "a NUL byte; is this a text file?")},
      {"csv_utf16", "csv",
       std::string("\xFF\xFE"
                   "a\0,\0",
                   6),
       at("1:4", "a NUL byte; is this a text file?")},
      {"csv_latin1", "csv", "a,y\n1,caf\xE9\n", at("2:6", "a byte that is not UTF-8")},
      {"csv_overlong_utf8", "csv", "\xC0\xAF,y\n1,2\n", at("1:1", "a byte that is not UTF-8")},
      {"csv_carriage_returns", "csv", "a,y\r1,2\r", at("1:4", "a carriage return inside a line")},
      {"csv_unclosed_quote", "csv", "a,y\n1,\"2\n3,4\n", at("2:3", "the quote is never closed")},
      {"csv_quote_inside", "csv", "a,y\n1\"2\",3\n", at("2:2", "a quote inside an unquoted field")},
      {"csv_text_after_quote", "csv", "a,y\n\"1\"2,3\n", at("2:4", "text after the closing quote")},
      {"csv_duplicate_column", "csv", "a,y,a\n1,2,3\n", at("1:5", "a second column 'a'")},
      {"csv_unnamed_column", "csv", ",a,y\n0,1,2\n", at("1:1", "a column without a name")},
      {"csv_no_header", "csv", "1,2\n3,4\n",
       at("1:1", "the first line holds only numbers, not the columns' names\n  help: header: false, where there is none")},
      {"csv_no_target", "csv", "a,Y2\n1,2\n", at("1:1", "no column 'y'\n  help: known: a Y2")},
      {"csv_one_column", "csv", "y\n1\n",
       at("1:1", "only one column: there is no feature beside the target\n  help: set `delimiter:` if it is another")},
      {"csv_nan_label", "csv", "a,y\n1,2\n2,nan\n", at("3:3", "column 'y': expected a label, got 'nan'"), TargetForm::classes},
      {"csv_text_among_values", "csv", "a,y\n1,2\n2,low\n", at("3:3", "column 'y': expected a number, got 'low'")},
      {"csv_third_text", "csv", "a,y\n1,x\n2,y\n3,z\n",
       at("4:3", "column 'y': 'z' is a third class, where the loss needs numbers or two classes")},
      {"csv_characters_before_the_error", "csv", "é,a,y\n1,\"x\",2\n", at("2:3", number + "'x'")},
      {"csv_line_after_multiline_field", "csv", "a,y\n1,\"x\ny\"\n-,x\n", at("4:1", number + "'-'")},
      {"csv_escape_sequence", "csv", "a,y\n\x1b[31m,1\n", at("2:1", number + "'\\x1b[31m'")},
      {"csv_long_line", "csv", "a,y\n" + std::string((1 << 20) + 1, '1'), at("2:1048577", "the line is longer than 1 MiB")},
      {"csv_cut_gzip", "csv", cut(gzipped("a,y\n1,2\n"), 4), byte(8, "the gzip stream is cut short")},
      {"csv_zip", "csv", "PK\x03\x04 something", at("1:1", "no column 'y'\n  help: known: PK\\x03\\x04 something")},

      {"idx_empty_file", "idx", "", byte(0, "the file ends inside the header")},
      {"idx_wrong_magic", "idx", "PNG.............", byte(0, "not an IDX file: it starts with two zero bytes")},
      {"idx_unknown_type", "idx", idx({2, 2}, "abcd", 7), byte(2, "unknown element type 0x07")},
      {"idx_rank_zero", "idx", idx({}, "a"), byte(3, "rank 0, expected 1 to 6")},
      {"idx_rank_seven", "idx", idx({1, 1, 1, 1, 1, 1, 1}, "a"), byte(3, "rank 7, expected 1 to 6")},
      {"idx_cut_header", "idx", idx22.substr(0, 10), byte(10, "the file ends inside the header")},
      {"idx_cut_data", "idx", cut(idx22, 1), byte(12, "the header promises 4 bytes, only 3 left")},
      {"idx_trailing_bytes", "idx", idx22 + "e", byte(16, "unexpected bytes after the data")},
      {"idx_no_rows", "idx", idx({0, 2}, ""), byte(12, "the shape (0, 2) holds no values")},
      {"idx_huge", "idx", idx({65535, 65535}, "ab"), byte(12, "the shape (65535, 65535) makes a table larger than 2 GiB")},
      {"idx_product_wraps", "idx", idx({0x80000000u, 0x80000000u, 4, 4}, "ab"), byte(12, "the sizes are too large")},
      {"idx_product_is_negative", "idx", idx({3573547010u, 3892314114u}, "ab"), byte(8, "the sizes are too large")},
      {"idx_claim_over_the_file", "idx", idx({10000, 10000}, "ab"), byte(12, "the header promises 100000000 bytes, only 2 left")},
      {"idx_claim_over_the_gzip", "idx", gzipped(idx({10000, 10000}, "ab")),
       byte(12, "the header promises 100000000 bytes, at most 31980 left")},
      {"idx_nan", "idx", idx({2, 1}, big_endian(0x3F800000) + big_endian(0x7FC00000), 0x0D), byte(16, "nan is not a finite float32")},
      {"idx_gzip_cut", "idx", cut(gzipped(idx22), 12), byte(12, "the gzip stream is cut short")},
      {"idx_gzip_cut_trailer", "idx", cut(gzipped(idx22), 1), byte(16, "the gzip stream is cut short")},
      {"idx_gzip_wrong_checksum", "idx", damaged(gzipped(idx22), gzipped(idx22).size() - 8),
       byte(12, "damaged gzip stream: incorrect data check")},
      {"idx_gzip_trailing_bytes", "idx", gzipped(idx22) + "garbage", byte(16, "damaged gzip stream: incorrect header check")},
      {"idx_label_count", "idx", idx({3, 1}, "abc"), "LABELS:1: error: 2 targets for the 3 rows of FILE"},

      {"libsvm_empty_file", "libsvm", "", at("0:1", "the file holds no rows")},
      {"libsvm_only_comments", "libsvm", "# nothing\n", at("1:1", "the file holds no rows")},
      {"libsvm_text_label", "libsvm", "cat 1:2\n", at("1:1", "expected a number as label, got 'cat'")},
      {"libsvm_several_labels", "libsvm", "1,2 1:2\n", at("1:1", "expected a number as label, got '1,2'")},
      {"libsvm_no_colon", "libsvm", "1 1:2 3\n", at("1:7", "expected INDEX:VALUE, got '3'")},
      {"libsvm_query", "libsvm", "1 qid:3 1:2\n", at("1:3", "expected INDEX:VALUE, got 'qid:3'")},
      {"libsvm_index_zero", "libsvm", "1 0:2\n", at("1:3", "index 0: indices count from 1")},
      {"libsvm_negative_index", "libsvm", "1 -4:2\n", at("1:3", "expected INDEX:VALUE, got '-4:2'")},
      {"libsvm_descending", "libsvm", "1 1:1\n1 3:2 2:1\n", at("2:7", "index 2 after 3: indices must ascend")},
      {"libsvm_repeated", "libsvm", "1 3:2 3:1\n", at("1:7", "index 3 after 3: indices must ascend")},
      {"libsvm_huge_index", "libsvm", "1 1048577:1\n", at("1:3", "index 1048577 is beyond the 1048576 features")},
      {"libsvm_wrapping_index", "libsvm", "1 18446744073709551617:1\n", at("1:3", "expected INDEX:VALUE, got '18446744073709551617:1'")},
      {"libsvm_no_value", "libsvm", "1 1:\n", at("1:5", "expected a number, got ''")},
      {"libsvm_bad_value", "libsvm", "1 1:2:3\n", at("1:5", "expected a number, got '2:3'")},
      {"libsvm_nan", "libsvm", "1 1:nan\n", at("1:5", "expected a number, got 'nan'")},
      {"libsvm_overflow", "libsvm", "1 1:1e39\n", at("1:5", "1e+39 does not fit float32")},

      {"npy_empty_file", "npy", "", byte(0, "the file ends inside the header")},
      {"npy_wrong_magic", "npy", "\x93NUMPX\x01\x01....", byte(0, "not an NPY file")},
      {"npy_version_four", "npy", npy(npy_header("<f8", "(2,)"), "", 4), byte(6, "unknown version 4.0")},
      {"npy_long_header", "npy", std::string("\x93NUMPY\x02\x00\xFF\xFF\xFF\xFF", 12),
       byte(8, "a header of 4294967295 bytes; at most 65536 are accepted")},
      {"npy_cut_header", "npy", npy(npy_header("<f8", "(2,)"), "").substr(0, 40), byte(40, "the file ends inside the header")},
      {"npy_no_dict", "npy", npy_text("hello\n"), byte(10, "header at `hello`: expected '{'")},
      {"npy_missing_key", "npy", npy_text("{'descr': '<f8', 'shape': (2,)}"),
       byte(41, "header at ``: missing descr, fortran_order or shape")},
      {"npy_duplicate_key", "npy", npy_text("{'shape': (2,), 'shape': (2,)}"), byte(26, "header at `'shape'`: a second such key")},
      {"npy_unknown_key", "npy", npy_text("{'strides': (8,)}"), byte(11, "header at `'strides'`: unknown key")},
      {"npy_text_after_dict", "npy", npy_text(npy_header("<f8", "(2,)") + "x"), byte(68, "header at `x`: text after the dict")},
      {"npy_object_type", "npy", npy_text(npy_header("|O", "(2,)")), byte(67, "unsupported type '|O'")},
      {"npy_big_endian", "npy", npy_text(npy_header(">f8", "(2,)")), byte(68, "unsupported type '>f8'")},
      {"npy_record_type", "npy", npy_text("{'descr': [('a', '<f8')]}"), byte(20, "header at `[`: expected a quoted text")},
      {"npy_long_type", "npy", npy_text(npy_header(std::string(30000, '9'), "(2,)")),
       byte(30065, "unsupported type '" + std::string(60, '9') + "…'")},
      {"npy_number_as_boolean", "npy", npy_text(npy_header("<f8", "(2,)", "1")), byte(44, "header at `1`: expected True or False")},
      {"npy_negative_size", "npy", npy_text(npy_header("<f8", "(-2,)")), byte(61, "header at `-2`: expected a size")},
      {"npy_float_size", "npy", npy_text(npy_header("<f8", "(2.5,)")), byte(61, "header at `2.5`: expected a size")},
      {"npy_hexadecimal_size", "npy", npy_text(npy_header("<f8", "(0x2,)")), byte(61, "header at `0x2`: expected a size")},
      {"npy_integral_float_size", "npy", npy_text(npy_header("<f8", "(2.0,)")), byte(61, "header at `2.0`: expected a size")},
      {"npy_true_size", "npy", npy_text(npy_header("<f8", "(True,)")), byte(61, "header at `True`: expected a size")},
      {"npy_unclosed_text", "npy", npy_text("{'descr"), byte(11, "header at `'descr`: expected a quoted text")},
      {"npy_text_size", "npy", npy_text(npy_header("<f8", "('2',)")), byte(61, "header at `'2'`: expected a size")},
      {"npy_nested_shape", "npy", npy_text(npy_header("<f8", "((2, 1), 1)")), byte(61, "header at `(`: expected a size")},
      {"npy_parenthesised_number", "npy", npy_text(npy_header("<f8", "(2)")), byte(62, "header at `)`: expected a comma")},
      {"npy_scalar", "npy", npy_text(npy_header("<f8", "()")), byte(61, "header at `)`: no axis of rows")},
      {"npy_rank_seven", "npy", npy_text(npy_header("<f8", "(1, 1, 1, 1, 1, 1, 2)")), byte(79, "header at `2`: more than 6 axes")},
      {"npy_bytes_wrap", "npy", npy_text(npy_header("<f4", "(4611686018427387904,)"), 0),
       byte(61, "header at `4611686018427387904`: too large a shape")},
      {"npy_product_wraps", "npy", npy_text(npy_header("<f8", "(4294967296, 4294967297)")),
       byte(73, "header at `4294967297`: too large a shape")},
      {"npy_no_rows", "npy", npy_text(npy_header("<f8", "(0,)"), 0), byte(68, "the shape (0,) holds no values")},
      {"npy_cut_data", "npy", npy_text(npy_header("<f8", "(2,)"), 15), byte(68, "the header promises 16 bytes, only 15 left")},
      {"npy_no_data", "npy", npy_text(npy_header("<f8", "(2,)"), 0), byte(68, "the header promises 16 bytes, only 0 left")},
      {"npy_trailing_bytes", "npy", npy_text(npy_header("<f8", "(2,)"), 17), byte(84, "unexpected bytes after the data")},
      {"npy_nan", "npy", npy(npy_header("<f8", "(2,)"), raw<double>({1, kNaN})), byte(76, "nan is not a finite float32")},
      {"npy_infinity", "npy", npy(npy_header("<f8", "(2,)"), raw<double>({-kInf, 1})), byte(68, "-inf is not a finite float32")},
      {"npy_float32_overflow", "npy", npy(npy_header("<f8", "(2,)"), raw<double>({1, 1e39})), byte(76, "1e+39 is not a finite float32")},
  };
  return files;
}

class BrokenData : public DataTest {
 protected:
  Spec broken_spec(const Broken& file) const {
    const std::string path = write("FILE", file.bytes);
    if (file.type == std::string("csv")) return spec("csv", Value::map({{"path", path}, {"target", "y"}}));
    if (file.type == std::string("libsvm")) return spec("libsvm", Value::map({{"path", path}}));
    if (file.type == std::string("npy")) return spec("npy", Value::map({{"x", path}, {"y", write("Y", kY)}}));
    return spec("idx", Value::map({{"images", path}, {"labels", write("LABELS", idx({2}, "ab"))}}));
  }
};

TEST_F(BrokenData, IsRefusedWithItsExactMessageAtOnce) {
  ASSERT_GE(broken_files().size(), 60u);
  for (const Broken& file : broken_files()) {
    const test::Stopwatch watch;
    std::string message = error_of(ErrorKind::data, [&] { load_data(broken_spec(file), DType::float32, file.form, 0); });
    for (std::size_t i; (i = message.find(folder_.path() + '/')) != std::string::npos;) message.erase(i, folder_.path().size() + 1);
    EXPECT_EQ(message, file.message) << file.name;
    EXPECT_LT(message.size(), 2000u) << file.name;
    EXPECT_LT(watch.seconds(), 2) << file.name;
  }
}

TEST_F(BrokenData, IsRefusedWhereverABinaryFileIsCut) {
  for (const auto& [type, bytes] : {std::pair("idx", idx({2, 2}, "abcd")), {"idx", gzipped(idx({2, 2}, "abcd"))}, {"npy", kY}}) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const Broken file{"cut", type, bytes.substr(0, size), ""};
      EXPECT_THROW(load_data(broken_spec(file), DType::float32, file.form, 0), Error) << type << " cut to " << size;
    }
  }
}

TEST_F(BrokenData, NamesThePlaceInTheExperimentFile) {
  const auto source = std::make_shared<Source>(Source{"e.yaml", folder_ / "e.yaml", "data: {type: csv, path: t.csv, target: y}\n"});
  Value path = "t.csv";
  path.mark = {source, 1, 24};
  const auto run = [&] { load_data(spec("csv", Value::map({{"path", path}, {"target", "y"}})), DType::float32, TargetForm::values, 0); };
  EXPECT_EQ(error_of(ErrorKind::data, run).find("e.yaml:1:24: error: data: " + folder_ / "t.csv" + ": cannot open: No such file"), 0u);
  write("t.csv", "a,y\nx,1\n");
  EXPECT_EQ(error_of(ErrorKind::data, run),
            folder_ / "t.csv" + ":2:1: error: expected a number in column 'a', got 'x'\n  named at e.yaml:1:24");
}

TEST_F(BrokenData, IsNoFolderOrDevice) {
  EXPECT_EQ(error_of(ErrorKind::data, [&] { load("libsvm", {{"path", folder_.path()}}); }), folder_.path() + ": not a regular file");
  EXPECT_EQ(error_of(ErrorKind::data, [&] { load("libsvm", {{"path", "/dev/zero"}}); }), "/dev/zero: not a regular file");
}

// A class or label of a held-out file that training does not know has a place, too.
TEST_F(BrokenData, NamesThePlaceOfAClassThatTrainingLacks) {
  const std::string train = write("a.csv", "a,y\n1,b\n2,a\n"), test = write("b.csv", "a,y\n1,b\n2,zebra\n");
  const auto run = [&] { load("csv", {{"path", train}, {"target", "y"}, {"test", Value::map({{"path", test}, {"target", "y"}})}}); };
  EXPECT_EQ(error_of(ErrorKind::data, run), test + ":3:3: error: column 'y': the training data have no class 'zebra'");
}

}  // namespace
}  // namespace descent::test
