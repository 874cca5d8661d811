#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace descent::report {

// What a page shows of the folder of a run, a sweep or a comparison, or of the folders of several runs:
// {"kind": "run", "runs", "sweep" or "compare", "name", "meta": meta.json, "resolved": resolved.yaml, "summary": summary.json, …}.
// A run also has "settings", resolved.yaml as one map of dotted paths; "records", the columns of metrics.jsonl by split, at most 2,000
// rows each; and "objective", as Landscape::json_of() gives it, when there is one. Of several runs these stand in "runs".
// Throws Error: kind usage for several folders that are not all of runs, kind data for a file that is missing or not what it should be.
nlohmann::ordered_json page_data(const std::vector<std::string>& folders);
// The same of one folder whose summary is at hand.
nlohmann::ordered_json page_data(const std::string& folder, nlohmann::ordered_json summary);

}  // namespace descent::report
