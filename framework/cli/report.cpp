#include <cstdio>

#include "descent/cli/commands.h"
#include "descent/experiment/find_run.h"
#include "descent/experiment/json.h"
#include "descent/report/page.h"
#include "descent/report/page_data.h"

namespace descent::cli {

int report(const std::vector<std::string>& runs, const std::string& file) {
  std::vector<std::string> folders;
  for (const std::string& run : runs) folders.push_back(find_run(run));
  const std::string path = !file.empty() ? file : folders.size() == 1 ? folders[0] + "/report.html" : "report.html";
  report::write_page(path, report::page_data(folders));
  std::printf("%s\n", path.c_str());
  return 0;
}

void write_report(const std::string& folder, Json summary) {
  report::write_page(folder + "/report.html", report::page_data(folder, std::move(summary)));
}

}  // namespace descent::cli
