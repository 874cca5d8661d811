#pragma once
#include <vector>

#include "descent/autograd/tensor.h"

namespace descent::optim {

// √Σ g² over all gradients that are there.
double grad_norm(const std::vector<Tensor>& parameters);

// How gradients are scaled whose norm is too large: by max_norm / (norm + 1e-6) as torch.nn.utils.clip_grad_norm_ does, where that is below
// 1, or by max_norm / norm.
enum class ClipStyle { pytorch, exact };

// Scales all gradients by one factor so that their norm is at most max_norm; returns the norm before.
double clip_grad_norm(const std::vector<Tensor>& parameters, double max_norm, ClipStyle style = ClipStyle::pytorch);

// The same for each parameter's gradient by itself.
void clip_grad_tensor_norm(const std::vector<Tensor>& parameters, double max_norm, ClipStyle style = ClipStyle::pytorch);

// Clamps every element of the gradients to [-limit, limit].
void clip_grad_value(const std::vector<Tensor>& parameters, double limit);

}  // namespace descent::optim
