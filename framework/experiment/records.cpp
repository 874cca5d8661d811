#include "descent/experiment/records.h"

#include <fmt/format.h>

#include <cmath>

#include "descent/core/error.h"
#include "descent/options/value.h"

namespace descent {
namespace {

constexpr std::size_t kBufferLimit = 1 << 16;
constexpr std::chrono::milliseconds kFlushInterval{5};

// One JSON object, written by hand: a record is logged at every step.
class JsonLine {
 public:
  explicit JsonLine(std::string& text) : text_(text) { text_ += '{'; }

  JsonLine& key(std::string_view name) {
    if (text_.back() != '{') text_ += ',';
    string(name);
    text_ += ':';
    return *this;
  }
  void string(std::string_view value) {
    text_ += '"';
    for (const char c : value) {
      if (static_cast<unsigned char>(c) < 0x20) {
        fmt::format_to(std::back_inserter(text_), "\\u{:04x}", static_cast<unsigned>(c));
        continue;
      }
      if (c == '"' || c == '\\') text_ += '\\';
      text_ += c;
    }
    text_ += '"';
  }
  void number(std::int64_t value) { text_ += fmt::format_int(value).c_str(); }
  void number(double value) {
    if (!std::isfinite(value)) {
      if (!nonfinite_) nonfinite_ = std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
      text_ += "null";
    } else if (value == 0 && std::signbit(value)) {
      text_ += "-0.0";  // "-0" would be read as an integer, which has no sign
    } else {
      text_ += shortest(value);
    }
  }
  void values(const ParameterValues& parameter) {
    if (!parameter.is_list) return number(parameter.values.at(0));
    text_ += '[';
    for (std::size_t i = 0; i < parameter.values.size(); ++i) {
      if (i > 0) text_ += ',';
      number(parameter.values[i]);
    }
    text_ += ']';
  }
  // Left out when it is empty.
  void map(std::string_view name, const std::vector<ParameterValues>& parameters) {
    if (parameters.empty()) return;
    key(name);
    text_ += '{';
    for (const ParameterValues& parameter : parameters) key(parameter.name).values(parameter);
    text_ += '}';
  }
  void finish() {
    if (nonfinite_) key("nonfinite").string(nonfinite_);
    text_ += '}';
  }

 private:
  std::string& text_;
  const char* nonfinite_ = nullptr;
};

}  // namespace

void append_json(std::string& text, const Record& record, std::optional<std::int64_t> trial) {
  JsonLine line(text);
  if (trial) line.key("trial").number(*trial);
  line.key("step").number(record.step);
  if (record.evaluations > record.step) line.key("evaluations").number(record.evaluations);
  if (record.epoch) line.key("epoch").number(*record.epoch);
  if (!record.split.empty()) line.key("split").string(record.split);
  line.key("loss").number(record.loss);
  if (record.lr) line.key("lr").number(*record.lr);
  if (record.grad_norm) line.key("grad_norm").number(*record.grad_norm);
  line.map("params", record.params);
  for (const auto& [name, value] : record.metrics) line.key(name).number(value);
  line.map("effective_lr", record.effective_lr);
  line.finish();
}

void append_json(std::string& text, const Timing& timing) {
  JsonLine line(text);
  line.key(timing.of).number(timing.number);
  line.key("seconds").number(timing.seconds);
  line.finish();
}

RecordWriter::RecordWriter(const std::string& path) : file_(File::appending(path)), flushed_(std::chrono::steady_clock::now()) {}

RecordWriter::~RecordWriter() {
  try {
    flush();
  } catch (const Error&) {
    // Nobody is left to tell; close() tells.
  }
}

bool RecordWriter::is_due() const {
  return buffer_.size() >= kBufferLimit || std::chrono::steady_clock::now() - flushed_ >= kFlushInterval;
}

void RecordWriter::flush() {
  std::string lines;
  lines.swap(buffer_);  // after a failure nothing may be written twice
  file_.write(lines);
  lines.clear();
  buffer_.swap(lines);
  flushed_ = std::chrono::steady_clock::now();
}

void RecordWriter::close() {
  flush();
  file_.close();
}

}  // namespace descent
