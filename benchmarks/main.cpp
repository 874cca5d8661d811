#include "bounds.h"
#include "harness.h"

// ./dev bench: descent against libtorch in one process, one thread each, same data and weights; the targets beside the results.
namespace {

using namespace bench;

void compare_training(const std::string& name, double asked, const std::function<Training()>& make) {
  compare(name, "libtorch", asked, [=] {
    const Training training = make();
    return std::pair(kDescent.training(training), kLibtorch.training(training));
  });
}

void training_rows() {
  compare_training("linear regression 4x1, AdaGrad step", 150, [] { return make_training({1, 1}, "", "mse", "adagrad", 0.1, 4); });
  compare_training("2-16-16-1 tanh MLP, batch 32, step", 30, [] {
    return make_training({2, 16, 16, 1}, "tanh", "mse", "adagrad", 0.01, 32);
  });
  const auto mlp = [](std::int64_t rows) {
    return [rows] { return make_training({784, 256, 128, 10}, "relu", "cross_entropy", "adagrad", 1e-3, rows); };
  };
  for (const auto& [rows, faster, overhead] : {std::tuple(64, 1.2, 0.10), std::tuple(256, 1.05, 0.06)}) {
    const std::string name = "784-256-128-10 MLP, batch " + std::to_string(rows) + ", step";
    compare_training(name, faster, mlp(rows));
    compare(name + " against products", "products", 1 / (1 + overhead), [make = mlp(rows)] {
      const Training training = make();
      return std::pair(kDescent.training(training), matrix_products(training));
    });
  }
  compare_training("784-256-128-10 MLP, epoch of 60,000", 1, [] {
    Training training = make_training({784, 256, 128, 10}, "relu", "cross_entropy", "adam", 1e-3, 60000);
    training.batch = 64;
    return training;
  });
}

void update_row(const std::string& optimizer, std::int64_t size, double asked) {
  const Update update{optimizer, size};
  const std::string name = optimizer + " step, " + std::to_string(size) + " parameters";
  compare(name, "libtorch", asked, [=] { return std::pair(kDescent.update(update), kLibtorch.update(update)); });
  if (size < 10'000'000) return;
  compare(name + " against loop", "plain loop", 1 / 1.1, [=] { return std::pair(kDescent.update(update), plain_update(update)); });
}

void elementwise_rows() {
  for (const std::string& optimizer : elementwise_optimizers()) {
    const Update update{optimizer, 10'000'000};
    compare(optimizer + " step, 10000000 parameters against streams", "plain loop", 1 / 1.2,
            [=] { return std::pair(kDescent.update(update), plain_update(update)); });
  }
}

void operation_rows() {
  for (const char* op : {"softmax", "sum0", "sum1", "bias_add", "tanh"}) {
    for (const bool backward : {false, true}) {
      const Operation operation{op, backward};
      compare(op + std::string(" 64x256, forward") + (backward ? " and backward" : ""), "libtorch", backward ? 2 : 1.5,
              [=] { return std::pair(kDescent.operation(operation), kLibtorch.operation(operation)); });
    }
  }
}

void process_rows() {
  limit("descent run adagrad_parabola, whole process", "ms", 15, 1,
        [] { return run_experiment("adagrad_parabola.yaml", 20).milliseconds; });
  limit("descent run adagrad_parabola, peak memory", "MB", 15, 1, [] { return run_experiment("adagrad_parabola.yaml", 1).megabytes; });
  limit("descent run fashion_mlp, peak memory", "MB", 400, 1,
        [] { return run_experiment("fashion_mlp.yaml --set train.epochs=1", 1).megabytes; });
}

}  // namespace

int main(int argc, char** argv) {
  use_one_thread();
  // First, while the pool is empty.
  limit("chain of 1e6 ops, memory of an op", "bytes", 600, 1, [] { return run_chain().bytes_per_op; });
  limit("chain of 1e6 ops, time of an op", "ns", 150, 7, [] { return run_chain().nanoseconds_per_op; });
  training_rows();
  for (const auto& [size, adagrad, adam] : {std::tuple(1'000, 25, 40), std::tuple(100'000, 3, 4), std::tuple(10'000'000, 7, 9)}) {
    update_row("adagrad", size, adagrad);
    update_row("adam", size, adam);
  }
  elementwise_rows();
  operation_rows();
  ratio("the tutorial's regression by 5 optimizers, 215 loops", "PyTorch", 200, tutorial_loops);
  process_rows();
  return run(argc, argv);
}
