#include <algorithm>

#include "descent/nn/layers.h"

namespace descent::nn {

LayerNorm::LayerNorm(const std::vector<std::int64_t>& normalized_shape, double eps, DType dtype) : shape_(normalized_shape), eps_(eps) {
  create(dtype);
}

void LayerNorm::options(Options& option) {
  option("normalized_shape", shape_, kAtLeastOne, "sizes of the last axes, over which to normalise; default: that of the last");
  option("eps", eps_, kNotNegative, "added to the variance");
  option("elementwise_affine", affine_, "scales and shifts every element by parameters");
}

void LayerNorm::create(DType dtype) {
  if (!affine_) return;
  const Shape shape(shape_.begin(), shape_.end());
  weight_ = register_parameter("weight", ones(shape, dtype));
  bias_ = register_parameter("bias", zeros(shape, dtype));
}

// Broadcasting would let the parameters of one feature pass for any number.
void LayerNorm::check(const Shape& samples) const {
  const auto axes = static_cast<std::ptrdiff_t>(shape_.size());
  if (axes > 0 && axes <= samples.rank() && std::equal(shape_.begin(), shape_.end(), samples.end() - axes)) return;
  fail_argument("layer_norm: {} does not end in {}", to_string(samples), to_string(Shape(shape_.begin(), shape_.end())));
}

Shape LayerNorm::build(const Shape& input, Build& build) {
  if (shape_.empty() && input.rank() > 0) shape_ = {input.back()};
  check(input);
  if (!weight_.defined()) create(build.dtype);
  return input;
}

Tensor LayerNorm::forward(const Tensor& x) {
  check(x.shape());
  Axes axes;
  for (std::size_t i = shape_.size(); i > 0; --i) axes.push_back(-static_cast<std::int64_t>(i));
  const Tensor centred = x - mean(x, axes, true);
  const Tensor y = centred / sqrt(mean(square(centred), axes, true) + eps_);
  return affine_ ? y * weight_ + bias_ : y;
}

BatchNorm1d::BatchNorm1d(std::int64_t channels, double eps, double momentum, DType dtype) : eps_(eps), momentum_(momentum) {
  create(channels, dtype);
}

void BatchNorm1d::options(Options& option) {
  option("eps", eps_, kNotNegative, "added to the variance");
  option("momentum", momentum_, kUnitInterval, "weight of a new batch in the running averages");
  option("affine", affine_, "scales and shifts every channel by parameters");
  option("track_running_stats", track_running_stats_, "keeps running averages for evaluation; else the batch is used there too");
}

void BatchNorm1d::create(std::int64_t channels, DType dtype) {
  channels_ = channels;
  if (affine_) {
    weight_ = register_parameter("weight", ones({channels}, dtype));
    bias_ = register_parameter("bias", zeros({channels}, dtype));
  }
  if (track_running_stats_) {
    running_mean_ = register_buffer("running_mean", zeros({channels}, dtype));
    running_var_ = register_buffer("running_var", ones({channels}, dtype));
  }
}

void BatchNorm1d::check(const Shape& batch) const {
  const bool fits = (batch.rank() == 2 || batch.rank() == 3) && batch[1] == channels_;
  if (!fits) fail_argument("batch_norm1d: expected (n, {0}) or (n, {0}, length), got {1}", channels_, to_string(batch));
  if (training() && batch.size() <= channels_) {
    fail_argument("batch_norm1d: training needs more than one value per channel, got {}", to_string(batch));
  }
}

Shape BatchNorm1d::build(const Shape& input, Build& build) {
  if (input.rank() != 1 && input.rank() != 2) {
    fail_argument("batch_norm1d: expected samples (channels,) or (channels, length), got {}", to_string(input));
  }
  if (channels_ == 0) create(input[0], build.dtype);
  if (input[0] != channels_) fail_argument("batch_norm1d: expected {} channels, got samples of shape {}", channels_, to_string(input));
  return input;
}

Tensor BatchNorm1d::forward(const Tensor& x) {
  check(x.shape());
  const auto along_channels = [&](const Tensor& t) { return x.rank() == 2 ? t : reshape(t, {channels_, 1}); };
  const Axes axes = x.rank() == 2 ? Axes{0} : Axes{0, 2};
  const bool from_batch = training() || !track_running_stats_;

  const Tensor centre = from_batch ? mean(x, axes) : running_mean_;
  const Tensor centred = x - along_channels(centre);
  const Tensor spread = from_batch ? mean(square(centred), axes) : running_var_;
  if (training() && track_running_stats_) update_running(centre, spread, static_cast<double>(x.size() / channels_));
  const Tensor y = centred / sqrt(along_channels(spread) + eps_);
  return affine_ ? y * along_channels(weight_) + along_channels(bias_) : y;
}

// The running variance is the unbiased one, as in PyTorch.
void BatchNorm1d::update_running(const Tensor& mean, const Tensor& var, double per_channel) {
  dispatch(mean.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const auto momentum = static_cast<T>(momentum_), unbiased = static_cast<T>(per_channel / (per_channel - 1));
    for (std::int64_t i = 0; i < channels_; ++i) {
      T &running_mean = running_mean_.data<T>()[i], &running_var = running_var_.data<T>()[i];
      running_mean += momentum * (mean.data<T>()[i] - running_mean);
      running_var += momentum * (unbiased * var.data<T>()[i] - running_var);
    }
  });
}

namespace {
const Register<Module, LayerNorm> layer_norm("layer_norm", "Ba, Kiros, Hinton 2016");
const Register<Module, BatchNorm1d> batch_norm1d("batch_norm1d", "Ioffe, Szegedy 2015");
}  // namespace

}  // namespace descent::nn
