#include "descent/experiment/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>

#include "tests/temporary_folder.h"

namespace descent {
namespace {

using test::error_of;
using test::slurp;
using test::spill;
using test::TemporaryFolder;
using testing::EndsWith;
using testing::HasSubstr;

std::string bytes_of(const Tensor& tensor) {
  const auto copy = [&](auto* data) {
    return std::string(reinterpret_cast<const char*>(data), sizeof *data * static_cast<std::size_t>(tensor.size()));
  };
  if (tensor.dtype() == DType::int64) return copy(tensor.data<std::int64_t>());
  return dispatch(tensor.dtype(), [&](auto zero) { return copy(tensor.data<decltype(zero)>()); });
}

bool same(const NamedTensors& a, const NamedTensors& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.dtype() == y.second.dtype() && x.second.shape() == y.second.shape() &&
           bytes_of(x.second) == bytes_of(y.second);
  });
}

NamedTensors small_model() {
  return {{"0.weight", tensor({{1, -2.5}, {3e10, NAN}})}, {"0.bias", tensor({0.1, INFINITY})}, {"2.scale", scalar(-0.0)}};
}
const Metadata kMetadata = {{"step", "10"}, {"optimizer", "adagrad"}};

std::string file_of(const std::string& header, const std::string& values = "") {
  const std::uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header + values;
}

// The one tensor of a file with a single one, called "t".
Tensor load_one(const std::string& dtype, const std::string& shape, const std::string& values) {
  const TemporaryFolder folder;
  const std::string offsets = "[0," + std::to_string(values.size()) + "]";
  spill(folder / "f", file_of(R"({"t":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}", values));
  return load_safetensors(folder / "f").tensors.at(0).second;
}

// The message for a file, after its path and ": ".
std::string refusal(const std::string& content) {
  const TemporaryFolder folder;
  spill(folder / "f", content);
  const std::string message = error_of(ErrorKind::data, [&] { load_safetensors(folder / "f"); });
  EXPECT_EQ(message.rfind((folder / "f") + ": ", 0), 0u) << message;
  return message.substr(std::min(message.size(), (folder / "f").size() + 2));
}

TEST(Safetensors, ReadsWhatItWrote) {
  const TemporaryFolder folder;
  save_safetensors(folder / "f", small_model(), kMetadata);
  const SafeTensors loaded = load_safetensors(folder / "f");
  EXPECT_TRUE(same(loaded.tensors, small_model()));
  EXPECT_EQ(loaded.metadata, kMetadata);
}

RC_GTEST_PROP(Safetensors, ReadsWhatItWroteOfAnyShapeAndType, ()) {
  NamedTensors tensors;
  const int count = *rc::gen::inRange(0, 5);
  for (int i = 0; i < count; ++i) {
    const auto sizes = *rc::gen::resize(6, rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 4)));
    const Tensor t = empty(Shape(sizes.begin(), sizes.begin() + std::min<std::ptrdiff_t>(6, std::ptrdiff_t(sizes.size()))),
                           *rc::gen::element(DType::float32, DType::float64, DType::int64));
    const auto fill = [&](auto* data) {
      for (std::int64_t j = 0; j < t.size(); ++j) data[j] = *rc::gen::arbitrary<std::decay_t<decltype(*data)>>();
    };
    if (t.dtype() == DType::int64) fill(t.data<std::int64_t>());
    if (t.dtype() == DType::float32) fill(t.data<float>());
    if (t.dtype() == DType::float64) fill(t.data<double>());
    tensors.emplace_back("layer." + std::to_string(i) + *rc::gen::element<std::string>("", "\"\\\n", "\u00e9"), t);
  }
  const TemporaryFolder folder;
  save_safetensors(folder / "f", tensors, {{"k\"", "v\n"}});
  const SafeTensors loaded = load_safetensors(folder / "f");
  std::stable_partition(tensors.begin(), tensors.end(), [](const auto& named) { return named.second.dtype() != DType::float32; });
  RC_ASSERT(same(loaded.tensors, tensors));
  RC_ASSERT(loaded.metadata == (Metadata{{"k\"", "v\n"}}));
}

TEST(Safetensors, LaysTheFileOutAsTheFormatSays) {
  const TemporaryFolder folder;
  save_safetensors(folder / "f", {{"w", tensor({{1, 2}})}, {"n", labels({3})}}, {{"step", "1"}});
  const std::string content = slurp(folder / "f");
  std::uint64_t length = 0;
  std::memcpy(&length, content.data(), 8);
  EXPECT_EQ(length % 8, 0u);
  const std::string header = content.substr(8, length);
  EXPECT_THAT(
      header,
      testing::MatchesRegex(
          R"(\{"__metadata__":\{"step":"1","descent.crc32":"[0-9a-f]+"\},)"
          R"("n":\{"dtype":"I64","shape":\[1\],"data_offsets":\[0,8\]\},"w":\{"dtype":"F32","shape":\[1,2\],"data_offsets":\[8,16\]\}\} *)"));
  const char values[] = {3, 0, 0, 0, 0, 0, 0, 0, 0, 0, '\x80', '\x3f', 0, 0, 0, '\x40'};
  EXPECT_EQ(content.substr(8 + length), std::string(values, sizeof values));
}

TEST(Safetensors, WritesTheSameBytesForTheSameTensors) {
  const TemporaryFolder folder;
  save_safetensors(folder / "a", small_model(), kMetadata);
  save_safetensors(folder / "b", small_model(), kMetadata);
  EXPECT_EQ(slurp(folder / "a"), slurp(folder / "b"));
}

TEST(Safetensors, ReadsFilesOfOthersInAnyOrderOfTheHeader) {
  const TemporaryFolder folder;
  const float values[] = {1, 2, 3};
  const std::string header =
      R"({ "b":{"shape":[],"data_offsets":[8,12],"dtype":"F32"}, "a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]} }  )";
  spill(folder / "f", file_of(header, std::string(reinterpret_cast<const char*>(values), sizeof values)));
  const SafeTensors loaded = load_safetensors(folder / "f");
  EXPECT_TRUE(same(loaded.tensors, {{"a", tensor({1, 2})}, {"b", scalar(3)}}));
  EXPECT_TRUE(loaded.metadata.empty());
}

TEST(Safetensors, ReadsAFileWithoutTensors) {
  const TemporaryFolder folder;
  spill(folder / "f", file_of("{}"));
  EXPECT_TRUE(load_safetensors(folder / "f").tensors.empty());
}

TEST(Safetensors, ReadsHalfPrecisionAsFloat32) {
  const std::uint16_t halves[] = {0x3c00, 0xc000, 0x7bff, 0x0001, 0x03ff, 0x0400, 0x0000, 0x8000, 0x7c00, 0xfc00, 0x7e00, 0x3555};
  const Tensor read = load_one("F16", "[12]", std::string(reinterpret_cast<const char*>(halves), sizeof halves));
  const float expected[] = {1, -2, 65504, 0x1p-24f, 1023 * 0x1p-24f, 0x1p-14f, 0, -0.f, INFINITY, -INFINITY, NAN, 0.333251953125f};
  ASSERT_EQ(read.dtype(), DType::float32);
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(std::isnan(read.at(i)), std::isnan(expected[i]));
    EXPECT_TRUE(std::isnan(expected[i]) || read.at(i) == expected[i]) << i;
    EXPECT_EQ(std::signbit(read.at(i)), std::signbit(expected[i])) << i;
  }
}

TEST(Safetensors, ReadsBFloat16AsFloat32) {
  const std::uint16_t values[] = {0x3f80, 0xc000, 0x7f80, 0x0001, 0x4049};
  const Tensor read = load_one("BF16", "[5]", std::string(reinterpret_cast<const char*>(values), sizeof values));
  ASSERT_EQ(read.dtype(), DType::float32);
  EXPECT_EQ(read.to_vector(), (std::vector<double>{1, -2, INFINITY, 0x1p-133, 3.140625}));
}

TEST(Safetensors, ReadsEveryIntegerTypeAsInt64) {
  const std::string ones(8, '\xff');
  const std::pair<const char*, std::int64_t> cases[] = {{"I8", -1},  {"I16", -1},    {"I32", -1},         {"I64", -1},
                                                        {"U8", 255}, {"U16", 65535}, {"U32", 4294967295}, {"BOOL", 255}};
  for (const auto& [dtype, expected] : cases) {
    const std::size_t bytes = std::strchr(dtype, '8') || dtype[0] == 'B' ? 1
                              : std::strstr(dtype, "16")                 ? 2
                              : std::strstr(dtype, "32")                 ? 4
                                                                         : 8;
    const Tensor read = load_one(dtype, "[1]", ones.substr(0, bytes));
    ASSERT_EQ(read.dtype(), DType::int64);
    EXPECT_EQ(read.data<std::int64_t>()[0], expected) << dtype;
  }
  EXPECT_EQ(load_one("U64", "[]", ones.substr(1) + '\x7f').data<std::int64_t>()[0], INT64_MAX);
}

TEST(Safetensors, RefusesAnUnsignedNumberBeyondInt64) {
  EXPECT_EQ(refusal(file_of(R"({"t":{"dtype":"U64","shape":[1],"data_offsets":[0,8]}})", std::string(8, '\xff'))),
            "'t': a value is too large for int64");
}

TEST(Safetensors, RefusesEveryTruncation) {
  const TemporaryFolder folder;
  save_safetensors(folder / "f", small_model(), kMetadata);
  const std::string content = slurp(folder / "f");
  for (std::size_t n = 0; n < content.size(); ++n) EXPECT_NE(refusal(content.substr(0, n)), "") << n;
  EXPECT_NE(refusal(content + '\0'), "");
}

TEST(Safetensors, NeverReadsAFlippedBitAsSomethingElse) {
  const TemporaryFolder folder;
  save_safetensors(folder / "f", small_model(), kMetadata);
  const std::string content = slurp(folder / "f");
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < 8 * content.size(); ++bit) {
    std::string damaged = content;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ 1 << bit % 8);
    spill(folder / "g", damaged);
    try {
      SafeTensors loaded = load_safetensors(folder / "g");
      EXPECT_TRUE(same(loaded.tensors, small_model())) << "bit " << bit;
      loaded.metadata.insert(kMetadata.begin(), kMetadata.end());
      for (const auto& [key, value] : kMetadata) EXPECT_EQ(loaded.metadata[key], value) << "bit " << bit;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::data) << error.what();
      ++refused;
    }
  }
  // What is left are flips in the checksum's own name.
  EXPECT_GE(refused, 8 * (content.size() - std::strlen("descent.crc32")));
}

TEST(Safetensors, RefusesHostileHeaders) {
  const auto tensor_of = [](const char* shape, const char* offsets) {
    return file_of(fmt::format(R"({{"t":{{"dtype":"F32","shape":{},"data_offsets":{}}}}})", shape, offsets), std::string(8, '\0'));
  };
  const std::string misplaced = "'t': expected dtype, shape [SIZE, …] and data_offsets [BEGIN, END]";
  EXPECT_EQ(refusal(tensor_of("[3]", "[0,8]")), "'t': 8 bytes are no F32 of shape (3,)");
  EXPECT_EQ(refusal(tensor_of("[4611686018427387906]", "[0,8]")), "'t': 8 bytes are no F32 of shape (4611686018427387906,)");
  EXPECT_THAT(refusal(tensor_of("[4294967296,4294967296,2]", "[0,8]")), HasSubstr("8 bytes are no F32"));
  EXPECT_THAT(refusal(tensor_of("[0,4611686018427387904,4]", "[0,0]")),
              HasSubstr("the header describes 0 bytes of values, the file holds 8"));
  EXPECT_EQ(refusal(tensor_of("[9223372036854775808]", "[0,8]")), "'t': 9223372036854775808 is too large");
  EXPECT_EQ(refusal(tensor_of("[1,1,1,1,1,1,2]", "[0,8]")), "'t': at most 6 axes are supported");
  EXPECT_EQ(refusal(tensor_of("[2]", "[4,8]")), "'t': values begin at 4, but those before end at 0");
  EXPECT_EQ(refusal(tensor_of("[2]", "[8,0]")), misplaced);
  EXPECT_EQ(refusal(tensor_of("[2]", "[0,4]")), "the header describes 4 bytes of values, the file holds 8");
  EXPECT_EQ(refusal(tensor_of("[2]", "[0,16]")), "the header describes 16 bytes of values, the file holds 8");
  EXPECT_EQ(refusal(tensor_of("[2]", "[0,8,8]")), misplaced);
  for (const char* shape : {"[-2]", "[2.0]", "[2e0]", "\"2\"", "2", "null", "[null]", "[[2]]", "{}", "[true]", "[\"2\"]", "[1e999]",
                            "[123456789012345678901]"}) {
    EXPECT_THAT(refusal(tensor_of(shape, "[0,8]")), testing::AnyOf(misplaced, HasSubstr("not valid JSON"))) << shape;
  }
}

TEST(Safetensors, RefusesAZeroSizedTensorWhoseStridesOverflow) {
  EXPECT_THAT(refusal(file_of(R"({"t":{"dtype":"F32","shape":[0,4611686018427387904,4],"data_offsets":[0,0]}})")),
              HasSubstr("0 bytes are no F32"));
}

TEST(Safetensors, RefusesHeadersLongerThanTheFileOrTheFormatsLimit) {
  EXPECT_EQ(refusal("1234567"), "byte 7: ends inside the header's length");
  EXPECT_EQ(refusal(std::string("\3\0\0\0\0\0\0\0{}", 10)), "byte 0: a header of 3 bytes in a file of 10; at most 100000000 are accepted");
  EXPECT_THAT(refusal(std::string(8, '\xff') + "{}"), HasSubstr("byte 0: a header of 18446744073709551615 bytes"));
  const TemporaryFolder folder;
  spill(folder / "f", std::string("\x01\xe1\xf5\x05\0\0\0\0", 8));
  std::filesystem::resize_file(folder / "f", 200'000'000);  // sparse
  EXPECT_THAT(error_of(ErrorKind::data, [&] { load_safetensors(folder / "f"); }), HasSubstr("byte 0: a header of 100000001 bytes"));
}

TEST(Safetensors, RefusesUnknownTypes) {
  EXPECT_EQ(refusal(file_of(R"({"t":{"dtype":"F8_E4M3","shape":[0],"data_offsets":[0,0]}})")), "'t': dtype 'F8_E4M3' is not supported");
}

TEST(Safetensors, NamesAMissingFile) {
  EXPECT_EQ(error_of(ErrorKind::data, [] { load_safetensors("/none"); }), "/none: cannot open: No such file or directory");
}

TEST(Safetensors, RefusesToWriteANameTwice) {
  const TemporaryFolder folder;
  const auto save = [&](const char* name) { save_safetensors(folder / "f", {{"w", scalar(1)}, {name, scalar(2)}}); };
  EXPECT_THAT(error_of(ErrorKind::invalid, [&] { save("w"); }), EndsWith("the name 'w' is taken"));
  EXPECT_THAT(error_of(ErrorKind::invalid, [&] { save("__metadata__"); }), EndsWith("the name '__metadata__' is taken"));
  EXPECT_THAT(error_of(ErrorKind::invalid, [&] { save("\xff"); }), EndsWith("names and metadata must be UTF-8"));
  EXPECT_EQ(folder.entries(), 0u);
}

}  // namespace
}  // namespace descent
