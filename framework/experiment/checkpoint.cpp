#include "descent/experiment/checkpoint.h"

#include <algorithm>
#include <cstring>
#include <filesystem>

namespace descent {
namespace {

NamedTensors joined(NamedTensors a, const NamedTensors& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Tensor state_of(const Rng& rng) {
  const Rng::State state = rng.state();
  std::vector<std::int64_t> words(state.size());
  std::memcpy(words.data(), state.data(), sizeof state);
  return labels(words);
}

bool is_counter(const std::string& name) {
  constexpr std::string_view kCounter = "num_batches_tracked";
  return name.size() >= kCounter.size() && name.compare(name.size() - kCounter.size(), kCounter.size(), kCounter) == 0;
}

}  // namespace

void Checkpoints::save_step(std::int64_t step) {
  const std::string name = fmt::format("step-{}", step);
  save(name, step);
  saved_.push_back(name);
  if (static_cast<std::int64_t>(saved_.size()) <= keep_) return;
  for (const char* ending : {".safetensors", ".state.safetensors"}) {
    std::error_code ignored;
    std::filesystem::remove(folder_ + '/' + saved_.front() + ending, ignored);
  }
  saved_.erase(saved_.begin());
}

void Checkpoints::save(const std::string& name, std::int64_t step) const {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) fail(ErrorKind::data, "{}: cannot create: {}", folder_, error.message());
  NamedTensors state = joined(optimizer_.state(), scheduler_.state());
  int number = 0;
  for (const Rng* generator : problem_.generators()) state.emplace_back(fmt::format("generator.{}", number++), state_of(*generator));
  save_safetensors(folder_ + '/' + name + ".state.safetensors", state, {{"step", std::to_string(step)}});
  save_safetensors(folder_ + '/' + name + ".safetensors", joined(problem_.parameters(), problem_.buffers()));
}

void load_weights(const std::string& path, const NamedTensors& tensors) {
  SafeTensors file = load_safetensors(path);
  for (const auto& [name, tensor] : tensors) {
    const auto found =
        std::find_if(file.tensors.begin(), file.tensors.end(), [&, wanted = name](const auto& entry) { return entry.first == wanted; });
    if (found == file.tensors.end()) {
      if (is_counter(name)) continue;
      fail(ErrorKind::data, "{}: tensor '{}' is missing", path, name);
    }
    if (found->second.shape() != tensor.shape()) {
      fail(ErrorKind::data, "{}: tensor '{}' has shape {}, the model's {}", path, name, to_string(found->second.shape()),
           to_string(tensor.shape()));
    }
    const Tensor values = found->second.to(tensor.dtype());
    std::memcpy(tensor.node()->out<void>(), values.node()->out<void>(), static_cast<std::size_t>(tensor.size()) * bytes_of(tensor.dtype()));
    file.tensors.erase(found);
  }
  for (const auto& [name, tensor] : file.tensors) {
    if (!is_counter(name)) fail(ErrorKind::data, "{}: the model has no tensor '{}'", path, name);
  }
}

}  // namespace descent
