#include "descent/data/input.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace descent {
namespace {

constexpr std::size_t kStep = 64 << 10;
constexpr std::uint64_t kHighestRatio = 1032;  // of deflate: 258 bytes from two bits

// Debian's package, by where it puts its files.
std::string install_help(const std::string& path) {
  return path.rfind("/usr/share/datasets/fashion-mnist/", 0) == 0 ? "apt-get install dataset-fashion-mnist" : "";
}

File open_regular(const Path& path) {
  try {
    return File::regular(path.text);
  } catch (const Error& error) {
    const std::string help = install_help(path.text);
    if (!path.mark.source) fail(ErrorKind::data, "{}{}{}", error.what(), help.empty() ? "" : "\n  help: ", help);
    Diagnostics diagnostics;
    diagnostics.error(path.mark, "data", error.what(), help);
    throw Error(ErrorKind::data, diagnostics.report());
  }
}

}  // namespace

void fail_in_file(const Path& path, const std::string& place, const std::string& message, const std::string& help) {
  std::string text = fmt::format("{}:{}: error: {}", shown(path.text, 300), place, message);
  if (path.mark.source) text += fmt::format("\n  named at {}:{}:{}", shown(path.mark.source->name, 300), path.mark.line, path.mark.column);
  if (!help.empty()) text += "\n  help: " + help;
  throw Error(ErrorKind::data, text);
}

struct Input::Inflater {
  z_stream stream{};
  bool open = true;  // inside a gzip member

  Inflater() {
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) fail(ErrorKind::internal, "inflateInit2: {}", stream.msg ? stream.msg : "failed");
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

Input::Input(const Path& path) : path_(path), file_(open_regular(path)), file_bytes_(file_.size()), file_left_(file_bytes_), raw_(kStep) {
  if (fill() && end_ >= 2 && raw_[0] == 0x1f && raw_[1] == 0x8b) inflater_ = std::make_unique<Inflater>();
}

Input::~Input() = default;

bool Input::fill() {
  begin_ = 0;
  end_ = std::min<std::uint64_t>(raw_.size(), file_left_);
  file_.read(raw_.data(), end_);
  file_left_ -= end_;
  return end_ > 0;
}

std::size_t Input::copy(unsigned char* to, std::size_t bytes) {
  if (begin_ == end_ && !fill()) return 0;
  const std::size_t count = std::min(bytes, end_ - begin_);
  std::memcpy(to, raw_.data() + begin_, count);
  begin_ += count;
  return count;
}

std::size_t Input::unpack(unsigned char* to, std::size_t bytes) {
  z_stream& stream = inflater_->stream;
  const auto room = static_cast<uInt>(std::min<std::size_t>(bytes, 1 << 30));
  stream.next_out = to;
  stream.avail_out = room;
  while (stream.avail_out == room) {
    if (begin_ == end_ && !fill()) {
      if (inflater_->open) fail_at(offset_, "the gzip stream is cut short");
      return 0;
    }
    if (!std::exchange(inflater_->open, true)) inflateReset(&stream);
    stream.next_in = raw_.data() + begin_;
    stream.avail_in = static_cast<uInt>(end_ - begin_);
    const int status = inflate(&stream, Z_NO_FLUSH);
    begin_ = end_ - stream.avail_in;
    if (status == Z_STREAM_END) {
      inflater_->open = false;
    } else if (status != Z_OK) {
      fail_at(offset_, fmt::format("damaged gzip stream: {}", stream.msg ? stream.msg : "no progress"));
    }
  }
  return room - stream.avail_out;
}

std::size_t Input::read(void* to, std::size_t bytes) {
  auto* target = static_cast<unsigned char*>(to);
  std::size_t done = 0;
  while (done < bytes) {
    const std::size_t got = inflater_ ? unpack(target + done, bytes - done) : copy(target + done, bytes - done);
    if (got == 0) break;
    done += got;
    offset_ += got;
  }
  return done;
}

void Input::read_exactly(void* to, std::size_t bytes, const char* what) {
  const std::size_t got = read(to, bytes);
  if (got < bytes) fail_at(offset_, fmt::format("the file ends inside {}", what));
}

void Input::expect_left(std::uint64_t bytes) {
  const std::uint64_t most = inflater_ ? file_bytes_ * kHighestRatio : file_bytes_;
  const std::uint64_t left = most > offset_ ? most - offset_ : 0;
  if (bytes > left) fail_at(offset_, fmt::format("the header promises {} bytes, {} {} left", bytes, inflater_ ? "at most" : "only", left));
}

void Input::expect_end() {
  const std::uint64_t end = offset_;
  char extra;
  if (read(&extra, 1) != 0) fail_at(end, "unexpected bytes after the data");
}

void Input::fail_at(std::uint64_t offset, const std::string& message) const {
  fail_in_file(path_, fmt::format(" byte {}", offset), message);
}

}  // namespace descent
