#include "descent/experiment/console.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "descent/core/math.h"

namespace descent {
namespace {

constexpr std::int64_t kLines = 10;
constexpr int kBarWidth = 30;
constexpr double kRedrawSeconds = 0.1;

using math::printable;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::string figures(const Record& record) {
  std::string text = fmt::format("loss {:.10g}", printable(record.loss));
  for (const auto& [name, value] : record.metrics) text += fmt::format("  {} {:.6g}", name, printable(value));
  for (const ParameterValues& parameter : record.params) {
    if (parameter.values.size() > 4) continue;
    text += fmt::format("  {}", parameter.name);
    for (const double value : parameter.values) text += fmt::format(" {:.10g}", printable(value));
  }
  return text;
}

}  // namespace

bool use_color(Color color, int stream) {
  if (color != Color::automatic) return color == Color::always;
  const char *terminal = std::getenv("TERM"), *refused = std::getenv("NO_COLOR");
  return isatty(stream) && !(refused && *refused) && !(terminal && std::string_view(terminal) == "dumb");
}

Console::Console(bool quiet, Color color) : quiet_(quiet), terminal_(isatty(STDERR_FILENO)), color_(use_color(color, STDERR_FILENO)) {}

Console::~Console() { clear_bar(); }

void Console::log_to(const std::string& path) {
  log_ = std::make_shared<spdlog::logger>("run", std::make_shared<spdlog::sinks::basic_file_sink_st>(path));
  log_->set_pattern("%v");
  log_->flush_on(spdlog::level::info);  // for those who follow it
}

void Console::expect(std::int64_t steps, std::int64_t steps_per_epoch, std::int64_t steps_per_record) {
  steps_ = steps;
  per_epoch_ = steps_per_epoch;
  per_record_ = steps_per_record;
  stride_ = std::max<std::int64_t>(1, (steps / steps_per_record + kLines - 1) / kLines);
}

void Console::line(const std::string& text) {
  if (log_) log_->info(text);
  if (quiet_) return;
  clear_bar();
  std::fprintf(stderr, "%s\n", text.c_str());
}

// The last record of every epoch, or the first of every stride of records; the start of an objective too.
bool Console::shows(const Record& record) {
  if (record.split != "train" || record.step == 0) return true;
  if (per_epoch_ > 1) return record.step == steps_ || (record.step - 1) % per_epoch_ + per_record_ >= per_epoch_;
  return seen_++ % stride_ == 0;
}

void Console::record(const Record& record) {
  if (!shows(record)) return;
  const std::string where =
      per_epoch_ > 1 && record.epoch ? fmt::format("epoch {:>4}", *record.epoch) : fmt::format("step {:>6}", record.step);
  line(fmt::format("{}  {:<10}  {}", where, record.split, figures(record)));
}

void Console::progress(std::int64_t step, double loss) {
  if (!terminal_ || quiet_ || steps_ == 0 || now() - drawn_ < kRedrawSeconds) return;
  draw_bar(step, fmt::format("  loss {:.6g}", printable(loss)));
}

// Not at once: what is over in a moment needs none.
void Console::draw_bar(std::int64_t done, const std::string& more) {
  if (drawn_ > 0) {
    const int filled = static_cast<int>(done * kBarWidth / steps_);
    const std::string full(static_cast<std::size_t>(filled), '='), rest(static_cast<std::size_t>(kBarWidth - filled), ' ');
    std::fprintf(stderr, "\r\x1b[K%s[%s%s]%s %lld/%lld%s", color_ ? "\x1b[36m" : "", full.c_str(), rest.c_str(), color_ ? "\x1b[0m" : "",
                 static_cast<long long>(done), static_cast<long long>(steps_), more.c_str());
    bar_ = true;
  }
  drawn_ = now();
}

void Console::trial(std::int64_t finished) {
  if (terminal_ && !quiet_) {
    if (now() - drawn_ >= kRedrawSeconds) draw_bar(finished, " trials");
  } else if (finished % stride_ == 0 || finished == steps_) {
    line(fmt::format("trial {}/{}", finished, steps_));
  }
}

void Console::clear_bar() {
  if (bar_) std::fprintf(stderr, "\r\x1b[K");
  bar_ = false;
}

}  // namespace descent
