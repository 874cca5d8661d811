#include "descent/experiment/safetensors_header.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "descent/core/error.h"
#include "descent/options/diagnostics.h"

namespace descent {
namespace {

using nlohmann::json;
using Entry = SafeTensorsHeader::Entry;

// Receives the header's events and accepts them only in the one order that makes a header; so nothing nests deeper than a tensor's lists.
class HeaderEvents : public nlohmann::json_sax<json> {
 public:
  HeaderEvents(const std::string& path, std::uint64_t header_start, SafeTensorsHeader& header)
      : path_(path), header_start_(header_start), header_(header) {}

  bool start_object(std::size_t) override {
    if (in_ == In::nothing) return enter(In::root);
    if (in_ != In::root) misplaced();
    keys_.clear();
    if (name_ == "__metadata__") return enter(In::metadata);
    header_.entries.emplace_back().name = name_;
    return enter(In::tensor);
  }
  bool key(std::string& key) override {
    if (!(in_ == In::root ? names_ : keys_).insert(key).second) refuse("'" + shown(key) + "' is given twice");
    if (in_ == In::tensor && key != "dtype" && key != "shape" && key != "data_offsets") refuse("unknown key '" + shown(key) + "'");
    (in_ == In::root ? name_ : key_) = key;
    return true;
  }
  bool string(std::string& text) override {
    if (in_ != In::metadata && (in_ != In::tensor || key_ != "dtype")) misplaced();
    (in_ == In::metadata ? header_.metadata[key_] : header_.entries.back().dtype) = text;
    return true;
  }
  bool start_array(std::size_t) override {
    if (in_ != In::tensor || key_ == "dtype") misplaced();
    numbers_.clear();
    return enter(In::list);
  }
  bool number_unsigned(std::uint64_t number) override {
    if (in_ != In::list) misplaced();
    if (number > std::numeric_limits<std::int64_t>::max()) refuse(fmt::format("{} is too large", number));
    if (numbers_.size() == Shape::kMaxRank) refuse(fmt::format("at most {} axes are supported", Shape::kMaxRank));
    numbers_.push_back(number);
    return true;
  }
  bool end_array() override {
    Entry& entry = header_.entries.back();
    if (key_ == "shape") {
      entry.shape = Shape(numbers_.begin(), numbers_.end());
    } else {
      if (numbers_.size() != 2 || numbers_[0] > numbers_[1]) misplaced();
      entry.begin = numbers_[0], entry.end = numbers_[1];
    }
    return enter(In::tensor);
  }
  bool end_object() override {
    if (in_ == In::tensor && keys_.size() != 3) misplaced();
    return enter(in_ == In::root ? In::nothing : In::root);
  }

  bool null() override { misplaced(); }
  bool boolean(bool) override { misplaced(); }
  bool number_integer(std::int64_t) override { misplaced(); }
  bool number_float(double, const std::string&) override { misplaced(); }
  bool binary(json::binary_t&) override { misplaced(); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    fail(ErrorKind::data, "{}: byte {}: the header is not valid JSON", path_, header_start_ + std::max<std::size_t>(position, 1) - 1);
  }

 private:
  enum class In { nothing, root, metadata, tensor, list };

  bool enter(In place) {
    in_ = place;
    return true;
  }
  [[noreturn]] void refuse(const std::string& reason) const { fail(ErrorKind::data, "{}: '{}': {}", path_, shown(name_), reason); }
  [[noreturn]] void misplaced() const {
    refuse(name_ == "__metadata__" ? "expected an object of texts" : "expected dtype, shape [SIZE, …] and data_offsets [BEGIN, END]");
  }

  const std::string& path_;
  const std::uint64_t header_start_;
  SafeTensorsHeader& header_;
  In in_ = In::nothing;
  std::string name_, key_;  // read last, of the header and of the object inside
  std::set<std::string> names_, keys_;
  std::vector<std::uint64_t> numbers_;
};

void check_tiling(const std::string& path, const std::vector<Entry>& entries, std::uint64_t data_bytes) {
  std::uint64_t end = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != end) {
      fail(ErrorKind::data, "{}: '{}': values begin at {}, but those before end at {}", path, shown(entry.name), entry.begin, end);
    }
    end = entry.end;
  }
  if (end != data_bytes) fail(ErrorKind::data, "{}: the header describes {} bytes of values, the file holds {}", path, end, data_bytes);
}

}  // namespace

SafeTensorsHeader parse_safetensors_header(const std::string& path, const std::string& text, std::uint64_t header_start,
                                           std::uint64_t data_bytes) {
  // The parser would take a zero byte for the end of the text, and skip a byte order mark.
  const std::size_t zero = text.find('\0');
  if (zero != std::string::npos) fail(ErrorKind::data, "{}: byte {}: a zero byte in the header", path, header_start + zero);
  if (text.empty() || text[0] != '{') fail(ErrorKind::data, "{}: byte {}: the header must begin with '{{'", path, header_start);
  SafeTensorsHeader header;
  HeaderEvents events(path, header_start, header);
  json::sax_parse(text, &events);
  const auto by_place = [](const Entry& a, const Entry& b) { return std::tie(a.begin, a.end) < std::tie(b.begin, b.end); };
  std::stable_sort(header.entries.begin(), header.entries.end(), by_place);
  check_tiling(path, header.entries, data_bytes);
  return header;
}

}  // namespace descent
