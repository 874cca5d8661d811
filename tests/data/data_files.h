#pragma once
#include <zlib.h>

#include <string>

#include "descent/data/dataset.h"
#include "tests/temporary_folder.h"

namespace descent::test {

// Files for one test, and data sets that read them.
class DataTest : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& bytes) const {
    spill(folder_ / name, bytes);
    return folder_ / name;
  }

  // A checked spec, as an experiment file gives it.
  static Spec spec(const std::string& type, Value options) {
    Diagnostics diagnostics;
    options.set("type", type);
    const Spec result = Dataset::kind().read(options, {diagnostics, "data"});
    diagnostics.check();
    return result;
  }
  static Data load(const std::string& type, OptionList options, TargetForm form = TargetForm::classes, DType dtype = DType::float64,
                   std::uint64_t seed = 0) {
    return load_data(spec(type, Value::map(options)), dtype, form, seed);
  }
  static Table load_table(const std::string& type, OptionList options, TargetForm form = TargetForm::classes) {
    return *load(type, options, form).train.table;
  }
  Table load_csv(const std::string& content, TargetForm form = TargetForm::values, const std::string& target = "y") const {
    return load_table("csv", {{"path", write("t.csv", content)}, {"target", target}}, form);
  }

  TemporaryFolder folder_;
};

using Numbers64 = std::vector<double>;
using Names = std::vector<std::string>;

inline std::string gzipped(const std::string& bytes) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

inline std::string big_endian(std::uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xff);
  return bytes;
}

// An IDX file of unsigned bytes, or of another element type.
inline std::string idx(const std::vector<std::uint32_t>& sizes, const std::string& values, char type = 8) {
  std::string bytes{'\0', '\0', type, static_cast<char>(sizes.size())};
  for (std::uint32_t size : sizes) bytes += big_endian(size);
  return bytes + values;
}

// An NPY file of version 1 with the header as given.
inline std::string npy(const std::string& header, const std::string& values, char version = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += version;
  bytes += '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) bytes += static_cast<char>(header.size() >> 8 * i & 0xff);
  return bytes + header + values;
}
inline std::string npy_header(const std::string& descr, const std::string& shape, const std::string& fortran = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n";
}
template <class T>
std::string raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

}  // namespace descent::test
