#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

// The commands that print something; `run` and `check` are in descent/experiment/run.h. Each returns the exit code.
namespace descent::cli {

enum class ListForm { text, json, markdown };

// What is registered, of one kind by its plural or of all, with every option, default, range and meaning. The reference page, in Markdown,
// has the keys of experiment files too.
int list(const std::string& kind, ListForm form);

// Reads one data file strictly, as training would, and prints what it holds. `format` "" goes by the file's ending.
int inspect(const std::string& file, const std::string& format, const std::string& target);

// What each dialect of each optimizer sets otherwise than the default one.
int list_dialects(bool json);

// What an optimizer, by its name or as in an experiment file, does: formula, options, dialects, first steps. Of a run: every step.
int explain(const std::string& what, const std::string& dialect, const std::string& parameter);

// Measures the properties of optimizers, of all if none is named. Throws (kind requirement) when a claimed one fails.
int verify(std::vector<std::string> optimizers, bool json);

// The run folders under runs/, oldest first.
int runs(bool json);
// What one holds: its summary.
int show(const std::string& run, bool json);
// What two were told otherwise, and how they ended otherwise.
int diff(const std::string& first, const std::string& second, bool json);

// Writes the page of a run, a sweep or a comparison, or of several runs, to `file`; "": to report.html, of one in its folder.
int report(const std::vector<std::string>& runs, const std::string& file);
// The same for a folder whose summary is at hand, and prints nothing.
void write_report(const std::string& folder, nlohmann::ordered_json summary);

// The JSON Schema of experiment files.
int schema();

// Versions, BLAS with a check of its products, threads, data sets found.
int doctor();

// Writes a C++ project that uses the installed library into a folder that does not exist or is empty.
int create_project(const std::string& folder);

}  // namespace descent::cli
