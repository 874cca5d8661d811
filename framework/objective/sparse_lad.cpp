#include "descent/autograd/ops.h"
#include "descent/core/rng.h"
#include "descent/objective/function.h"

namespace descent {
namespace {

// An online problem with sparse features, on which AdaGrad's bound on the regret can be watched: step t minimises |aₜ·x − aₜ·x*| for the
// next of a fixed set of rows, each with few numbers that are not zero; f is the mean over all rows. (Duchi, Hazan, Singer 2011.)
class SparseLad final : public Function {
 public:
  SparseLad() : Function({"sparse_lad", "mean |aₜ·x - aₜ·x*|", {0}, 0, {{0}}, 1}) {
    dimension_ = 10;
    definition_.most = 10'000;
  }

  void options(Options& option) override {
    Function::options(option);
    option("rows", count_, {1, 100'000}, "how many there are; they are gone through in turn");
    option("nonzero", nonzero_, kAtLeastOne, "features of a row, drawn at random");
    option("instance", instance_, "the seed of the rows and of x*");
  }

  std::vector<std::pair<std::string, Tensor>> prepare(DType dtype, std::uint64_t seed) override {
    Rng rng(instance_, Stream::data);
    const auto n = static_cast<std::int64_t>(dimension());
    best_.resize(dimension());
    for (double& x : best_) x = rng.normal();
    std::vector<double> rows(static_cast<std::size_t>(count_ * n));
    for (std::int64_t row = 0; row < count_; ++row) {
      for (std::int64_t k = 0; k < nonzero_; ++k) { rows[static_cast<std::size_t>(row * n) + rng.below(dimension())] = rng.normal(); }
    }
    const Tensor a = tensor(Shape{count_, n}, rows, dtype), best = tensor(Shape{n}, best_, dtype);
    rows_ = a;
    targets_ = matmul(a, best);
    definition_.value = [a, b = targets_](const Tensor& x) { return mean(abs(matmul(a, x) - b)); };
    return Function::prepare(dtype, seed);
  }

  Tensor sample(const std::vector<Tensor>& parameters, std::int64_t step) const override {
    const std::int64_t row = (step - 1) % count_;
    return abs(sum(slice(rows_, 0, row, row + 1) * parameters[0]) - slice(targets_, 0, row, row + 1));
  }
  std::vector<std::vector<double>> minimisers() const override { return {best_}; }

 private:
  std::int64_t count_ = 200, nonzero_ = 3;
  std::uint64_t instance_ = 0;
  std::vector<double> best_;
  Tensor rows_, targets_;
};

const Register<Objective, SparseLad> sparse_lad("sparse_lad", "an online problem with sparse features, for regret");

}  // namespace
}  // namespace descent
