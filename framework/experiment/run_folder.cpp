#include "descent/experiment/run_folder.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <filesystem>

#include "descent/core/error.h"
#include "descent/core/file.h"
#include "descent/experiment/json.h"
#include "descent/experiment/yaml.h"

namespace descent {
namespace {

void make_folders(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) return;
  errno = error.value();
  fail_system(path, "create");
}

// Replaced as a whole, so that it always points to some run.
void point(const std::string& link, const std::string& target) {
  const std::string temporary = link + '-' + random_hex(16);
  if (::symlink(target.c_str(), temporary.c_str()) != 0) fail_system(link, "create");
  if (::rename(temporary.c_str(), link.c_str()) == 0) return;
  const int reason = errno;
  ::unlink(temporary.c_str());
  errno = reason;
  fail_system(link, "replace");
}

std::string create_new(const std::string& parent) {
  make_folders(parent);
  const auto new_name = [] { return fmt::format("{:%Y%m%d-%H%M%S}-{}", fmt::localtime(std::time(nullptr)), random_hex(4)); };
  std::string name = new_name();
  while (::mkdir((parent + '/' + name).c_str(), 0777) != 0) {
    if (errno != EEXIST) fail_system(parent + '/' + name, "create");
    name = new_name();
  }
  point(parent + "/latest", name);
  return parent + '/' + name;
}

std::string create_exactly(const std::string& path) {
  make_folders(path);
  std::error_code error;
  if (!std::filesystem::is_empty(path, error) && !error) fail(ErrorKind::data, "{}: exists and is not empty", path);
  // Two runs may have seen the same empty folder: it belongs to the one that creates this file.
  const std::string claim = path + "/experiment.yaml";
  File(::open(claim.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), claim).close();
  return path;
}

// What every reader of a summary takes for granted.
void check_summary(const Json& summary, const std::string& path) {
  const Json kind = summary.value("kind", Json("run")), status = summary.at("status");
  if (!status.is_string()) fail(ErrorKind::data, "{}: status: expected a name, got {}", path, to_text(status));
  if (kind == "sweep") {
    for (const char* key : {"metric", "best", "order", "trials"}) summary.at(key);
  } else if (kind == "compare") {
    if (summary.at("problems").empty()) fail(ErrorKind::data, "{}: problems: there is none", path);
    for (const Json& problem : summary.at("problems")) problem.at("ranking").at("verdict");
  } else if (kind != "run") {
    fail(ErrorKind::data, "{}: kind: expected 'run', 'sweep' or 'compare', got {}", path, to_text(kind));
  }
}

void flatten(const std::string& path, const Value& value, Json& settings) {
  for (const Value::Entry& entry : value.entries) flatten(path.empty() ? entry.key : path + '.' + entry.key, entry.value, settings);
  const bool nested = std::any_of(value.items.begin(), value.items.end(), [](const Value& item) { return !item.is_scalar(); });
  for (std::size_t i = 0; nested && i < value.items.size(); ++i) flatten(fmt::format("{}[{}]", path, i), value.items[i], settings);
  if (!value.is_map() && !nested) settings[path] = value.is_list() ? write_flow(value) : value.text;
}

}  // namespace

RunFolder::RunFolder(const std::string& name, const std::string& out)
    : path_(out.empty() ? create_new("runs/" + name) : create_exactly(out)) {}

RunFolder RunFolder::existing(const std::string& path) {
  RunFolder folder;
  folder.path_ = path;
  return folder;
}

void RunFolder::write(const std::vector<std::pair<std::string, std::string>>& files) const {
  std::vector<FileContent> contents;
  for (const auto& [name, text] : files) contents.push_back({name, {text}});
  write_files(path_, contents);
}

Json read_summary(const std::string& folder) {
  const std::string path = folder + "/summary.json";
  Json summary = read_json(path);
  if (!summary.is_null()) read_at(path, [&] { check_summary(summary, path); });
  return summary;
}

Json read_settings(const std::string& folder) {
  Diagnostics diagnostics;
  Json settings = Json::object();
  flatten("", load_yaml(folder + "/resolved.yaml", diagnostics), settings);
  diagnostics.check();
  return settings;
}

}  // namespace descent
