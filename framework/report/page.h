#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace descent::report {

// A whole HTML document that shows the data of page_data(): one file, which opens without network and without other files. Texts in the
// data may be anything.
std::string page(const nlohmann::ordered_json& data);

}  // namespace descent::report
