#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "descent/core/shape.h"

// The JSON header of a safetensors file, read as untrusted text.
namespace descent {

struct SafeTensorsHeader {
  struct Entry {
    std::string name, dtype;  // dtype as spelled in the file: "F32"
    Shape shape;
    std::uint64_t begin = 0, end = 0;  // bytes, counted from the end of the header
  };
  std::vector<Entry> entries;  // in the order of the values
  std::map<std::string, std::string> metadata;
};

// Accepts exactly one object of tensors, each with dtype, shape and data_offsets, whose offsets tile `data_bytes` without holes and
// overlaps. Errors (kind data) name `path` and the tensor, or the byte, of which `header_start` is the first.
SafeTensorsHeader parse_safetensors_header(const std::string& path, const std::string& text, std::uint64_t header_start,
                                           std::uint64_t data_bytes);

}  // namespace descent
