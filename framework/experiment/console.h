#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "descent/experiment/records.h"

namespace spdlog {
class logger;
}

namespace descent {

enum class Color { automatic, always, never };

// What a run tells while it goes on: on stderr, and in run.log once there is one. On a terminal a bar shows the progress; elsewhere there
// is a line per epoch, or some ten lines in all when there are no epochs to speak of.
class Console {
 public:
  explicit Console(bool quiet = false, Color color = Color::automatic);
  ~Console();

  void log_to(const std::string& path);
  void expect(std::int64_t steps, std::int64_t steps_per_epoch, std::int64_t steps_per_record);
  void line(const std::string& text);
  void record(const Record& record);
  void progress(std::int64_t step, double loss);
  void trial(std::int64_t finished);  // of a sweep, whose trials were expected as steps
  void clear_bar();

 private:
  bool shows(const Record& record);
  void draw_bar(std::int64_t done, const std::string& more);
  bool quiet_, terminal_, color_;
  std::int64_t steps_ = 0, per_epoch_ = 0, per_record_ = 1, stride_ = 1, seen_ = 0;
  double drawn_ = 0;
  bool bar_ = false;
  std::shared_ptr<spdlog::logger> log_;
};

// Whether text on this stream (1 or 2) is to be coloured: NO_COLOR, TERM=dumb and a stream that is no terminal turn it off.
bool use_color(Color color, int stream);

}  // namespace descent
