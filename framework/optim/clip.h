#pragma once
#include <vector>

#include "descent/autograd/tensor.h"

namespace descent::optim {

// √Σ g² over all gradients that are there.
double grad_norm(const std::vector<Tensor>& parameters);

// Scales all gradients by min(1, max_norm / (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_; returns the norm before.
double clip_grad_norm(const std::vector<Tensor>& parameters, double max_norm);

// Clamps every element of the gradients to [-limit, limit].
void clip_grad_value(const std::vector<Tensor>& parameters, double limit);

}  // namespace descent::optim
