#pragma once
#include "descent/autograd/tensor.h"
#include "descent/core/rng.h"
#include "descent/options/registry.h"

namespace descent::nn {

// How a parameter starts.
class Init : public Component {
 public:
  static ComponentKind& kind();  // "inits"
  // Fills a tensor, as a rule a weight (out, in, …); throws when it has too few axes for the rule.
  virtual void operator()(const Tensor& tensor, Rng& rng) const = 0;
};

// Every element, in order, from one call of `next`.
template <class F>
void fill(const Tensor& tensor, F&& next) {
  dispatch(tensor.dtype(), [&](auto zero) {
    using T = decltype(zero);
    T* data = tensor.data<T>();
    for (std::int64_t i = 0; i < tensor.size(); ++i) data[i] = static_cast<T>(next());
  });
}
void fill_uniform(const Tensor& tensor, double low, double high, Rng& rng);
void fill_normal(const Tensor& tensor, double mean, double std, Rng& rng);

// The numbers of inputs and outputs that one unit sees, as PyTorch counts them: further axes are a window. Throws below two axes.
struct Fans {
  double in, out;
};
Fans fans(const Shape& shape);

}  // namespace descent::nn
