#include "descent/experiment/study_files.h"

#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "descent/core/error.h"

namespace descent {
namespace {

// The whole lines of a file, one after the other, in bounded memory; a last one without its line break is left out.
class WholeLines {
 public:
  explicit WholeLines(const std::string& path) : file_(File::regular(path)), left_(file_.size()) {}

  bool next(std::string_view& line) {
    std::size_t end = 0;
    for (std::size_t from = at_; (end = buffer_.find('\n', from)) == std::string::npos;) {
      from = buffer_.size() - at_;  // where nothing was searched yet, once what was read is gone
      if (!fill()) return false;
    }
    line = std::string_view(buffer_).substr(at_, end - at_);
    at_ = end + 1;
    begin_ = end_;
    end_ += line.size() + 1;
    ++number_;
    return true;
  }
  std::uint64_t begin() const { return begin_; }  // the offset of the last line
  std::uint64_t end() const { return end_; }      // and of what follows it
  std::string place() const { return fmt::format("{}:{}", file_.path(), number_); }

 private:
  bool fill() {
    constexpr std::uint64_t kStep = 1 << 20;
    const auto count = static_cast<std::size_t>(std::min(left_, kStep));
    buffer_.erase(0, at_);
    at_ = 0;
    const std::size_t size = buffer_.size();
    buffer_.resize(size + count);
    file_.read(buffer_.data() + size, count);
    left_ -= count;
    return count > 0;
  }

  File file_;
  std::uint64_t left_, begin_ = 0, end_ = 0;
  std::string buffer_;
  std::size_t at_ = 0;
  std::int64_t number_ = 0;
};

void cut(const std::string& path, std::uint64_t size) {
  if (::truncate(path.c_str(), static_cast<off_t>(size)) != 0) fail_system(path, "shorten");
}

// A line of records.jsonl or timing.jsonl: the number of its trial, and what it says.
std::pair<std::int64_t, Json> numbered(std::string_view line, const std::string& place) {
  Json json = parse_json(line);
  if (!json.is_object()) fail(ErrorKind::data, "{}: not a record", place);
  const auto trial = read_at(place, [&] { return json.at("trial").get<std::int64_t>(); });
  return {trial, std::move(json)};
}

// Goes through the files of finished trials, and finds where the first that is not whole begins.
class Restoring {
 public:
  explicit Restoring(const RunFolder& folder) : folder_(folder) {
    read_lines();
    count_records();
    trials_.resize(whole_);
    read_timings();
  }
  Restored cut_files() {
    cut(folder_.file("trials.jsonl"), whole_ == 0 ? 0 : ends_[whole_ - 1]);
    cut(folder_.file("records.jsonl"), records_end_);
    cut(folder_.file("timing.jsonl"), timings_end_);
    Restored restored{{}, doubt_};
    for (FinishedTrial& trial : trials_) restored.trials.push_back(std::move(trial.result));
    return restored;
  }

 private:
  void read_lines() {
    WholeLines lines(folder_.file("trials.jsonl"));
    try {
      for (std::string_view line; lines.next(line);) {
        trials_.push_back(read_trial(std::string(line), static_cast<std::int64_t>(trials_.size()), lines.place()));
        ends_.push_back(lines.end());
      }
    } catch (const Error& error) { doubt_ = error.what(); }
  }

  // Trials have their records one after the other, and as many as their lines say.
  void count_records() {
    WholeLines lines(folder_.file("records.jsonl"));
    std::int64_t seen = 0;
    try {
      for (std::string_view line; lines.next(line) && whole_ < trials_.size();) {
        const std::int64_t trial = trial_of(line, lines.place());
        finish_trials(seen, trial, lines.begin());
        if (whole_ == trials_.size()) return;
        if (trial != static_cast<std::int64_t>(whole_)) break;
        ++seen;
      }
      finish_trials(seen, -1, lines.end());
    } catch (const Error& error) {
      finish_trials(seen, -1, lines.begin());
      if (whole_ < trials_.size()) doubt_ = error.what();
      return;
    }
    if (whole_ == trials_.size()) return;
    doubt_ = fmt::format("{}: trial {} has not the {} records of its line", folder_.file("records.jsonl"), whole_, trials_[whole_].records);
  }
  // All that are whole when the next record is one of `next`, at this offset.
  void finish_trials(std::int64_t& seen, std::int64_t next, std::uint64_t at) {
    while (whole_ < trials_.size() && seen == trials_[whole_].records && next != static_cast<std::int64_t>(whole_)) {
      ++whole_;
      seen = 0;
      records_end_ = at;
    }
  }
  // The trial of a record that is as append_json() writes it: there may be millions.
  static std::int64_t trial_of(std::string_view line, const std::string& place) {
    constexpr std::string_view kBegin = "{\"trial\":", kNext = ",\"step\":";
    std::int64_t trial = -1;
    const std::size_t end = line.find(',');
    const bool is_record = line.substr(0, kBegin.size()) == kBegin && end != std::string_view::npos && end >= kBegin.size() &&
                           parse_integer(line.substr(kBegin.size(), end - kBegin.size()), trial) &&
                           line.substr(end, kNext.size()) == kNext && is_json(line);
    if (!is_record) fail(ErrorKind::data, "{}: not a record", place);
    return trial;
  }

  // Times are nothing that results depend on: where they are lost, they are 0.
  void read_timings() {
    WholeLines lines(folder_.file("timing.jsonl"));
    try {
      for (std::string_view line; lines.next(line);) {
        const auto [trial, timing] = numbered(line, lines.place());
        if (trial < 0 || trial >= static_cast<std::int64_t>(whole_)) return;
        trials_[static_cast<std::size_t>(trial)].result.seconds =
            read_at(lines.place(), [&json = timing] { return json.at("seconds").get<double>(); });
        timings_end_ = lines.end();
      }
    } catch (const Error&) {
      // The rest is cut off.
    }
  }

  const RunFolder& folder_;
  std::vector<FinishedTrial> trials_;
  std::vector<std::uint64_t> ends_;  // of their lines
  std::size_t whole_ = 0;            // trials
  std::uint64_t records_end_ = 0, timings_end_ = 0;
  std::string doubt_;
};

}  // namespace

StudyFiles::StudyFiles(const RunFolder& folder)
    : records_(folder.file("records.jsonl")), lines_(folder.file("trials.jsonl")), timings_(folder.file("timing.jsonl")) {}

void StudyFiles::write(const Trial& trial, const TrialResult& result) {
  records_.hold(result.records);
  held_ += result.line;
  held_ += '\n';
  timings_.write(Timing{trial.number, result.seconds, "trial"});
  if (records_.is_due()) flush();
}

// Lines are handed over when their records are in the file: where that fails, no writer may have them.
void StudyFiles::flush() {
  records_.flush();
  lines_.hold(held_);
  held_.clear();
  lines_.flush();
  timings_.flush();
}

void StudyFiles::close() {
  flush();
  for (RecordWriter* writer : {&records_, &lines_, &timings_}) writer->close();
}

Restored restore_trials(const RunFolder& folder) {
  for (const char* file : {"trials.jsonl", "records.jsonl", "timing.jsonl"}) File::appending(folder.file(file)).close();
  return Restoring(folder).cut_files();
}

void read_records(const RunFolder& folder, const std::function<void(std::int64_t trial, const Json& record)>& each) {
  WholeLines lines(folder.file("records.jsonl"));
  for (std::string_view line; lines.next(line);) {
    const auto [trial, record] = numbered(line, lines.place());
    read_at(lines.place(), [&, number = trial, &json = record] { each(number, json); });
  }
}

}  // namespace descent
