#include "descent/experiment/safetensors.h"

#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "descent/core/error.h"
#include "descent/core/file.h"
#include "descent/experiment/json.h"
#include "descent/experiment/safetensors_header.h"
#include "descent/options/diagnostics.h"

namespace descent {
namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "safetensors files are read and written without swapping bytes");

constexpr const char* kChecksumKey = "descent.crc32";
constexpr std::uint64_t kLengthBytes = 8, kMaxHeader = 100'000'000;  // the format's own limit

// Half precision: a sign, 5 bits of exponent biased by 15, 10 bits of fraction.
struct Half {
  std::uint16_t bits;
  explicit operator float() const {
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    const float size = exponent == 31  ? (fraction ? NAN : INFINITY)
                       : exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                                       : std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
    return bits >> 15 ? -size : size;
  }
};

// The upper half of a float32.
struct BFloat16 {
  std::uint16_t bits;
  explicit operator float() const {
    const std::uint32_t wide = std::uint32_t{bits} << 16;
    float value;
    std::memcpy(&value, &wide, sizeof value);
    return value;
  }
};

template <class From, class To>
bool decode(const std::string& bytes, const Tensor& tensor) {
  To* const values = tensor.data<To>();
  for (std::size_t i = 0; i < bytes.size() / sizeof(From); ++i) {
    From value;
    std::memcpy(&value, bytes.data() + i * sizeof value, sizeof value);
    values[i] = static_cast<To>(value);
    if constexpr (std::is_same_v<From, std::uint64_t>) {
      if (values[i] < 0) return false;
    }
  }
  return true;
}

// How values stand in a file, and as what they are read.
struct Encoding {
  const char* name;
  std::uint64_t bytes;
  DType dtype;
  bool (*decode)(const std::string& bytes, const Tensor& tensor);  // false when a value does not fit
};
template <class From, class To>
constexpr Encoding encoding(const char* name) {
  return {name, sizeof(From), kDTypeOf<To>, decode<From, To>};
}
constexpr Encoding kEncodings[] = {
    encoding<float, float>("F32"),
    encoding<double, double>("F64"),
    encoding<std::int64_t, std::int64_t>("I64"),  // up to here in the order of DType: what is written
    encoding<Half, float>("F16"),
    encoding<BFloat16, float>("BF16"),
    encoding<std::int32_t, std::int64_t>("I32"),
    encoding<std::int16_t, std::int64_t>("I16"),
    encoding<std::int8_t, std::int64_t>("I8"),
    encoding<std::uint64_t, std::int64_t>("U64"),
    encoding<std::uint32_t, std::int64_t>("U32"),
    encoding<std::uint16_t, std::int64_t>("U16"),
    encoding<std::uint8_t, std::int64_t>("U8"),
    encoding<std::uint8_t, std::int64_t>("BOOL"),
};
const Encoding& encoding_of(DType dtype) { return kEncodings[static_cast<std::size_t>(dtype)]; }

std::string_view bytes_of(const Tensor& tensor) {
  const std::size_t bytes = static_cast<std::size_t>(tensor.size()) * bytes_of(tensor.dtype());
  const auto view = [&](auto* data) { return std::string_view(reinterpret_cast<const char*>(data), bytes); };
  if (tensor.dtype() == DType::int64) return view(tensor.data<std::int64_t>());
  return dispatch(tensor.dtype(), [&](auto zero) { return view(tensor.data<decltype(zero)>()); });
}

// Covers all that a loaded file means, not its spelling, so that a tool may lay out the header anew.
class Checksum {
 public:
  void add(std::string_view bytes) { crc_ = crc32_z(crc_, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()); }
  void add(const std::string& name, const char* encoding, const Shape& shape) { add(name + '\0' + encoding + to_string(shape) + '\0'); }
  void add(const Metadata& metadata) {
    for (const auto& [key, value] : metadata) add(key + '\0' + value + '\0');
  }
  std::string digits() const { return fmt::format("{:08x}", crc_); }

 private:
  uLong crc_ = crc32_z(0, nullptr, 0);
};

NamedTensors eight_bytes_first(NamedTensors tensors) {
  std::stable_partition(tensors.begin(), tensors.end(), [](const auto& named) { return bytes_of(named.second.dtype()) == 8; });
  return tensors;
}

std::string checksum_of(const NamedTensors& tensors, const Metadata& metadata) {
  Checksum checksum;
  for (const auto& [name, tensor] : tensors) {
    checksum.add(name, encoding_of(tensor.dtype()).name, tensor.shape());
    checksum.add(bytes_of(tensor));
  }
  checksum.add(metadata);
  return checksum.digits();
}

// The length and the JSON, padded so that the values begin at a multiple of eight bytes.
std::string header_of(const NamedTensors& tensors, const Metadata& metadata) {
  Json header;
  header["__metadata__"] = metadata;
  header["__metadata__"][kChecksumKey] = checksum_of(tensors, metadata);
  std::size_t end = 0;
  for (const auto& [name, tensor] : tensors) {
    if (header.contains(name)) fail_argument("save_safetensors: the name '{}' is taken", shown(name));
    const std::size_t begin = std::exchange(end, end + bytes_of(tensor).size());
    header[name] = {{"dtype", encoding_of(tensor.dtype()).name}, {"shape", tensor.shape()}, {"data_offsets", {begin, end}}};
  }
  std::string text = header.dump();
  text.resize((text.size() + kLengthBytes - 1) / kLengthBytes * kLengthBytes, ' ');
  const std::uint64_t length = text.size();
  return std::string(reinterpret_cast<const char*>(&length), kLengthBytes) + text;
}

SafeTensorsHeader read_header(const File& file) {
  const std::uint64_t size = file.size();
  if (size < kLengthBytes) fail(ErrorKind::data, "{}: byte {}: ends inside the header's length", file.path(), size);
  std::uint64_t length = 0;
  file.read(&length, kLengthBytes);
  if (length > kMaxHeader || length > size - kLengthBytes) {
    fail(ErrorKind::data, "{}: byte 0: a header of {} bytes in a file of {}; at most {} are accepted", file.path(), length, size,
         kMaxHeader);
  }
  std::string text(length, '\0');
  file.read(text.data(), length);
  return parse_safetensors_header(file.path(), text, kLengthBytes, size - kLengthBytes - length);
}

const Encoding& encoding_of(const SafeTensorsHeader::Entry& entry, const std::string& path) {
  for (const Encoding& encoding : kEncodings) {
    if (entry.dtype == encoding.name) return encoding;
  }
  fail(ErrorKind::data, "{}: '{}': dtype '{}' is not supported", path, shown(entry.name), shown(entry.dtype));
}

// Also refuses sizes whose product overflows although one of them is 0: strides are products too.
void check_size(const SafeTensorsHeader::Entry& entry, const Encoding& encoding, const std::string& path) {
  std::uint64_t bytes = encoding.bytes;
  bool overflow = false;
  for (const std::int64_t n : entry.shape) overflow |= __builtin_mul_overflow(bytes, std::max<std::int64_t>(n, 1), &bytes);
  if (std::count(entry.shape.begin(), entry.shape.end(), 0)) bytes = 0;
  if (overflow || bytes != entry.end - entry.begin) {
    fail(ErrorKind::data, "{}: '{}': {} bytes are no {} of shape {}", path, shown(entry.name), entry.end - entry.begin, encoding.name,
         to_string(entry.shape));
  }
}

Tensor read_tensor(const File& file, const SafeTensorsHeader::Entry& entry, Checksum& checksum) {
  const Encoding& encoding = encoding_of(entry, file.path());
  check_size(entry, encoding, file.path());
  std::string bytes(entry.end - entry.begin, '\0');
  file.read(bytes.data(), bytes.size());
  checksum.add(entry.name, encoding.name, entry.shape);
  checksum.add(bytes);
  const Tensor tensor = empty(entry.shape, encoding.dtype);
  if (!encoding.decode(bytes, tensor)) fail(ErrorKind::data, "{}: '{}': a value is too large for int64", file.path(), shown(entry.name));
  return tensor;
}

}  // namespace

void save_safetensors(const std::string& path, const NamedTensors& tensors, const Metadata& metadata) try {
  const NamedTensors ordered = eight_bytes_first(tensors);
  std::string content = header_of(ordered, metadata);
  for (const auto& [name, tensor] : ordered) content += bytes_of(tensor);
  write_file(path, content);
} catch (const nlohmann::json::exception&) { fail_argument("save_safetensors: {}: names and metadata must be UTF-8", path); }

SafeTensors load_safetensors(const std::string& path) {
  const File file = File::regular(path);
  SafeTensorsHeader header = read_header(file);
  SafeTensors loaded;
  Checksum checksum;
  for (const auto& entry : header.entries) loaded.tensors.emplace_back(entry.name, read_tensor(file, entry, checksum));
  const auto expected = header.metadata.extract(kChecksumKey);
  checksum.add(header.metadata);
  if (expected && expected.mapped() != checksum.digits())
    fail(ErrorKind::data, "{}: the checksum does not match: the file is damaged", path);
  loaded.metadata = std::move(header.metadata);
  return loaded;
}

}  // namespace descent
