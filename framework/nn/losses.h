#pragma once
#include "descent/autograd/tensor.h"
#include "descent/options/registry.h"

// Losses with PyTorch's formulas and defaults. Output and target have one shape, never broadcast; for class losses the output is (n,
// classes) and the target holds n int64 labels. The result is a scalar: the mean over all elements or, for class losses, over the samples;
// or the sum.
namespace descent::nn {

enum class Reduction { mean, sum, batchmean };  // batchmean, for kl_div: the sum divided by the number of samples

// Below, x is the output, y the target, d = x - y.
Tensor mse_loss(const Tensor& output, const Tensor& target, Reduction reduction = Reduction::mean);  // d²
Tensor l1_loss(const Tensor& output, const Tensor& target, Reduction reduction = Reduction::mean);   // |d|
// d²/2 where |d| <= delta, else delta·(|d| - delta/2).
Tensor huber_loss(const Tensor& output, const Tensor& target, double delta = 1, Reduction reduction = Reduction::mean);
// huber(beta)/beta; |d| for beta = 0.
Tensor smooth_l1_loss(const Tensor& output, const Tensor& target, double beta = 1, Reduction reduction = Reduction::mean);
// exp(x) - y·x, or x - y·log(x + eps) without log_input; `full` adds Stirling's y·log(y) - y + log(2πy)/2 where y > 1.
Tensor poisson_nll_loss(const Tensor& output, const Tensor& target, bool log_input = true, bool full = false, double eps = 1e-8,
                        Reduction reduction = Reduction::mean);

// -y·log(x) - (1-y)·log(1-x) of probabilities; logarithms are at least -100.
Tensor bce_loss(const Tensor& output, const Tensor& target, Reduction reduction = Reduction::mean);
// -pos_weight·y·log σ(x) - (1-y)·log(1-σ(x)).
Tensor bce_with_logits_loss(const Tensor& output, const Tensor& target, double pos_weight = 1, Reduction reduction = Reduction::mean);
// max(0, 1 - t·x) with t = 1 where the target is 1, and -1 where it is -1 or 0.
Tensor hinge_loss(const Tensor& output, const Tensor& target, Reduction reduction = Reduction::mean);
// y·(log(y) - x) of log-probabilities x; with log_target exp(y)·(y - x).
Tensor kl_div_loss(const Tensor& output, const Tensor& target, bool log_target = false, Reduction reduction = Reduction::mean);

// -log softmax(x)[label]; class weights (classes,) weigh the samples, and the mean divides by their sum.
Tensor cross_entropy_loss(const Tensor& logits, const Tensor& labels, const Tensor& class_weights = {}, double label_smoothing = 0,
                          Reduction reduction = Reduction::mean);
// -x[label] of log-probabilities.
Tensor nll_loss(const Tensor& log_probabilities, const Tensor& labels, const Tensor& class_weights = {},
                Reduction reduction = Reduction::mean);

// A loss that an experiment may name.
class Loss : public Component {
 public:
  static ComponentKind& kind();  // "losses"
  virtual Tensor operator()(const Tensor& output, const Tensor& target) const = 0;
  // Whether targets are int64 labels.
  virtual bool wants_classes() const { return false; }
  // Throws when a target is one that the loss does not understand.
  virtual void check_targets(const Tensor& /*targets*/) const {}
  // What looks wrong about a model's outputs; "" if nothing does.
  virtual std::string doubt(const Tensor& /*outputs*/) const { return ""; }
  // A single output above it stands for class 1, one below for class 0; halfway between targets 0 and 1 where outputs approach those.
  virtual double threshold() const { return 0.5; }
};

// A loss with a reduction and no other option. An own one is registered by
//   const Register<nn::Loss, nn::LossFunction<my_loss>> loss("my_loss", "…");
struct ReducedLoss : Loss {
  Reduction reduction = Reduction::mean;
  void options(Options& option) override { option("reduction", reduction, {"mean", "sum"}, "of the losses of a batch"); }
};
template <Tensor (*F)(const Tensor&, const Tensor&, Reduction)>
struct LossFunction : ReducedLoss {
  Tensor operator()(const Tensor& output, const Tensor& target) const override { return F(output, target, reduction); }
};

// For those who write losses: throws `LOSS: expected equal shapes, got (4, 1) and (4,)`.
void check_same_shape(const char* loss, const Tensor& output, const Tensor& target);
// Throws `LOSS: expected targets in [0, 1], got 7`.
void check_targets_within(const char* loss, const Tensor& targets, Range range);
// "`LOSS` expects probabilities in [0, 1], and the model gives -0.3", or "" where all that are numbers are.
std::string doubt_beyond(const char* loss, const char* what, const Tensor& outputs, Range range);
// The losses of elements or samples as one number.
Tensor reduce(const Tensor& losses, Reduction reduction);

}  // namespace descent::nn
