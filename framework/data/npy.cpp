#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <numeric>
#include <set>
#include <utility>

#include "descent/autograd/ops.h"
#include "descent/data/array.h"
#include "descent/data/numbers.h"

namespace descent {
namespace {

struct Npy {
  Path x, y;

  void options(Options& option) {
    option("x", x, "the file of examples, one along the first axis");
    option.required();
    option("y", y, "the file of targets: (n,) or (n, k)");
    option.required();
  }

  Table load(const LoadContext& context) const {
    const DType y_dtype = context.form == TargetForm::classes ? DType::float64 : context.dtype;
    return join(x, with_columns(read_npy(x, context.dtype).values), y, with_columns(read_npy(y, y_dtype).values), context);
  }

  static Tensor with_columns(const Tensor& values) { return values.rank() > 1 ? values : reshape(values, {-1, 1}); }
};

const RegisterDataset<Npy> npy("npy", "examples and targets in NumPy's files");

struct Header {
  std::string descr;
  bool fortran_order = false;
  Shape shape;
};

// Reads the header, one Python dict of exactly three keys in any order: {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }.
class HeaderReader {
 public:
  HeaderReader(const Input& input, std::string_view text) : input_(input), text_(text), start_(input.offset() - text.size()) {}

  Header read() {
    Header header;
    std::set<std::string_view> keys;
    expect("{");
    while (next() != "}") {
      const std::string_view key = unquoted();
      if (key != "descr" && key != "fortran_order" && key != "shape") fail_here("unknown key");
      if (!keys.insert(key).second) fail_here("a second such key");
      expect(":");
      read_value(key, header);
      if (next() == "}") break;
      if (token_ != ",") fail_here("expected a comma");
    }
    if (!next().empty()) fail_here("text after the dict");
    if (keys.size() != 3) fail_here("missing descr, fortran_order or shape");
    return header;
  }

 private:
  void read_value(std::string_view key, Header& header) {
    if (key == "descr") {
      next();
      header.descr = unquoted();
    } else if (key == "fortran_order") {
      if (next() != "True" && token_ != "False") fail_here("expected True or False");
      header.fortran_order = token_ == "True";
    } else {
      header.shape = read_shape();
    }
  }

  Shape read_shape() {
    Shape shape;
    std::uint64_t bytes = 8;  // of an element, at most
    expect("(");
    while (next() != ")") {
      std::int64_t size = 0;
      if (!parse_count(token_, size)) fail_here("expected a size");
      if (!multiply_checked(bytes, static_cast<std::uint64_t>(size))) fail_here("too large a shape");
      if (shape.rank() == Shape::kMaxRank) fail_here("more than 6 axes");
      shape.push_back(size);
      if (next() == ")" && shape.rank() > 1) break;
      if (token_ != ",") fail_here("expected a comma");
    }
    if (shape.rank() == 0) fail_here("no axis of rows");
    return shape;
  }

  // The next text with its quotes, word or sign; empty at the end.
  std::string_view next() {
    at_ = std::min(text_.find_first_not_of(" \n", at_ + token_.size()), text_.size());
    const std::string_view rest = text_.substr(at_);
    std::size_t size = std::min<std::size_t>(rest.size(), 1);
    if (size == 1 && (rest[0] == '\'' || rest[0] == '"')) size = std::min(rest.find(rest[0], 1), rest.size() - 1) + 1;
    const auto in_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '+' || c == '-'; };
    if (size == 1 && in_word(rest[0])) size = static_cast<std::size_t>(std::find_if_not(rest.begin(), rest.end(), in_word) - rest.begin());
    return token_ = rest.substr(0, size);
  }
  void expect(const char* sign) {
    if (next() != sign) fail_here(fmt::format("expected '{}'", sign));
  }
  std::string_view unquoted() const {
    const bool quoted = token_.size() > 1 && (token_[0] == '\'' || token_[0] == '"') && token_.back() == token_[0];
    if (!quoted) fail_here("expected a quoted text");
    return token_.substr(1, token_.size() - 2);
  }
  [[noreturn]] void fail_here(const std::string& problem) const {
    input_.fail_at(start_ + at_, fmt::format("header at `{}`: {}", shown(token_), problem));
  }

  const Input& input_;
  std::string_view text_, token_;
  std::uint64_t start_;
  std::size_t at_ = 0;
};

ElementType element_type(const Input& input, const std::string& descr) {
  using Kind = ElementType::Kind;
  constexpr std::pair<const char*, ElementType> kTypes[] = {
      {"|b1", {Kind::boolean, 1, false}}, {"|i1", {Kind::integer, 1, false}}, {"|u1", {Kind::natural, 1, false}},
      {"<i2", {Kind::integer, 2, false}}, {"<u2", {Kind::natural, 2, false}}, {"<i4", {Kind::integer, 4, false}},
      {"<u4", {Kind::natural, 4, false}}, {"<i8", {Kind::integer, 8, false}}, {"<u8", {Kind::natural, 8, false}},
      {"<f4", {Kind::real, 4, false}},    {"<f8", {Kind::real, 8, false}}};
  for (const auto& [name, type] : kTypes) {
    if (descr == name) return type;
  }
  input.fail_at(input.offset(), fmt::format("unsupported type '{}'", shown(descr)));
}

// The header's text, after the magic, the version and the length.
std::string read_header_text(Input& input) {
  std::array<unsigned char, 8> magic;
  std::array<unsigned char, 4> length{};
  input.read_exactly(magic.data(), magic.size(), "the header");
  if (std::string_view(reinterpret_cast<const char*>(magic.data()), 6) != "\x93NUMPY") input.fail_at(0, "not an NPY file");
  if (magic[6] < 1 || magic[6] > 3 || magic[7] != 0) input.fail_at(6, fmt::format("unknown version {}.{}", magic[6], magic[7]));
  input.read_exactly(length.data(), magic[6] == 1 ? 2 : 4, "the header");
  const std::uint32_t bytes = length[0] | std::uint32_t{length[1]} << 8 | std::uint32_t{length[2]} << 16 | std::uint32_t{length[3]} << 24;
  if (bytes > 64 << 10) input.fail_at(8, fmt::format("a header of {} bytes; at most 65536 are accepted", bytes));
  std::string text(bytes, ' ');
  input.read_exactly(text.data(), bytes, "the header");
  return text;
}

}  // namespace

Array read_npy(const Path& path, DType dtype) {
  Input input(path);
  const std::string text = read_header_text(input);
  const Header header = HeaderReader(input, text).read();
  const ElementType type = element_type(input, header.descr);
  if (!header.fortran_order) return read_elements(input, type, header.shape, dtype);
  // The first axis varies fastest: that is the transpose, row by row.
  const NoGrad no_grad;
  std::vector<std::int64_t> axes(static_cast<std::size_t>(header.shape.rank()));
  std::iota(axes.rbegin(), axes.rend(), 0);
  const Shape reversed(std::make_reverse_iterator(header.shape.end()), std::make_reverse_iterator(header.shape.begin()));
  Array array = read_elements(input, type, reversed, dtype);
  array.values = permute(array.values, axes);
  return array;
}

}  // namespace descent
