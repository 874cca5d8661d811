#include "descent/experiment/meta.h"

#include <fmt/chrono.h>
#include <gnu/libc-version.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <ctime>

#include "descent/core/file.h"
#include "descent/core/simd.h"
#include "descent/experiment/json.h"

#ifndef DESCENT_VERSION
#define DESCENT_VERSION "unknown"
#endif
#ifndef DESCENT_FLAGS
#define DESCENT_FLAGS "unknown"
#endif

extern "C" {
char* openblas_get_config();
char* openblas_get_corename();
}

namespace descent {
namespace {

constexpr const char* kCompiler =
#ifdef __clang__
    "clang " __clang_version__;
#else
    "g++ " __VERSION__;
#endif

const char* isa_name() { return isa == Isa::avx512 ? "avx512" : isa == Isa::avx2 ? "avx2" : "baseline"; }

std::string host_name() {
  char name[HOST_NAME_MAX + 1] = "";
  return ::gethostname(name, sizeof name) == 0 ? name : "unknown";
}

Json blas() {
  Json result = {{"config", openblas_get_config()}, {"kernel", openblas_get_corename()}};
  if (const char* chosen = std::getenv("OPENBLAS_CORETYPE")) result["OPENBLAS_CORETYPE"] = chosen;
  return result;
}

}  // namespace

std::string utc_now() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))); }

Json environment() {
  return {
      {"version", DESCENT_VERSION}, {"compiler", kCompiler}, {"flags", DESCENT_FLAGS}, {"libc", ::gnu_get_libc_version()}, {"blas", blas()},
      {"isa", isa_name()},          {"host", host_name()}};
}

Json meta(const std::vector<std::string>& arguments, std::uint64_t seed, int threads, const std::vector<std::string>& data_files) {
  Json result = environment();
  result["arguments"] = arguments;
  result["seed"] = seed;
  result["threads"] = threads;
  result["sha256"] = Json::object();
  for (const std::string& path : data_files) result["sha256"][path] = sha256_of_file(path);
  result["started"] = utc_now();
  result["finished"] = nullptr;
  return result;
}

}  // namespace descent
