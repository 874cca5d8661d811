#include "descent/core/file.h"

#include <fcntl.h>
#include <nettle/sha2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <list>
#include <random>
#include <system_error>
#include <utility>

#include "descent/core/error.h"

namespace descent {
namespace {

constexpr mode_t kMode = 0666;  // less the umask

struct stat status_of(const File& file) {
  struct stat status {};
  if (::fstat(file.descriptor(), &status) != 0) fail_system(file.path(), "read");
  return status;
}

// A new file in `folder` that is removed again; once renamed, there is nothing left of its name to remove.
class Temporary {
 public:
  Temporary(const File& folder, const std::string& path)
      : folder_(folder), name_(".descent-" + random_hex(16)), file_(create(folder, name_), path) {}
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() { ::unlinkat(folder_.descriptor(), name_.c_str(), 0); }

  void write(const std::vector<std::string_view>& pieces) const {
    for (const std::string_view piece : pieces) file_.write(piece);
  }
  void sync() {
    file_.sync();
    file_.close();
  }
  void rename(const std::string& name) {
    struct stat target {};
    const bool exists = ::fstatat(folder_.descriptor(), name.c_str(), &target, 0) == 0;
    // Renaming would replace even a device such as /dev/stdout.
    if (exists && !S_ISREG(target.st_mode)) fail(ErrorKind::data, "{}: not a regular file", file_.path());
    if (::renameat(folder_.descriptor(), name_.c_str(), folder_.descriptor(), name.c_str()) != 0) fail_system(file_.path(), "replace");
  }

 private:
  static int create(const File& folder, const std::string& name) {
    return ::openat(folder.descriptor(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode);
  }

  const File& folder_;
  std::string name_;
  File file_;
};

}  // namespace

void fail_system(const std::string& path, const char* action) {
  const int reason = errno;
  fail(ErrorKind::data, "{}: cannot {}: {}", path, action, std::generic_category().message(reason));
}

std::string random_hex(std::size_t digits) {
  std::random_device device;
  std::string text;
  while (text.size() < digits) text += fmt::format("{:08x}", device());
  text.resize(digits);
  return text;
}

File::File(int descriptor, const std::string& path) : path_(path), descriptor_(descriptor) {
  if (descriptor < 0) fail_system(path, "open");
}

File::File(File&& other) noexcept : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

File File::regular(const std::string& path) {
  // Without O_NONBLOCK, opening a FIFO would wait for its writer.
  File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK), path);
  if (!S_ISREG(status_of(file).st_mode)) fail(ErrorKind::data, "{}: not a regular file", path);
  return file;
}

File File::appending(const std::string& path) { return File(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, kMode), path); }

std::uint64_t File::size() const { return static_cast<std::uint64_t>(status_of(*this).st_size); }

void File::read(void* bytes, std::size_t count) const {
  for (std::size_t done = 0; done < count;) {
    const ssize_t n = ::read(descriptor_, static_cast<char*>(bytes) + done, count - done);
    if (n == 0) fail(ErrorKind::data, "{}: ends too early: it was changed while it was read", path_);
    if (n > 0) done += static_cast<std::size_t>(n);
    if (n < 0 && errno != EINTR) fail_system(path_, "read");
  }
}

void File::write(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t n = ::write(descriptor_, bytes.data(), bytes.size());
    if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
    if (n < 0 && errno != EINTR) fail_system(path_, "write");
  }
}

void File::sync() const {
  while (::fsync(descriptor_) != 0) {
    if (errno != EINTR) fail_system(path_, "sync");
  }
}

void File::close() {
  // The descriptor is gone even after EINTR; closing it again could close another thread's file.
  if (::close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) fail_system(path_, "close");
}

std::string read_file(const std::string& path, std::size_t limit) {
  const File file = File::regular(path);
  const std::uint64_t size = file.size();
  if (size > limit) fail(ErrorKind::data, "{}: {} bytes; at most {} are accepted", path, size, limit);
  std::string content(size, '\0');
  file.read(content.data(), size);
  return content;
}

void write_file(const std::string& path, std::string_view content) { write_file(path, std::vector<std::string_view>{content}); }

void write_file(const std::string& path, const std::vector<std::string_view>& pieces) {
  const std::size_t name = path.rfind('/') + 1;  // npos + 1 is 0
  write_files(path.substr(0, name), {{path.substr(name), pieces}});
}

void write_files(const std::string& folder, const std::vector<FileContent>& files) {
  if (files.empty()) return;
  const std::string prefix = folder.empty() || folder.back() == '/' ? folder : folder + '/';
  const File parent(::open(prefix.empty() ? "." : prefix.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), prefix + files[0].name);
  std::list<Temporary> temporaries;
  for (const FileContent& file : files) temporaries.emplace_back(parent, prefix + file.name).write(file.pieces);
  for (Temporary& temporary : temporaries) temporary.sync();
  for (const FileContent& file : files) {
    temporaries.front().rename(file.name);
    temporaries.pop_front();
  }
  parent.sync();
}

std::string sha256_of_file(const std::string& path) {
  const File file = File::regular(path);
  sha256_ctx context;
  sha256_init(&context);
  std::vector<std::uint8_t> block(1 << 16);
  for (std::uint64_t left = file.size(), n; left > 0; left -= n) {
    n = std::min<std::uint64_t>(left, block.size());
    file.read(block.data(), n);
    sha256_update(&context, n, block.data());
  }
  std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest;
  sha256_digest(&context, digest.size(), digest.data());
  std::string text;
  for (const std::uint8_t byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace descent
