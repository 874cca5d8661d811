#include "descent/experiment/random_axis.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "descent/core/math.h"
#include "descent/core/rng.h"

namespace descent {
namespace {

double between(double low, double high, Rng& rng) {
  const double width = high - low, share = rng.uniform();
  return std::isfinite(width) ? low + width * share : low * (1 - share) + high * share;
}

std::int64_t between(std::int64_t low, std::int64_t high, Rng& rng) {
  const auto first = static_cast<std::uint64_t>(low), width = static_cast<std::uint64_t>(high) - first;
  const bool is_any = width == std::numeric_limits<std::uint64_t>::max();
  if (!is_any) return static_cast<std::int64_t>(first + rng.below(width + 1));
  const std::uint64_t high_half = rng.below(std::uint64_t{1} << 32);
  return static_cast<std::int64_t>(high_half << 32 | rng.below(std::uint64_t{1} << 32));
}

// {uniform: [low, high]}, {log_uniform: [low, high]}, {integer: [low, high]} or {choice: [...]}.
struct Distribution {
  std::vector<double> uniform, log_uniform;
  std::vector<std::int64_t> integer;
  Value choice;

  void options(Options& option) {
    option("uniform", uniform, kAny, "[low, high]: any number between them alike");
    option("log_uniform", log_uniform, kPositive, "[low, high]: any order of magnitude alike");
    option("integer", integer, kAny, "[low, high]: any integer from low to high alike");
    option("choice", choice, "list of values", "any of them alike",
           [](Value& list, const Reading& reading) { read_values(list, reading); });
    option.form(form::list(Value::map(), 1));
  }
  template <class T>
  static bool is_range(const std::vector<T>& r) {
    return r.size() == 2 && r[0] <= r[1];
  }
  bool check(const Value& given, const Reading& reading) const {
    if (given.entries.size() != 1) return refuse(given, reading, "one of uniform, log_uniform, integer, each [low, high], and choice");
    const auto& [key, range, mark] = given.entries[0];
    if (!choice.is_null() || is_range(uniform) || is_range(log_uniform) || is_range(integer)) return true;
    return refuse(range, reading.at(key), "[low, high] with low <= high");
  }
  Value draw(Rng& rng) const {
    if (!choice.is_null()) return choice.items[rng.below(choice.items.size())];
    if (!integer.empty()) return between(integer[0], integer[1], rng);
    if (!uniform.empty()) return between(uniform[0], uniform[1], rng);
    const double low = log_uniform[0], high = log_uniform[1];
    return std::clamp(math::exp(between(math::log(low), math::log(high), rng)), low, high);
  }
};

Distribution read_distribution(const Value& value, const Reading& reading) {
  Distribution read;
  Options options;
  read.options(options);
  if (options.read(value, reading)) read.check(value, reading);
  return read;
}

}  // namespace

void RandomAxis::options(Options& option) {
  option("samples", samples, {1, 1e6}, "how many are drawn");
  option("seed", seed, "of the draws");
  option("over", over, "a mapping of paths to distributions",
         "what is drawn: {uniform|log_uniform|integer: [low, high]} or {choice: [...]}", [](Value& map, const Reading& reading) {
           read_paths(map, reading, [](const Value& value, const Reading& at) { read_distribution(value, at); });
         });
  option.required();
  option.form(form::map(Value::map({{"type", "object"}})));
}

std::vector<Assignment> RandomAxis::draw() const {
  Diagnostics ignored;
  std::vector<Assignment> drawn(static_cast<std::size_t>(samples));
  for (std::size_t path = 0; path < over.entries.size(); ++path) {
    const auto& [name, distribution, mark] = over.entries[path];
    const Distribution from = read_distribution(distribution, {ignored, ""});
    Rng rng(seed, Stream::user, path);
    for (Assignment& assignment : drawn) {
      Value value = from.draw(rng);
      value.mark = distribution.mark;
      assignment.emplace_back(name, std::move(value));
    }
  }
  return drawn;
}

}  // namespace descent
