#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace descent::report {

// Writes a whole HTML document that shows the data of page_data(): one file, which opens without network and without other files. Texts in
// the data may be anything.
void write_page(const std::string& path, const nlohmann::ordered_json& data);

}  // namespace descent::report
