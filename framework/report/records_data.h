#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace descent::report {

// The columns of a metrics.jsonl by split: {"train": {"step": […], "loss": […], "params.w": […], "params.x[0]": […],
// "effective_lr": {"0.weight": {"step": […], "quantiles": [[…], …]}}}}. A missing value is null. Of more than 2,000 records of a split,
// every k-th is taken, and the last; of more than 16 parameters' numbers, the first.
nlohmann::ordered_json records_data(const std::string& path);

}  // namespace descent::report
