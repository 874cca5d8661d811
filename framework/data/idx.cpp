#include <array>

#include "descent/data/array.h"
#include "descent/data/numbers.h"

namespace descent {
namespace {

struct Idx {
  Path images, labels;
  double scale = 255;

  void options(Options& option) {
    option("images", images, "the file of examples; gzip is unpacked");
    option.required();
    option("labels", labels, "the file of labels; gzip is unpacked");
    option.required();
    option("scale", scale, kPositive, "divides the values of the images");
  }

  Table load(const LoadContext& context) const {
    return join(images, read_idx(images, context.dtype, scale).values, labels, read_idx(labels, DType::float64).values, context);
  }
};

const RegisterDataset<Idx> idx("idx", "images and labels in the files of MNIST and Fashion-MNIST");

ElementType element_type(const Input& input, unsigned char code) {
  using Kind = ElementType::Kind;
  switch (code) {
    case 0x08:
      return {Kind::natural, 1, true};
    case 0x09:
      return {Kind::integer, 1, true};
    case 0x0B:
      return {Kind::integer, 2, true};
    case 0x0C:
      return {Kind::integer, 4, true};
    case 0x0D:
      return {Kind::real, 4, true};
    case 0x0E:
      return {Kind::real, 8, true};
    default:
      input.fail_at(2, fmt::format("unknown element type 0x{:02x}", code));
  }
}

std::uint32_t read_size(Input& input) {
  std::array<unsigned char, 4> bytes;
  input.read_exactly(bytes.data(), bytes.size(), "the header");
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

}  // namespace

// Two zero bytes, the element type, the rank, the sizes as big-endian 32-bit numbers, the values (yann.lecun.com/exdb/mnist).
Array read_idx(const Path& path, DType dtype, double scale) {
  Input input(path);
  std::array<unsigned char, 4> magic;
  input.read_exactly(magic.data(), magic.size(), "the header");
  if (magic[0] != 0 || magic[1] != 0) input.fail_at(0, "not an IDX file: it starts with two zero bytes");
  const ElementType type = element_type(input, magic[2]);
  if (magic[3] < 1 || magic[3] > Shape::kMaxRank) input.fail_at(3, fmt::format("rank {}, expected 1 to {}", magic[3], Shape::kMaxRank));
  Shape shape;
  std::uint64_t bytes = type.bytes;
  for (int axis = 0; axis < magic[3]; ++axis) {
    const std::uint32_t size = read_size(input);
    if (!multiply_checked(bytes, size)) input.fail_at(input.offset() - 4, "the sizes are too large");
    shape.push_back(size);
  }
  return read_elements(input, type, shape, dtype, scale);
}

}  // namespace descent
