#pragma once
#include <spawn.h>
#include <sys/wait.h>

#include <string>
#include <vector>

namespace descent::test {

// Debian's Python, which has Debian's torch where that is installed. Returns the exit status.
inline int python(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "/usr/bin/python3");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  int status = -1;
  if (posix_spawn(&child, argv[0], nullptr, nullptr, argv.data(), environ) != 0) return -1;
  waitpid(child, &status, 0);
  return status;
}

inline bool python_has_torch() { return python({"-c", "import torch"}) == 0; }

}  // namespace descent::test
