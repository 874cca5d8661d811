#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "descent/core/file.h"

// What a run logs: metrics.jsonl, which is the same for the same experiment, and timing.jsonl, which is not.
namespace descent {

// A parameter's values, after the step; one that is no list has one.
struct ParameterValues {
  std::string name;
  std::vector<double> values;
  bool is_list = false;
};

// A line of metrics.jsonl:
// {"step":10,"epoch":1,"split":"train","loss":0.43,"lr":0.1,"grad_norm":1.2,"params":{"w":4,"x":[1,2]},"accuracy":0.9}. What is unset or
// empty is left out. Numbers have the shortest form that reads back to the same double. A number that is not finite is null; the first of
// them is named at the end: "nonfinite":"nan", "inf" or "-inf".
struct Record {
  std::int64_t step = 0, evaluations = 0;  // gradients evaluated so far; written where they are not the steps
  std::optional<std::int64_t> epoch;
  std::string split;
  double loss = 0;
  std::optional<double> lr, grad_norm;
  std::vector<ParameterValues> params;
  std::vector<std::pair<std::string, double>> metrics;
  std::vector<ParameterValues> effective_lr;  // quantiles, by parameter
};

// A line of timing.jsonl: the wall-clock time of a step, counted from the start of the run; or of a trial as a whole.
struct Timing {
  std::int64_t number = 0;
  double seconds = 0;
  const char* of = "step";
};

// Without a line break.
void append_json(std::string& text, const Record& record, std::optional<std::int64_t> trial = {});
void append_json(std::string& text, const Timing& timing);

// Appends lines to a file. They reach it at once when lines are rare, else every few milliseconds, and by flush() and close().
// Every function throws Error (kind data) when the file cannot be written; what was not written then is given up.
class RecordWriter {
 public:
  explicit RecordWriter(const std::string& path);
  RecordWriter(const RecordWriter&) = delete;
  RecordWriter& operator=(const RecordWriter&) = delete;
  ~RecordWriter();  // flushes, but reports nothing

  template <class Line>
  void write(const Line& line) {
    append_json(buffer_, line);
    buffer_ += '\n';
    if (is_due()) flush();
  }
  // Whole lines, which stay in memory until flush().
  void hold(const std::string& lines) { buffer_ += lines; }
  bool is_due() const;
  void flush();
  void close();

 private:
  File file_;
  std::string buffer_;
  std::chrono::steady_clock::time_point flushed_;
};

}  // namespace descent
