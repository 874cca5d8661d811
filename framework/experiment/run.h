#pragma once
#include <string>
#include <vector>

#include "descent/experiment/console.h"

namespace descent {

// What a command line adds to an experiment file.
struct RunRequest {
  std::string file, out;
  std::vector<std::string> set, require, arguments;
  bool quiet = false, json = false;
  Color color = Color::automatic;
};

// Runs an experiment file and leaves its folder. Returns the exit code; throws Error when nothing could be run.
int run(const RunRequest& request);

// Validates all that a run would, without writing anything. Prints the parameter count, or the resolved file.
int check(const RunRequest& request, bool print_resolved);

}  // namespace descent
