#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace descent {

// The time now in ISO 8601, UTC: "2024-05-01T12:00:00Z".
std::string utc_now();

// What this build is and where it runs: version, compiler, flags, C library, BLAS and its kernel, instruction set, host.
nlohmann::ordered_json environment();

// The content of meta.json as a run starts: the environment, and what the run was given. "finished" is null until the run ends.
nlohmann::ordered_json meta(const std::vector<std::string>& arguments, std::uint64_t seed, int threads,
                            const std::vector<std::string>& data_files);

}  // namespace descent
