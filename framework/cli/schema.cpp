#include "descent/experiment/schema.h"

#include <cstdio>

#include "descent/cli/commands.h"

namespace descent::cli {

int schema() {
  std::printf("%s\n", to_text(experiment_schema(), 2).c_str());
  return 0;
}

}  // namespace descent::cli
