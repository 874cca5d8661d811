#include "descent/report/page.h"

#include <cstddef>
#include <string_view>

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
void append_escaped(std::string& page, std::string_view json) {
  for (std::size_t at; (at = json.find('<')) != std::string_view::npos; json.remove_prefix(at + 1)) {
    page.append(json.substr(0, at)).append("\\u003c");
  }
  page.append(json);
}

}  // namespace

std::string page(const Json& data) {
  const std::string json = to_text(data);
  std::string page;
  page.reserve(static_cast<std::size_t>(descent_report_end - descent_report_begin) + json.size() + json.size() / 8 + 64);
  page.append(descent_report_begin, descent_report_end);
  append_escaped(page, json);
  return page.append("</script>\n</body>\n</html>\n");
}

}  // namespace descent::report
