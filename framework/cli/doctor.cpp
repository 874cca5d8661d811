#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <thread>
#include <vector>

#include "descent/autograd/gemm.h"
#include "descent/cli/commands.h"
#include "descent/cli/text_table.h"
#include "descent/core/error.h"
#include "descent/core/rng.h"
#include "descent/experiment/meta.h"
#include "descent/options/options.h"

namespace descent::cli {
namespace {

// Each is large enough that gemm leaves it to BLAS; odd sizes reach the edges of its kernels.
struct Sizes {
  std::int64_t m, k, n;
};
constexpr Sizes kProducts[] = {{64, 64, 64}, {33, 47, 29}, {1, 300, 129}, {129, 300, 1}, {256, 100, 128}, {65, 517, 31}};

template <class T>
std::vector<T> random_values(std::int64_t n, Rng& rng) {
  std::vector<T> values(static_cast<std::size_t>(n));
  for (T& value : values) value = static_cast<T>(rng.uniform(-1, 1));
  return values;
}

template <class T>
T element(const Matrix<T>& x, std::int64_t i, std::int64_t j) {
  return x.transposed ? x.data[j * x.stride + i] : x.data[i * x.stride + j];
}

// The error of c = (A·B)(i, j) in units of √k·epsilon·Σ|a||b|. A right one is below 1, whatever the order of the sum: rounding errors
// rarely add up to more (Higham, Mary 2019), and these numbers are always the same. NaN is infinitely wrong.
template <class T>
double error_of(T c, const Matrix<T>& a, const Matrix<T>& b, std::int64_t i, std::int64_t j) {
  using Wide = std::conditional_t<std::is_same_v<T, float>, double, long double>;
  Wide sum = 0, magnitude = 0;
  for (std::int64_t p = 0; p < a.columns; ++p) {
    const Wide product = Wide(element(a, i, p)) * Wide(element(b, p, j));
    sum += product;
    magnitude += std::abs(product);
  }
  const double unit = std::sqrt(static_cast<double>(a.columns)) * static_cast<double>(std::numeric_limits<T>::epsilon() * magnitude);
  const double error = static_cast<double>(std::abs(Wide(c) - sum)) / unit;
  return std::isnan(error) ? kInfinity : error;
}

template <class T>
double error_of_product(const Matrix<T>& a, const Matrix<T>& b) {
  std::vector<T> c(static_cast<std::size_t>(a.rows * b.columns));
  gemm(a, b, c.data(), false);
  double largest = 0;
  for (std::int64_t i = 0; i < a.rows; ++i) {
    for (std::int64_t j = 0; j < b.columns; ++j) {
      largest = std::max(largest, error_of(c[static_cast<std::size_t>(i * b.columns + j)], a, b, i, j));
    }
  }
  return largest;
}

// The largest error over all sizes, each operand as it is and transposed.
template <class T>
double error_of_products() {
  Rng rng(0, Stream::init);
  double largest = 0;
  for (const auto [m, k, n] : kProducts) {
    const std::vector<T> a = random_values<T>(m * k, rng), b = random_values<T>(k * n, rng);
    for (const auto& left : {matrix(a.data(), m, k), matrix(a.data(), k, m).t()}) {
      for (const auto& right : {matrix(b.data(), k, n), matrix(b.data(), n, k).t()}) {
        largest = std::max(largest, error_of_product(left, right));
      }
    }
  }
  return largest;
}

// Adds a line about one type's products; false when they are wrong.
template <class T>
bool check_products(const char* name, TextTable& table) {
  const double error = error_of_products<T>();
  const bool right = error < 1;
  table.add({name, right ? fmt::format("ok, largest error {:.2g} of the bound", error)
                         : fmt::format("WRONG: largest error {:.3g} times the bound; try OPENBLAS_CORETYPE=Haswell or Nehalem", error)});
  return right;
}

void add_environment(TextTable& table) {
  const auto environment = descent::environment();
  for (const auto& [name, value] : environment.items()) {
    if (!value.is_object()) table.add({name, value.template get<std::string>()});
  }
  for (const auto& [name, value] : environment["blas"].items()) table.add({"BLAS " + name, value.template get<std::string>()});
}

std::string fashion_mnist() {
  const std::string folder = "/usr/share/datasets/fashion-mnist";
  return std::filesystem::exists(folder + "/train-images-idx3-ubyte.gz") ? folder : "missing; apt-get install dataset-fashion-mnist";
}

std::string run_folders() {
  const char* folder = std::filesystem::exists("runs") ? "runs" : ".";
  return ::access(folder, W_OK | X_OK) == 0 ? "can be written" : "cannot be written here; use --out DIR";
}

}  // namespace

int doctor() {
  TextTable table;
  add_environment(table);
  const bool sgemm_right = check_products<float>("sgemm", table), dgemm_right = check_products<double>("dgemm", table);
  table.add({"threads", fmt::format("{} processors; a run uses 1 unless it says `threads:`", std::thread::hardware_concurrency())});
  table.add({"fashion-mnist", fashion_mnist()});
  table.add({"runs/", run_folders()});
  std::printf("%s", table.text("").c_str());
  return sgemm_right && dgemm_right ? 0 : static_cast<int>(ErrorKind::internal);
}

}  // namespace descent::cli
