#include <torch/torch.h>

#include <memory>

#include "harness.h"
#include "workload.h"

extern "C" void openblas_set_num_threads(int);

namespace bench {
namespace {

torch::Tensor to_tensor(const std::vector<float>& values, torch::IntArrayRef shape) {
  return torch::from_blob(const_cast<float*>(values.data()), shape).clone();
}

double checksum(const torch::Tensor& tensor) {
  const torch::Tensor values = tensor.detach().contiguous();
  return bench::checksum(values.data_ptr<float>(), static_cast<std::size_t>(values.numel()));
}

std::unique_ptr<torch::optim::Optimizer> make_optimizer(const std::string& name, std::vector<torch::Tensor> parameters, double lr) {
  if (name == "adam") return std::make_unique<torch::optim::Adam>(std::move(parameters), torch::optim::AdamOptions(lr));
  return std::make_unique<torch::optim::Adagrad>(std::move(parameters), torch::optim::AdagradOptions(lr));
}

torch::nn::Sequential make_model(const Training& training) {
  torch::nn::Sequential model;
  for (std::size_t i = 1; i < training.widths.size(); ++i) {
    if (i > 1 && training.activation == "tanh") model->push_back(torch::nn::Tanh());
    if (i > 1 && training.activation == "relu") model->push_back(torch::nn::ReLU());
    model->push_back(torch::nn::Linear(training.widths[i - 1], training.widths[i]));
  }
  const torch::NoGradGuard no_grad;
  const auto parameters = model->parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i].copy_(to_tensor(training.parameters[i], parameters[i].sizes()));
  return model;
}

struct Trainer {
  torch::nn::Sequential model;
  std::vector<torch::Tensor> parameters;
  std::unique_ptr<torch::optim::Optimizer> optimizer;
  torch::Tensor x, y;
  bool drop_gradients;
  double loss = 0;  // of the last step, or the mean of the last epoch
  std::int64_t batch;
  std::uint64_t epoch = 0;

  Trainer(const Training& training, bool drop)
      : model(make_model(training)),
        parameters(model->parameters()),
        optimizer(make_optimizer(training.optimizer, parameters, training.lr)),
        x(to_tensor(training.x, {training.rows, training.widths.front()})),
        drop_gradients(drop),
        batch(training.batch > 0 ? training.batch : training.rows) {
    if (training.loss == "mse") y = to_tensor(training.y, {training.rows, training.widths.back()});
    if (training.loss == "cross_entropy") y = torch::tensor(training.labels);
  }

  void zero_grad() {
    if (!drop_gradients) return optimizer->zero_grad();
    for (torch::Tensor& parameter : parameters) parameter.mutable_grad().reset();
  }

  void step(const torch::Tensor& inputs, const torch::Tensor& targets) {
    zero_grad();
    const torch::Tensor outputs = model->forward(inputs);
    const torch::Tensor error =
        targets.is_floating_point() ? torch::mse_loss(outputs, targets) : torch::cross_entropy_loss(outputs, targets);
    error.backward();
    optimizer->step();
    loss = error.item<double>();
  }

  void run_epoch() {
    const torch::Tensor order = torch::tensor(shuffled_rows(x.size(0), ++epoch));
    const auto batches = order.split(batch);
    double total = 0;
    for (const torch::Tensor& rows : batches) {
      step(x.index_select(0, rows), y.index_select(0, rows));
      total += loss;
    }
    loss = total / static_cast<double>(batches.size());
  }
};

double seconds_of_steps(const Training& what, bool drop_gradients) {
  Trainer trainer(what, drop_gradients);
  const torch::Tensor x = trainer.x.slice(0, 0, trainer.batch), y = trainer.y.slice(0, 0, trainer.batch);
  for (int i = 0; i < 10; ++i) trainer.step(x, y);
  const double start = cpu_seconds();
  for (int i = 0; i < 50; ++i) trainer.step(x, y);
  return cpu_seconds() - start;
}

// Zeroing gradients in place saves fresh pages, dropping them saves small calls: each model gets what is faster for it.
Work training(const Training& what) {
  auto trainer = std::make_shared<Trainer>(what, seconds_of_steps(what, true) < seconds_of_steps(what, false));
  auto value = [trainer] { return trainer->loss; };
  if (what.batch > 0) return {[trainer] { trainer->run_epoch(); }, value};
  return {[trainer] { trainer->step(trainer->x, trainer->y); }, value};
}

Work update(const Update& what) {
  torch::Tensor parameter = to_tensor(random_values(what.size, 1), {what.size}).set_requires_grad(true);
  parameter.mutable_grad() = to_tensor(random_values(what.size, 2), {what.size});
  std::shared_ptr<torch::optim::Optimizer> optimizer = make_optimizer(what.optimizer, {parameter}, 1e-3);
  return {[optimizer] { optimizer->step(); }, [parameter] { return checksum(parameter); }};
}

torch::Tensor run(const std::string& name, const torch::Tensor& x, const torch::Tensor& bias) {
  if (name == "softmax") return torch::softmax(x, 1);
  if (name == "sum0") return x.sum(0);
  if (name == "sum1") return x.sum(1);
  if (name == "bias_add") return x + bias;
  return torch::tanh(x);
}

struct Operator {
  Operation what;
  torch::Tensor x = to_tensor(random_values(what.kRows * what.kColumns, 1), {what.kRows, what.kColumns});
  torch::Tensor bias = to_tensor(random_values(what.kColumns, 2), {what.kColumns});
  torch::Tensor y = run(what.name, x, bias);
  torch::Tensor seed = to_tensor(random_values(y.numel(), 3), y.sizes());

  explicit Operator(const Operation& operation) : what(operation) {
    x.set_requires_grad(what.backward);
    bias.set_requires_grad(what.backward && what.name == "bias_add");
  }
  void step() {
    y = run(what.name, x, bias);
    if (!what.backward) return;
    x.mutable_grad().reset();
    bias.mutable_grad().reset();
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

const Library kLibtorch{training, update, operation};

void use_one_thread() {
  at::set_num_threads(1);
  openblas_set_num_threads(1);
}

}  // namespace bench
