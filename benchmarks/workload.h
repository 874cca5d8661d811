#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

// What is timed, in words that both libraries understand. No library's header is seen here.
namespace bench {

// Something to repeat. `value` is what its last step computed; without one there is nothing to compare.
struct Work {
  std::function<void()> step;
  std::function<double()> value;
  int checked_steps = 3;  // that must agree with the other side's
};

// Training of linear layers with an activation between them: widths[0] inputs, then one layer for each further width.
// A step is zero_grad, forward, backward and update on all rows; with `batch` set it is an epoch over shuffled batches.
struct Training {
  std::vector<std::int64_t> widths;
  std::string activation;  // tanh, relu
  std::string loss;        // mse, cross_entropy
  std::string optimizer;   // adagrad, adam
  double lr;
  std::int64_t rows, batch = 0;
  std::vector<std::vector<float>> parameters;  // weight (out, in) and bias (out,) of each layer in turn
  std::vector<float> x, y;                     // (rows, widths.front()); (rows, widths.back()) for mse
  std::vector<std::int64_t> labels;            // (rows,) for cross_entropy
};

// Uniform weights within ±1/√in, inputs and targets in [-1, 1), random labels: the same for both sides.
Training make_training(std::vector<std::int64_t> widths, const std::string& activation, const std::string& loss,
                       const std::string& optimizer, double lr, std::int64_t rows);
// Uniform numbers in [-1, 1), and the order of the rows in an epoch.
std::vector<float> random_values(std::int64_t count, std::uint64_t seed);
std::vector<std::int64_t> shuffled_rows(std::int64_t rows, std::uint64_t epoch);

// One update of `size` float32 parameters with constant gradients.
struct Update {
  std::string optimizer;  // adagrad, adam
  std::int64_t size;
};

// softmax, sum0, sum1, bias_add or tanh on 64x256 float32; with `backward` also the gradients of its inputs.
struct Operation {
  std::string name;
  bool backward;
  static constexpr std::int64_t kRows = 64, kColumns = 256;
};

// A side of the comparison. Every function prepares the work; the step then does only what is timed.
struct Library {
  Work (*training)(const Training&);
  Work (*update)(const Update&);
  Work (*operation)(const Operation&);
};
extern const Library kDescent, kLibtorch;

// For libtorch, and for the BLAS that both share.
void use_one_thread();

// What a step cannot do without, measured the same way.
// A loop over as many streams as the optimizer's: it reads w, g and every state, and writes w and every state.
Work plain_update(const Update& update);
// The optimizers that are one pass over elements.
std::vector<std::string> elementwise_optimizers();
Work matrix_products(const Training& training);  // the step's products alone

// Depends on every value and on its place.
template <class T>
double checksum(const T* values, std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += static_cast<double>(values[i]) * static_cast<double>(1 + i % 7);
  return sum;
}

}  // namespace bench
