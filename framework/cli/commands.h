#pragma once
#include <string>

// The commands that print something; `run` and `check` are in descent/experiment/run.h. Each returns the exit code.
namespace descent::cli {

// What is registered, of one kind by its plural or of all, with every option, default, range and meaning.
int list(const std::string& kind, bool json);

// Reads one data file strictly, as training would, and prints what it holds. `format` "" goes by the file's ending.
int inspect(const std::string& file, const std::string& format, const std::string& target);

// Versions, BLAS with a check of its products, threads, data sets found.
int doctor();

// Writes a C++ project that uses the installed library into a folder that does not exist or is empty.
int create_project(const std::string& folder);

}  // namespace descent::cli
