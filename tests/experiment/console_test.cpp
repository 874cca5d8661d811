#include "descent/experiment/console.h"

#include <cmath>
#include <sstream>

#include "tests/temporary_folder.h"

namespace descent::test {
namespace {

Record record(std::int64_t step, std::int64_t epoch, const std::string& split = "train") {
  Record record;
  record.step = step;
  if (epoch > 0) record.epoch = epoch;
  record.split = split;
  record.loss = 0.5;
  return record;
}

// The first words of the lines on stderr.
std::vector<std::string> shown_by(Console& console, const std::vector<Record>& records) {
  testing::internal::CaptureStderr();
  for (const Record& one : records) console.record(one);
  std::istringstream lines(testing::internal::GetCapturedStderr());
  std::vector<std::string> words;
  for (std::string kind, number, line; lines >> kind >> number && std::getline(lines, line);) words.push_back(kind + ' ' + number);
  return words;
}

TEST(Console, ShowsALineAnEpochHoweverOftenThereAreRecords) {
  Console console;
  console.expect(9, 3, 1);
  std::vector<Record> records;
  for (int step = 1; step <= 9; ++step) records.push_back(record(step, (step - 1) / 3 + 1));
  EXPECT_EQ(shown_by(console, records), (std::vector<std::string>{"epoch 1", "epoch 2", "epoch 3"}));
}

TEST(Console, ShowsTheLastRecordOfAnEpochAndOfTheRun) {
  Console console;
  console.expect(8, 3, 2);
  EXPECT_EQ(shown_by(console, {record(2, 1), record(4, 2), record(6, 2), record(8, 3)}),
            (std::vector<std::string>{"epoch 1", "epoch 2", "epoch 3"}));
}

TEST(Console, ShowsEveryHeldOutRecord) {
  Console console;
  console.expect(300, 3, 1);
  EXPECT_EQ(shown_by(console, {record(3, 1, "validation"), record(6, 2, "test")}), (std::vector<std::string>{"epoch 1", "epoch 2"}));
}

TEST(Console, ShowsTenLinesOfAnObjectiveBesideItsStart) {
  Console console;
  console.expect(1000, 0, 1);
  std::vector<Record> records;
  for (int step = 0; step <= 1000; ++step) records.push_back(record(step, 0));
  const auto lines = shown_by(console, records);
  ASSERT_EQ(lines.size(), 11u);
  EXPECT_EQ(lines[0] + ", " + lines[1] + ", " + lines[2] + ", " + lines[10], "step 0, step 1, step 101, step 901");
}

TEST(Console, ShowsTheTutorialsEpochs) {
  Console console;
  console.expect(100, 1, 1);
  std::vector<Record> records;
  for (int step = 1; step <= 100; ++step) records.push_back(record(step, step));
  const auto lines = shown_by(console, records);
  ASSERT_EQ(lines.size(), 10u);
  EXPECT_EQ(lines[0] + ", " + lines[1] + ", " + lines[9], "step 1, step 11, step 91");
}

TEST(Console, IsSilentWhenQuietButKeepsTheLog) {
  const TemporaryFolder folder;
  Console console(true);
  console.log_to(folder / "run.log");
  testing::internal::CaptureStderr();
  console.line("hello");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(slurp(folder / "run.log"), "hello\n");
}

TEST(Console, DrawsNoBarWhereThereIsNoTerminal) {
  Console console;
  console.expect(100, 10, 1);
  testing::internal::CaptureStderr();
  for (int step = 1; step <= 100; ++step) console.progress(step, 0.5);
  console.clear_bar();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Console, ColoursWhenAsked) {
  EXPECT_TRUE(use_color(Color::always, 2));
  EXPECT_FALSE(use_color(Color::never, 2));
}

TEST(Console, PrintsNotANumberWithoutASign) {
  Console console;
  Record lost = record(1, 0);
  lost.loss = std::copysign(NAN, -1);
  lost.metrics = {{"auc", lost.loss}};
  lost.params = {{"w", {lost.loss}, false}};
  testing::internal::CaptureStderr();
  console.record(lost);
  const std::string line = testing::internal::GetCapturedStderr();
  EXPECT_NE(line.find("loss nan  auc nan  w nan"), std::string::npos) << line;
}

}  // namespace
}  // namespace descent::test
