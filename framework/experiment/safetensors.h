#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "descent/autograd/tensor.h"

// Weights in the safetensors format (github.com/huggingface/safetensors): an 8-byte length, a JSON header, then the values, little endian.
namespace descent {

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;
using Metadata = std::map<std::string, std::string>;

struct SafeTensors {
  NamedTensors tensors;  // in the order of the values in the file
  Metadata metadata;
};

// Replaces `path` as write_file does. A checksum of names, shapes, values and metadata is added to the file's metadata. The values of eight
// bytes come first, so that all are aligned; otherwise the order is kept. Throws Error (kind invalid) when a name occurs twice or is not
// UTF-8.
void save_safetensors(const std::string& path, const NamedTensors& tensors, const Metadata& metadata = {});

// Reads F64, F32 and I64 as they are, F16 and BF16 as float32, other integers and BOOL as int64. Everything else that is not exactly the
// format, holes and overlaps included, and a wrong checksum is an Error (kind data) that names the byte or the tensor.
SafeTensors load_safetensors(const std::string& path);

}  // namespace descent
