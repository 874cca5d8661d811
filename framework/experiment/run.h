#pragma once
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "descent/data/dataset.h"
#include "descent/experiment/console.h"
#include "descent/experiment/experiment.h"

namespace descent {

// What a command line adds to an experiment file.
struct RunRequest {
  std::string file, out;
  std::vector<std::string> set, require, arguments;
  bool quiet = false, json = false;
  Color color = Color::automatic;
  // Called at the end with the folder, when all files but the report are there, and what summary.json says.
  std::function<void(const std::string& folder, nlohmann::ordered_json summary)> finished = nullptr;
};

// Runs an experiment file and leaves its folder. Returns the exit code; throws Error when nothing could be run.
int run(const RunRequest& request);

// The same for a file with `compare:`; another one is an error.
int compare(const RunRequest& request);

// Makes one run in its folder, request.out, and prints nothing; at most so many gradients are evaluated, 0: no limit.
void run_quietly(const RunRequest& request, const Experiment& experiment, std::int64_t most_evaluations, DataCache& cache);

// Goes on with a sweep or comparison that was interrupted; its finished trials are not run again.
int resume(const RunRequest& request, const std::string& folder);

// Validates all that a run would, without writing anything. Prints the parameter count, or the resolved file.
int check(const RunRequest& request, bool print_resolved);

}  // namespace descent
