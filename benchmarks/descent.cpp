#include <cstring>
#include <memory>
#include <numeric>

#include "descent/autograd/ops.h"
#include "descent/data/batches.h"
#include "descent/nn/activations.h"
#include "descent/nn/layers.h"
#include "descent/optim/optimizer.h"
#include "workload.h"

namespace bench {
namespace {

using namespace descent;

Tensor to_tensor(const std::vector<float>& values, const Shape& shape) {
  Tensor tensor = empty(shape);
  std::memcpy(tensor.data<float>(), values.data(), values.size() * sizeof(float));
  return tensor;
}

double checksum(const Tensor& tensor) { return bench::checksum(tensor.data<float>(), static_cast<std::size_t>(tensor.size())); }

nn::Sequential make_model(const Training& training) {
  nn::Sequential model;
  for (std::size_t i = 1; i < training.widths.size(); ++i) {
    if (i > 1 && training.activation == "tanh") model.add(nn::Tanh());
    if (i > 1 && training.activation == "relu") model.add(nn::Relu());
    model.add(nn::Linear(training.widths[i - 1], training.widths[i]));
  }
  const auto parameters = model.parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const auto& values = training.parameters[i];
    std::memcpy(parameters[i].data<float>(), values.data(), values.size() * sizeof(float));
  }
  return model;
}

struct Trainer {
  nn::Sequential model;
  std::unique_ptr<optim::Optimizer> optimizer;
  Tensor x, y;
  double loss = 0;  // of the last step, or the mean of the last epoch
  std::uint64_t epoch = 0;

  explicit Trainer(const Training& training)
      : model(make_model(training)),
        optimizer(optim::make(training.optimizer, model.parameters(), {{"lr", training.lr}})),
        x(to_tensor(training.x, {training.rows, training.widths.front()})) {
    if (training.loss == "mse") y = to_tensor(training.y, {training.rows, training.widths.back()});
    if (training.loss == "cross_entropy") y = labels(training.labels);
  }

  void step(const Tensor& inputs, const Tensor& targets) {
    optimizer->zero_grad();
    const Tensor outputs = model(inputs);
    const Tensor error = targets.dtype() == DType::int64 ? cross_entropy(outputs, targets) : mse(outputs, targets);
    error.backward();
    optimizer->step();
    loss = error.item();
  }

  void run_epoch(Batches& batches) {
    batches.start_epoch(++epoch);
    double total = 0;
    for (std::int64_t i = 0; i < batches.per_epoch(); ++i) {
      const Batch batch = batches[i];
      step(batch.x, batch.y);
      total += loss;
    }
    loss = total / static_cast<double>(batches.per_epoch());
  }
};

// All rows in batches of `size`; the order of an epoch is shuffled_rows().
Batches make_batches(const Trainer& trainer, std::int64_t size) {
  auto table = std::make_shared<Table>();
  table->x = trainer.x;
  table->y = trainer.y;
  std::vector<std::int64_t> rows(static_cast<std::size_t>(table->rows()));
  std::iota(rows.begin(), rows.end(), 0);
  return {{table, rows}, size, true};
}

Work training(const Training& what) {
  auto trainer = std::make_shared<Trainer>(what);
  auto value = [trainer] { return trainer->loss; };
  if (what.batch == 0) return {[trainer] { trainer->step(trainer->x, trainer->y); }, value};
  auto batches = std::make_shared<Batches>(make_batches(*trainer, what.batch));
  return {[=] { trainer->run_epoch(*batches); }, value, 1};  // of many steps; later rounding errors have grown
}

Work update(const Update& what) {
  Tensor parameter = to_tensor(random_values(what.size, 1), {what.size}).set_requires_grad();
  parameter.backward(to_tensor(random_values(what.size, 2), {what.size}));
  std::shared_ptr<optim::Optimizer> optimizer = optim::make(what.optimizer, {parameter}, {{"lr", 1e-3}});
  return {[optimizer] { optimizer->step(); }, [parameter] { return checksum(parameter); }};
}

Tensor run(const std::string& name, const Tensor& x, const Tensor& bias) {
  if (name == "softmax") return softmax(x, 1);
  if (name == "sum0") return sum(x, {0});
  if (name == "sum1") return sum(x, {1});
  if (name == "bias_add") return x + bias;
  return tanh(x);
}

struct Operator {
  Operation what;
  Tensor x = to_tensor(random_values(what.kRows * what.kColumns, 1), {what.kRows, what.kColumns});
  Tensor bias = to_tensor(random_values(what.kColumns, 2), {what.kColumns});
  Tensor y = run(what.name, x, bias);
  Tensor seed = to_tensor(random_values(y.size(), 3), y.shape());

  explicit Operator(const Operation& operation) : what(operation) {
    x.set_requires_grad(what.backward);
    bias.set_requires_grad(what.backward && what.name == "bias_add");
  }
  void step() {
    y = run(what.name, x, bias);
    if (!what.backward) return;
    x.zero_grad();
    bias.zero_grad();
    y.backward(seed);
  }
  double value() const {
    double sum = checksum(y);
    if (x.grad().defined()) sum += checksum(x.grad());
    if (bias.grad().defined()) sum += checksum(bias.grad());
    return sum;
  }
};

Work operation(const Operation& what) {
  auto op = std::make_shared<Operator>(what);
  return {[op] { op->step(); }, [op] { return op->value(); }};
}

}  // namespace

const Library kDescent{training, update, operation};

}  // namespace bench
