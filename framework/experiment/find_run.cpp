#include "descent/experiment/find_run.h"

#include <algorithm>
#include <filesystem>
#include <tuple>

#include "descent/core/error.h"
#include "descent/options/diagnostics.h"

namespace descent {
namespace {

namespace fs = std::filesystem;

bool is_run(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path / "resolved.yaml", ignored);
}

std::vector<fs::path> folders_in(const fs::path& parent) {
  std::vector<fs::path> list;
  std::error_code error;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->is_directory(error) && !entry->is_symlink(error)) list.push_back(entry->path());
  }
  return list;
}

// By the second in their names, then by the moment at which their first file was written.
bool is_older(const fs::path& a, const fs::path& b) {
  constexpr std::size_t kSecond = sizeof "YYYYMMDD-HHMMSS" - 1;
  const auto key = [](const fs::path& run) {
    std::error_code ignored;
    const std::string name = run.filename().string();
    return std::tuple(name.substr(0, kSecond), fs::last_write_time(run / "experiment.yaml", ignored), name);
  };
  return key(a) < key(b);
}

bool begins(const std::string& text, const std::string& with) { return text.compare(0, with.size(), with) == 0; }

}  // namespace

std::vector<std::string> all_runs() {
  std::vector<fs::path> runs;
  for (const fs::path& name : folders_in("runs")) {
    for (const fs::path& run : folders_in(name)) {
      if (is_run(run)) runs.push_back(run);
    }
  }
  std::sort(runs.begin(), runs.end(), is_older);
  return {runs.begin(), runs.end()};
}

std::string find_run(const std::string& named) {
  if (is_run(named)) return named;
  if (is_run("runs/" + named)) return "runs/" + named;
  const std::vector<std::string> runs = all_runs();
  if (named == "latest" && !runs.empty()) return runs.back();
  std::vector<std::string> found;
  for (const std::string& run : runs) {
    const fs::path path = run;
    const std::string id = path.filename().string(), name = path.parent_path().filename().string();
    if (!named.empty() && (begins(id, named) || begins(name + '/' + id, named))) found.push_back(run);
  }
  if (found.size() == 1) return found[0];
  if (found.empty())
    fail(ErrorKind::usage, "no run is named '{}'\n  help: a folder, NAME/latest, latest, or the beginning of a folder's name under runs/",
         shown(named));
  fail(ErrorKind::usage, "'{}' may be any of {} runs, as {} and {}", shown(named), found.size(), found[0], found[1]);
}

}  // namespace descent
