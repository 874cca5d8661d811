#include <cstring>
#include <memory>

#include "descent/autograd/gemm.h"
#include "descent/core/buffer.h"
#include "descent/core/simd.h"
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

}  // namespace

Work plain_update(const Update& update) {
  const std::vector<float> zeros(static_cast<std::size_t>(update.size));
  const Array w(random_values(update.size, 1)), g(random_values(update.size, 2)), m(zeros), v(zeros);
  const std::int64_t n = update.size;
  if (update.optimizer == "adagrad") {
    return {[=] {
              descent::vectorized([=, w = w.data, g = g.data, m = m.data] {
                for (std::int64_t i = 0; i < n; ++i) m[i] += g[i], w[i] -= m[i];
              });
            },
            {}};
  }
  return {[=] {
            descent::vectorized([=, w = w.data, g = g.data, m = m.data, v = v.data] {
              for (std::int64_t i = 0; i < n; ++i) m[i] += g[i], v[i] -= g[i], w[i] -= m[i] + v[i];
            });
          },
          {}};
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
