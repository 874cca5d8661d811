#include "descent/data/generator.h"

namespace descent {
namespace {

// sklearn's make_blobs: the centres are uniform in [low, high), and the same in every part of the data.
struct Blobs : Generator {
  std::int64_t centers = 3, features = 2;
  double low = -10, high = 10;
  Blobs() { noise = 1; }

  void options(Options& option) {
    option("samples", samples, kAtLeastOne, "the number of rows");
    option("cluster_std", noise, kNotNegative, "standard deviation of a cloud");
    option("centers", centers, {1, TargetColumn::kMostClasses}, "the number of clouds");
    option("features", features, {1, 4096}, "the number of features");
    option("low", low, kAny, "the least coordinate of a centre");
    option("high", high, kAny, "the largest coordinate of a centre");
  }
  Table load(const LoadContext& context) const {
    const auto columns = static_cast<std::size_t>(features);
    std::vector<double> center(static_cast<std::size_t>(centers) * columns);
    Rng center_rng = context.rng(0), rng = rng_of(context);
    for (double& coordinate : center) coordinate = center_rng.uniform(low, high);
    return draw(context, columns, [&](std::int64_t i, std::vector<double>& x) {
      for (std::size_t j = 0; j < columns; ++j) x[j] = noisy(center[static_cast<std::size_t>(i % centers) * columns + j], rng);
      return static_cast<double>(i % centers);
    });
  }
};

const RegisterDataset<Blobs> blobs("blobs", "normal clouds, one for each class, as sklearn's make_blobs");

}  // namespace
}  // namespace descent
