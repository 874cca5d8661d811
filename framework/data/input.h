#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "descent/core/error.h"
#include "descent/core/file.h"
#include "descent/options/options.h"

namespace descent {

// Throws Error(data) `PATH PLACE: error: MESSAGE`, with the place in the experiment file that names the path on a second line.
[[noreturn]] void fail_in_file(const Path& path, const std::string& place, const std::string& message, const std::string& help = "");

// A data file, read from front to back in steps of 64 KiB. Gzip is recognised by its content and unpacked.
// All failures are Error(data) with the path and the offset in the (unpacked) bytes.
class Input {
 public:
  // Regular files only; what cannot be opened is reported where the experiment file names it.
  explicit Input(const Path& path);
  ~Input();
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  // Reads up to `bytes`; fewer only at the end of the file.
  std::size_t read(void* to, std::size_t bytes);
  // Reads exactly `bytes`; `what` names them in the error.
  void read_exactly(void* to, std::size_t bytes, const char* what);
  // Fails unless `bytes` more are there: surely of a plain file, at gzip's highest ratio otherwise. To be asked before memory is taken.
  void expect_left(std::uint64_t bytes);
  // Fails unless the file ends here, its checksum included.
  void expect_end();

  std::uint64_t offset() const { return offset_; }
  const Path& path() const { return path_; }
  [[noreturn]] void fail_at(std::uint64_t offset, const std::string& message) const;

 private:
  struct Inflater;
  bool fill();
  std::size_t copy(unsigned char* to, std::size_t bytes);
  std::size_t unpack(unsigned char* to, std::size_t bytes);

  Path path_;
  File file_;
  std::uint64_t file_bytes_, file_left_, offset_ = 0;
  std::vector<unsigned char> raw_;  // bytes of the file, as stored: [begin_, end_) are not used yet
  std::size_t begin_ = 0, end_ = 0;
  std::unique_ptr<Inflater> inflater_;
};

}  // namespace descent
