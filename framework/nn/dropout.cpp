#include "descent/nn/layers.h"

namespace descent::nn {

Dropout::Dropout(double p) : p_(p) {
  if (!kUnitInterval.contains(p)) fail_argument("dropout: p must be in [0, 1], got {}", p);
}

Shape Dropout::build(const Shape& input, Build& build) {
  generator_.emplace(build.seed, Stream::dropout, build.dropouts++);
  return input;
}

Rng* Dropout::generator() {
  if (!generator_) {
    const std::uint64_t seed = default_generator().bits();
    generator_.emplace(seed, Stream::dropout, default_generator().bits());
  }
  return &*generator_;
}

Tensor Dropout::forward(const Tensor& x) {
  if (!training() || p_ == 0) return x;
  Rng& rng = *generator();
  const auto dropped = static_cast<std::uint64_t>(p_ * 4294967296.0);  // of the 2³² values that bits() takes
  const double kept = 1 / (1 - p_);
  const Tensor mask = empty(x.shape(), x.dtype());
  fill(mask, [&] { return rng.bits() < dropped ? 0 : kept; });
  return x * mask;
}

namespace {
const Register<Module, Dropout> dropout("dropout", "elements become 0 at random while training; Srivastava and others 2014");
}

}  // namespace descent::nn
