#include "descent/experiment/records.h"
#include "descent/experiment/csv_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <cmath>
#include <cstring>
#include <thread>

#include "tests/temporary_folder.h"

namespace descent {
namespace {

using test::error_of;
using test::slurp;
using test::spill;
using test::TemporaryFolder;

template <class Line>
std::string json_of(const Line& line) {
  std::string text;
  append_json(text, line);
  return text;
}

Record at(std::int64_t step, double loss) {
  Record record;
  record.step = step;
  record.loss = loss;
  return record;
}

TEST(Record, WritesItsFieldsInOrder) {
  Record record = at(10, 0.43);
  record.epoch = 1;
  record.split = "train";
  record.lr = 0.1;
  record.grad_norm = 1.2;
  record.params = {{"w", {4}, false}, {"x", {1, 2.5}, true}, {"y", {7}, true}};
  record.metrics = {{"accuracy", 0.9}};
  EXPECT_EQ(json_of(record), R"({"step":10,"epoch":1,"split":"train","loss":0.43,"lr":0.1,"grad_norm":1.2,)"
                             R"("params":{"w":4,"x":[1,2.5],"y":[7]},"accuracy":0.9})");
}

TEST(Record, LeavesOutWhatIsUnset) { EXPECT_EQ(json_of(at(0, 25)), R"({"step":0,"loss":25})"); }

TEST(Record, NamesALossThatIsNotFinite) {
  EXPECT_EQ(json_of(at(3, NAN)), R"({"step":3,"loss":null,"nonfinite":"nan"})");
  EXPECT_EQ(json_of(at(3, INFINITY)), R"({"step":3,"loss":null,"nonfinite":"inf"})");
  EXPECT_EQ(json_of(at(3, -INFINITY)), R"({"step":3,"loss":null,"nonfinite":"-inf"})");
}

TEST(Record, NamesTheFirstOfSeveralNumbersThatAreNotFinite) {
  Record record = at(3, 1);
  record.params = {{"x", {1, -INFINITY, NAN}, true}};
  record.metrics = {{"mae", INFINITY}};
  EXPECT_EQ(json_of(record), R"({"step":3,"loss":1,"params":{"x":[1,null,null]},"mae":null,"nonfinite":"-inf"})");
}

TEST(Record, EscapesNames) {
  Record record = at(1, 0);
  record.split = "a\"b\\c\n\x1f\u00e9";
  EXPECT_EQ(json_of(record), "{\"step\":1,\"split\":\"a\\\"b\\\\c\\u000a\\u001f\u00e9\",\"loss\":0}");
}

TEST(Record, KeepsTheSignOfZero) { EXPECT_EQ(json_of(at(1, -0.0)), R"({"step":1,"loss":-0.0})"); }

RC_GTEST_PROP(Record, GivesEveryDoubleBack, (std::uint64_t bits)) {
  double value;
  std::memcpy(&value, &bits, sizeof value);
  RC_PRE(std::isfinite(value));
  const double read = parse_json(json_of(at(1, value)))["loss"];
  RC_ASSERT(std::memcmp(&read, &value, sizeof value) == 0);
}

RC_GTEST_PROP(Record, IsValidJsonWithEveryName, (const std::string& name)) {
  std::string ascii = name;
  for (char& c : ascii) c = static_cast<char>(c & 0x7f);
  Record record = at(1, 2);
  record.split = "s" + ascii;
  record.params = {{"p" + ascii, {3}, false}};
  const auto read = parse_json(json_of(record));
  RC_ASSERT(read["split"] == "s" + ascii);
  RC_ASSERT(read["params"]["p" + ascii] == 3);
}

TEST(Timing, WritesItsFieldsInOrder) { EXPECT_EQ(json_of(Timing{7, 0.25}), R"({"step":7,"seconds":0.25})"); }

TEST(RecordWriter, WritesALineForEachRecord) {
  const TemporaryFolder folder;
  RecordWriter writer(folder / "m");
  writer.write(at(1, 0.5));
  writer.write(Timing{1, 2});
  writer.close();
  EXPECT_EQ(slurp(folder / "m"), "{\"step\":1,\"loss\":0.5}\n{\"step\":1,\"seconds\":2}\n");
}

TEST(RecordWriter, AppendsToAnEarlierFile) {
  const TemporaryFolder folder;
  for (int step = 1; step <= 2; ++step) RecordWriter(folder / "m").write(at(step, 0));
  EXPECT_EQ(slurp(folder / "m"), "{\"step\":1,\"loss\":0}\n{\"step\":2,\"loss\":0}\n");
}

TEST(RecordWriter, KeepsTheOrderOfManyRecords) {
  const TemporaryFolder folder;
  std::string expected;
  RecordWriter writer(folder / "m");
  for (int step = 0; step < 20000; ++step) {
    writer.write(at(step, step / 3.0));
    expected += json_of(at(step, step / 3.0)) + '\n';
  }
  writer.close();
  EXPECT_EQ(slurp(folder / "m"), expected);
}

TEST(RecordWriter, ShowsRareRecordsAtOnce) {
  const TemporaryFolder folder;
  RecordWriter writer(folder / "m");
  for (int step = 1; step <= 3; ++step) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    writer.write(at(step, 0));
    const std::string seen = slurp(folder / "m");
    EXPECT_EQ(std::count(seen.begin(), seen.end(), '\n'), step);
  }
}

TEST(RecordWriter, ShowsEverythingAfterAFlush) {
  const TemporaryFolder folder;
  RecordWriter writer(folder / "m");
  writer.write(at(1, 0));
  writer.write(at(2, 0));
  writer.flush();
  EXPECT_EQ(slurp(folder / "m"), "{\"step\":1,\"loss\":0}\n{\"step\":2,\"loss\":0}\n");
}

TEST(RecordWriter, ReportsAFullDisk) {
  RecordWriter writer("/dev/full");
  const auto fill = [&] {
    for (int step = 0; step < 100000; ++step) writer.write(at(step, 0));
  };
  EXPECT_EQ(error_of(ErrorKind::data, fill), "/dev/full: cannot write: No space left on device");
}

TEST(RecordWriter, ReportsAFullDiskAtTheLastRecord) {
  RecordWriter writer("/dev/full");
  const auto end = [&] {
    writer.write(at(1, 0));
    writer.close();
  };
  EXPECT_EQ(error_of(ErrorKind::data, end), "/dev/full: cannot write: No space left on device");
}

TEST(RecordWriter, WritesNothingTwiceAfterAFullDisk) {
  const TemporaryFolder folder;
  const auto before = ::signal(SIGXFSZ, SIG_IGN);
  rlimit kept{};
  ::getrlimit(RLIMIT_FSIZE, &kept);
  {
    RecordWriter writer(folder / "m");
    writer.write(at(1, 0));
    const rlimit ten_bytes{10, kept.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &ten_bytes);
    EXPECT_EQ(error_of(ErrorKind::data, [&] { writer.flush(); }), (folder / "m") + ": cannot write: File too large");
    ::setrlimit(RLIMIT_FSIZE, &kept);
  }
  ::signal(SIGXFSZ, before);
  EXPECT_EQ(slurp(folder / "m"), "{\"step\":1,");
}

TEST(RecordWriter, NamesAMissingFolder) {
  EXPECT_EQ(error_of(ErrorKind::data, [] { RecordWriter("/none/m"); }), "/none/m: cannot open: No such file or directory");
}

std::string csv_of(const std::string& jsonl) {
  const TemporaryFolder folder;
  spill(folder / "m.jsonl", jsonl);
  return metrics_csv(folder / "m.jsonl");
}

TEST(MetricsCsv, HasOneSetOfColumns) {
  EXPECT_EQ(csv_of(R"({"step":1,"split":"train","loss":0.5,"lr":0.1})"
                   "\n"
                   R"({"step":1,"split":"validation","loss":0.25,"accuracy":1})"
                   "\n"
                   R"({"step":2,"split":"train","loss":1e-07,"lr":0.1})"
                   "\n"),
            "step,split,loss,lr,accuracy\n"
            "1,train,0.5,0.1,\n"
            "1,validation,0.25,,1\n"
            "2,train,1e-07,0.1,\n");
}

TEST(MetricsCsv, FlattensParameters) {
  EXPECT_EQ(csv_of("{\"step\":0,\"params\":{\"w\":4,\"x\":[1,-0.0]}}\n"), "step,params.w,params.x[0],params.x[1]\n0,4,1,-0\n");
}

TEST(MetricsCsv, LeavesNullEmptyAndKeepsItsKind) {
  EXPECT_EQ(csv_of("{\"step\":1,\"loss\":null,\"nonfinite\":\"nan\"}\n"), "step,loss,nonfinite\n1,,nan\n");
}

TEST(MetricsCsv, QuotesNamesThatNeedIt) { EXPECT_EQ(csv_of("{\"a,b\":1,\"c\\\"d\":\"x\\ny\"}\n"), "\"a,b\",\"c\"\"d\"\n1,\"x\ny\"\n"); }

TEST(MetricsCsv, KeepsEveryDigit) {
  const TemporaryFolder folder;
  RecordWriter writer(folder / "m.jsonl");
  for (const double loss : {0.1 + 0.2, 5e-324, 1.7976931348623157e308, 1e16, 123456.0}) writer.write(at(1, loss));
  writer.close();
  EXPECT_EQ(metrics_csv(folder / "m.jsonl"), "step,loss\n1,0.30000000000000004\n1,5e-324\n1,1.7976931348623157e+308\n1,1e+16\n1,123456\n");
}

TEST(MetricsCsv, LeavesOutALastLineThatWasCutAnywhere) {
  const std::string whole = "{\"step\":1,\"loss\":2}\n", next = "{\"step\":2,\"loss\":3}\n";
  for (std::size_t n = 0; n < next.size(); ++n) EXPECT_EQ(csv_of(whole + next.substr(0, n)), "step,loss\n1,2\n") << n;
  EXPECT_EQ(csv_of(whole + next), "step,loss\n1,2\n2,3\n");
}

TEST(MetricsCsv, NamesTheLineThatIsNoRecord) {
  const TemporaryFolder folder;
  for (const std::string line : {"[1]", "", "{", "nonsense", "{\"a\":1}{\"b\":2}", "{\"a\":\"\xff\"}"}) {
    spill(folder / "m", "{\"step\":1}\n" + line + "\n");
    EXPECT_EQ(error_of(ErrorKind::data, [&] { metrics_csv(folder / "m"); }), (folder / "m") + ":2: not a record");
  }
}

TEST(MetricsCsv, SurvivesDeepNesting) {
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  EXPECT_THAT(test::error_of(ErrorKind::data, [&] { csv_of("{\"step\":1,\"x\":" + deep + "}\n"); }),
              testing::EndsWith("m.jsonl:1: not a record"));
}

}  // namespace
}  // namespace descent
