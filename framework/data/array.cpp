#include "descent/data/array.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "descent/core/math.h"
#include "descent/core/simd.h"
#include "descent/data/numbers.h"
#include "descent/data/target.h"

namespace descent {
namespace {

constexpr std::size_t kStep = 64 << 10;

template <class Stored>
void decode_as(const unsigned char* bytes, std::size_t count, bool big_endian, double* numbers) {
  for (std::size_t i = 0; i < count; ++i, bytes += sizeof(Stored)) {
    unsigned char ordered[sizeof(Stored)];
    std::memcpy(ordered, bytes, sizeof(Stored));
    if (big_endian) std::reverse(ordered, ordered + sizeof(Stored));
    Stored stored;
    std::memcpy(&stored, ordered, sizeof(Stored));
    numbers[i] = static_cast<double>(stored);
  }
}

// Bytes are most of what is read, and need no order.
void decode_bytes(const unsigned char* bytes, std::size_t count, double* numbers) {
  vectorized([=] {
    for (std::size_t i = 0; i < count; ++i) numbers[i] = static_cast<double>(bytes[i]);
  });
}

void decode(const ElementType& type, const unsigned char* bytes, std::size_t count, double* numbers) {
  using Kind = ElementType::Kind;
  const bool is_signed = type.kind == Kind::integer, big = type.big_endian;
  if (type.kind == Kind::real)
    return type.bytes == 4 ? decode_as<float>(bytes, count, big, numbers) : decode_as<double>(bytes, count, big, numbers);
  switch (type.bytes) {
    case 1:
      return is_signed ? decode_as<std::int8_t>(bytes, count, big, numbers) : decode_bytes(bytes, count, numbers);
    case 2:
      return is_signed ? decode_as<std::int16_t>(bytes, count, big, numbers) : decode_as<std::uint16_t>(bytes, count, big, numbers);
    case 4:
      return is_signed ? decode_as<std::int32_t>(bytes, count, big, numbers) : decode_as<std::uint32_t>(bytes, count, big, numbers);
    default:
      return is_signed ? decode_as<std::int64_t>(bytes, count, big, numbers) : decode_as<std::uint64_t>(bytes, count, big, numbers);
  }
}

// Returns the first number that is not finite in T, or count.
template <class T>
std::size_t convert(const double* numbers, std::size_t count, double scale, T* values) {
  vectorized([=] {
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<T>(numbers[i] / scale);
  });
  const auto bad = std::find_if_not(values, values + count, [](T value) { return std::isfinite(value); });
  return static_cast<std::size_t>(bad - values);
}

// Before memory is taken: a header may claim anything.
void check_claim(Input& input, const ElementType& type, const Shape& shape, DType dtype) {
  const auto size = static_cast<std::uint64_t>(shape.size());
  if (size == 0) input.fail_at(input.offset(), fmt::format("the shape {} holds no values", to_string(shape)));
  if (!fits_table(size, dtype))
    input.fail_at(input.offset(), fmt::format("the shape {} makes a table larger than 2 GiB", to_string(shape)));
  input.expect_left(size * type.bytes);
}

void add_targets(const Path& path, const Tensor& y, const LoadContext& context, Table& table) {
  TargetColumn target(context);
  for (std::int64_t i = 0; i < y.size(); ++i) {
    if (const std::string problem = target.add(y.at(i)); !problem.empty()) fail_in_file(path, fmt::format(" value {}", i), problem);
  }
  target.assign_to(table);
}

}  // namespace

std::string to_string(const ElementType& type) {
  if (type.kind == ElementType::Kind::boolean) return "bool";
  constexpr const char* kNames[] = {"", "int", "uint", "float"};
  return fmt::format("{}{}", kNames[static_cast<int>(type.kind)], 8 * type.bytes);
}

Array read_elements(Input& input, const ElementType& type, const Shape& shape, DType dtype, double scale) {
  check_claim(input, type, shape, dtype);
  const Tensor values = empty(shape, dtype);
  const std::size_t size = static_cast<std::size_t>(shape.size()), step = kStep / type.bytes;
  std::vector<unsigned char> bytes(kStep);
  std::vector<double> numbers(step);
  for (std::size_t done = 0; done < size; done += step) {
    const std::size_t count = std::min(step, size - done);
    const std::uint64_t offset = input.offset();
    input.read_exactly(bytes.data(), count * type.bytes, "the values");
    decode(type, bytes.data(), count, numbers.data());
    const std::size_t good =
        dispatch(dtype, [&](auto zero) { return convert(numbers.data(), count, scale, values.data<decltype(zero)>() + done); });
    if (good < count)
      input.fail_at(offset + good * type.bytes, fmt::format("{} is not a finite {}", math::printable(numbers[good]), name(dtype)));
  }
  input.expect_end();
  return {values, to_string(type)};
}

Table join(const Path& x_path, Tensor x, const Path& y_path, const Tensor& y, const LoadContext& context) {
  const std::int64_t rows = x.size(0);
  if (y.size(0) != rows)
    fail_in_file(y_path, "1", fmt::format("{} targets for the {} rows of {}", y.size(0), rows, shown(x_path.text, 300)));
  Table table;
  table.x = std::move(x);
  table.files = {x_path.text, y_path.text};
  if (y.size() != rows && context.form == TargetForm::classes) {
    fail_in_file(y_path, "1", fmt::format("expected one class label a row, got shape {}", to_string(y.shape())));
  }
  if (y.size() == rows) {
    add_targets(y_path, y, context, table);
  } else {
    table.y = y;
  }
  return table;
}

}  // namespace descent
