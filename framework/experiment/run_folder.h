#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace descent {

// The folder that a run writes to; no other process writes to the same one.
class RunFolder {
 public:
  // Creates runs/NAME/<YYYYMMDD-HHMMSS>-<4 hex>/ in the current directory, local time, and points runs/NAME/latest to it; or creates
  // exactly `out`, which may exist when it is empty. Errors are of kind data.
  explicit RunFolder(const std::string& name, const std::string& out = "");

  // One that is there.
  static RunFolder existing(const std::string& path);

  const std::string& path() const { return path_; }
  std::string file(std::string_view name) const { return path_ + '/' + std::string(name); }
  // Replaces these files, by their names, in this order, as write_files() does.
  void write(const std::vector<std::pair<std::string, std::string>>& files) const;

 private:
  RunFolder() = default;
  std::string path_;
};

// The content of a run folder's summary.json; null while the run goes on, or where it was cut off. Throws Error (kind data) with what is
// missing in it.
nlohmann::ordered_json read_summary(const std::string& folder);

// Its resolved.yaml as one map of texts: {"optimizer.lr": "0.1", "model.hidden": "[32, 32]"}.
nlohmann::ordered_json read_settings(const std::string& folder);

}  // namespace descent
