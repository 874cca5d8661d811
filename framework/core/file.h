#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace descent {

// Reads a whole regular file of at most `limit` bytes. Errors (kind data) name the path and the reason; FIFOs, devices and folders are
// refused without waiting.
std::string read_file(const std::string& path, std::size_t limit = std::size_t{1} << 31);

// Replaces a file as a whole: written to a temporary name in the same folder, checked at every write, synced, renamed, the folder synced.
// Either the old or the new file is there afterwards, never a part of one.
void write_file(const std::string& path, std::string_view content);
void write_file(const std::string& path, const std::vector<std::string_view>& pieces);  // one after the other

// A file's name in its folder, and the pieces that it holds.
struct FileContent {
  std::string name;
  std::vector<std::string_view> pieces;
};
// Replaces several files of a folder, each as a whole, in this order. They are synced together, which takes little longer than one.
void write_files(const std::string& folder, const std::vector<FileContent>& files);

// The SHA-256 of a file as 64 hexadecimal digits.
std::string sha256_of_file(const std::string& path);

// An open file, for what is read or written in pieces. Every failure throws Error (kind data): `PATH: cannot write: No space left on
// device`.
class File {
 public:
  // For reading; a regular file only, as in read_file.
  static File regular(const std::string& path);
  // For writing at the end of the file, which is created when there is none.
  static File appending(const std::string& path);

  // Takes over what open(2) returned; throws when that is -1. `path` is for messages.
  File(int descriptor, const std::string& path);
  File(File&& other) noexcept;
  File& operator=(File&&) = delete;
  ~File();

  const std::string& path() const { return path_; }
  int descriptor() const { return descriptor_; }
  std::uint64_t size() const;
  // Exactly `count` bytes; throws when the file ends before.
  void read(void* bytes, std::size_t count) const;
  void write(std::string_view bytes) const;
  void sync() const;
  // Reports what the destructor cannot.
  void close();

 private:
  std::string path_;
  int descriptor_;
};

// Throws Error (kind data) with the reason from errno: `PATH: cannot ACTION: No such file or directory`.
[[noreturn]] void fail_system(const std::string& path, const char* action);

// `digits` random hexadecimal digits from the system, for names that no other process picks.
std::string random_hex(std::size_t digits);

}  // namespace descent
