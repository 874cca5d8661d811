#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "descent/autograd/gemm.h"
#include "descent/core/buffer.h"
#include "descent/core/simd.h"
#include "descent/optim/optimizer.h"
#include "descent/optim/properties.h"
#include "workload.h"

namespace bench {
namespace {

// An array from the framework's own pool: alignment and pages cannot tell the sides apart.
struct Array {
  descent::Buffer buffer;
  float* data = buffer.as<float>();

  explicit Array(const std::vector<float>& values) : buffer(values.size() * sizeof(float)) {
    std::memcpy(data, values.data(), values.size() * sizeof(float));
  }
};

// y = x·Wᵀ and, from g = dL/dy, dL/dW and dL/dx.
struct LayerProducts {
  std::int64_t rows, in, out;
  bool first;  // nobody needs dL/dx
  Array x{random_values(rows * in, 1)}, w{random_values(out * in, 2)}, g{random_values(rows * out, 3)};
  Array dx{random_values(rows * in, 4)}, dw{random_values(out * in, 5)}, y{random_values(rows * out, 6)};

  void forward() const { gemm(matrix(x, rows, in), matrix(w, out, in).t(), y.data, false); }
  void backward() const {
    gemm(matrix(g, rows, out).t(), matrix(x, rows, in), dw.data, false);
    if (!first) gemm(matrix(g, rows, out), matrix(w, out, in), dx.data, false);
  }
  static descent::Matrix<float> matrix(const Array& array, std::int64_t rows, std::int64_t columns) {
    return descent::matrix<float>(array.data, rows, columns);
  }
};

// The states that are as large as the parameter; scalars among them are named with their shape.
std::size_t tensor_states(const std::string& optimizer) {
  const auto states = descent::optim::traits(optimizer).state;
  return static_cast<std::size_t>(
      std::count_if(states.begin(), states.end(), [](const std::string& s) { return s.find('(') == std::string::npos; }));
}

template <std::size_t States>
Work plain_loop(std::int64_t n) {
  const std::vector<float> zeros(static_cast<std::size_t>(n));
  const Array w(random_values(n, 1)), g(random_values(n, 2));
  std::vector<Array> kept;
  for (std::size_t k = 0; k < States; ++k) kept.emplace_back(zeros);
  return {[=] {
            std::array<float*, States> s{};
            for (std::size_t k = 0; k < States; ++k) s[k] = kept[k].data;
            descent::vectorized([=, w = w.data, g = g.data] {
              for (std::int64_t i = 0; i < n; ++i) {
                float sum = g[i];
                for (std::size_t k = 0; k < States; ++k) sum += s[k][i] += g[i];
                w[i] -= sum;
              }
            });
          },
          {}};
}

}  // namespace

Work plain_update(const Update& update) {
  const std::size_t states = tensor_states(update.optimizer);
  if (states == 0) return plain_loop<0>(update.size);
  if (states == 1) return plain_loop<1>(update.size);
  if (states == 2) return plain_loop<2>(update.size);
  return plain_loop<3>(update.size);
}

std::vector<std::string> elementwise_optimizers() {
  std::vector<std::string> names;
  for (const std::string& name : descent::optim::Optimizer::kind().names()) {
    const auto claims = descent::make<descent::optim::Optimizer>(name)->claims();
    const auto is_refused = [](const auto& claim) { return claim.property == std::string("permutation") && claim.why_not; };
    if (std::none_of(claims.begin(), claims.end(), is_refused)) names.push_back(name);
  }
  return names;
}

Work matrix_products(const Training& training) {
  auto layers = std::make_shared<std::vector<LayerProducts>>();
  for (std::size_t i = 1; i < training.widths.size(); ++i) {
    layers->push_back({training.rows, training.widths[i - 1], training.widths[i], i == 1});
  }
  return {[layers] {
            for (const LayerProducts& layer : *layers) layer.forward();
            for (auto layer = layers->rbegin(); layer != layers->rend(); ++layer) layer->backward();
          },
          {}};
}

}  // namespace bench
