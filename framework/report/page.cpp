#include "descent/report/page.h"

#include <cstddef>
#include <string_view>

#include "descent/core/file.h"
#include "descent/experiment/json.h"

// The page up to where the data begins, as embed.cmake puts it together. The assembler takes the file in as it is: as a literal it would be
// longer than compilers promise to take.
extern "C" const char descent_report_begin[], descent_report_end[];
asm(R"(
  .pushsection .rodata
  .globl descent_report_begin, descent_report_end
  .hidden descent_report_begin, descent_report_end
descent_report_begin:
  .incbin ")" DESCENT_REPORT_PAGE R"("
descent_report_end:
  .byte 0
  .popsection
)");

namespace descent::report {
namespace {

// Without `<`, nothing in the data can end the script that holds it.
std::string escaped(std::string_view json) {
  std::string text;
  text.reserve(json.size());
  for (std::size_t at; (at = json.find('<')) != std::string_view::npos; json.remove_prefix(at + 1)) {
    text.append(json.substr(0, at)).append("\\u003c");
  }
  return text.append(json);
}

}  // namespace

void write_page(const std::string& path, const Json& data) {
  const std::string_view begin(descent_report_begin, static_cast<std::size_t>(descent_report_end - descent_report_begin));
  const std::string json = escaped(to_text(data));
  write_file(path, {begin, json, "</script>\n</body>\n</html>\n"});
}

}  // namespace descent::report
