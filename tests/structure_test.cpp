// The layers of the framework, read from its includes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;

const fs::path kRoot = DESCENT_SOURCE_DIR;

// A folder sees itself and the folders of lower layers. descent.h, beside the folders, is for users.
const std::map<std::string, int> kLayers = {{"core", 0}, {"options", 1},   {"autograd", 1},   {"stats", 1},  {"nn", 2},  {"optim", 2},
                                            {"data", 2}, {"objective", 2}, {"experiment", 3}, {"report", 4}, {"cli", 5}, {"", 6}};

struct Include {
  fs::path file;       // the file that has it, relative to framework/
  std::string header;  // as written, with brackets or quotes
  std::string text() const { return file.string() + " includes " + header; }
};

std::vector<fs::path> files_under(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".h" || entry.path().extension() == ".cpp") files.push_back(entry.path());
  }
  return files;
}

std::vector<std::string> lines_of(const fs::path& file) {
  std::ifstream stream(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<Include> framework_includes() {
  std::vector<Include> includes;
  for (const fs::path& file : files_under(kRoot / "framework")) {
    for (const std::string& line : lines_of(file)) {
      if (line.rfind("#include ", 0) != 0) continue;
      includes.push_back({fs::relative(file, kRoot / "framework"), line.substr(9, line.find_first_of("\">", 10) - 8)});
    }
  }
  return includes;
}

// The texts of the includes for which `wrong` holds.
template <class Predicate>
std::vector<std::string> those(Predicate wrong) {
  const std::vector<Include> includes = framework_includes();
  EXPECT_GT(includes.size(), 200u) << "the includes were not found";
  std::vector<std::string> texts;
  for (const Include& include : includes) {
    if (wrong(include)) texts.push_back(include.text());
  }
  return texts;
}

bool starts_with(const std::string& text, const std::string& prefix) { return text.rfind(prefix, 0) == 0; }

TEST(Structure, IncludesPointToTheSameFolderOrALowerLayer) {
  EXPECT_THAT(those([](const Include& include) {
                if (!starts_with(include.header, "\"descent/")) return false;
                const std::string from = include.file.parent_path(), to = fs::path(include.header.substr(9)).parent_path();
                return from != to && kLayers.at(to) >= kLayers.at(from);
              }),
              IsEmpty());
}

TEST(Structure, TheFrameworkKnowsNoModel) {
  EXPECT_THAT(those([](const Include& include) { return starts_with(include.header, "\"models/"); }), IsEmpty());
}

// Its headers move between versions and take seconds to compile.
TEST(Structure, XtensorIsIncludedBySourcesAndOneHeaderOnly) {
  EXPECT_THAT(those([](const Include& include) {
                return starts_with(include.header, "<xt") && include.file.extension() == ".h" && include.file != "autograd/xtensor.h";
              }),
              IsEmpty());
}

TEST(Structure, TheCommandLineLibraryIsIncludedOnce) {
  EXPECT_EQ(those([](const Include& include) { return starts_with(include.header, "<CLI/"); }).size(), 1u);
}

}  // namespace
