"""Writes golden.h: losses and layers as PyTorch computes them in float64. Run: python3 make_golden.py > golden.h"""
import torch
from torch import nn
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)


def grid(shape, step, modulus):
    i = torch.arange(torch.Size(shape).numel())
    return ((i * step % modulus - modulus // 2) / 4).reshape(shape)


def unit(t):
    return (t + 1.75) / 3.5


X, Y = grid((4, 3), 7, 13), grid((4, 3), 5, 11)
LABELS, WEIGHT = torch.tensor([2, 0, 1, 2]), [0.5, 2.0, 1.5]
SIGNS, COUNTS = (Y > 0).double(), torch.arange(12.0).reshape(4, 3) % 5

# type, options, function, its input and target by the names of the test's table
LOSSES = [
    ("mse", {}, F.mse_loss, "x", "y"),
    ("l1", {}, F.l1_loss, "x", "y"),
    ("huber", {"delta": 0.75}, F.huber_loss, "x", "y"),
    ("smooth_l1", {}, F.smooth_l1_loss, "x", "y"),
    ("smooth_l1", {"beta": 0.5}, F.smooth_l1_loss, "x", "y"),
    ("bce", {}, F.binary_cross_entropy, "unit", "bits"),
    ("bce_with_logits", {}, F.binary_cross_entropy_with_logits, "x", "bits"),
    ("bce_with_logits", {"pos_weight": 3.0}, F.binary_cross_entropy_with_logits, "x", "bits"),
    ("kl_div", {}, F.kl_div, "x", "unit"),
    ("kl_div", {"log_target": True}, F.kl_div, "x", "y"),
    ("kl_div", {"reduction": "batchmean"}, F.kl_div, "x", "unit"),
    ("poisson_nll", {}, F.poisson_nll_loss, "x", "counts"),
    ("poisson_nll", {"full": True}, F.poisson_nll_loss, "x", "counts"),
    ("poisson_nll", {"log_input": False, "eps": 0.001}, F.poisson_nll_loss, "unit", "counts"),
    ("nll", {}, F.nll_loss, "x", "labels"),
    ("nll", {"weight": WEIGHT}, F.nll_loss, "x", "labels"),
    ("cross_entropy", {}, F.cross_entropy, "x", "labels"),
    ("cross_entropy", {"weight": WEIGHT}, F.cross_entropy, "x", "labels"),
    ("cross_entropy", {"label_smoothing": 0.1}, F.cross_entropy, "x", "labels"),
    ("cross_entropy", {"weight": WEIGHT, "label_smoothing": 0.1}, F.cross_entropy, "x", "labels"),
]
TENSORS = {"x": X, "y": Y, "unit": unit(X), "bits": SIGNS, "counts": COUNTS, "labels": LABELS}

LAYERS = [
    ("relu", {}, nn.ReLU()),
    ("leaky_relu", {"negative_slope": 0.2}, nn.LeakyReLU(0.2)),
    ("elu", {"alpha": 0.5}, nn.ELU(0.5)),
    ("silu", {}, nn.SiLU()),
    ("gelu", {}, nn.GELU()),
    ("gelu", {"approximate": "tanh"}, nn.GELU(approximate="tanh")),
    ("tanh", {}, nn.Tanh()),
    ("sigmoid", {}, nn.Sigmoid()),
    ("softplus", {"beta": 2.0, "threshold": 1.0}, nn.Softplus(2, 1)),
    ("softmax", {}, nn.Softmax(-1)),
    ("log_softmax", {"dim": 0}, nn.LogSoftmax(0)),
    ("layer_norm", {"eps": 0.01}, nn.LayerNorm(3, 0.01)),
    ("batch_norm1d", {}, nn.BatchNorm1d(3)),
]


def literal(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return "std::vector<double>{" + ", ".join(map(repr, value)) + "}"
    return repr(value)


def options(values):
    return "Value::map({" + ", ".join(f'{{"{key}", {literal(value)}}}' for key, value in values.items()) + "})"


def numbers(tensor):
    return "{" + ", ".join(map(repr, tensor.flatten().tolist())) + "}"


print("""// Made by make_golden.py with PyTorch.
// clang-format off
#pragma once
#include <vector>

#include "descent/options/value.h"

namespace descent::nn {

struct GoldenLoss {
  const char *type, *output, *target;
  Value options;
  double loss;
  std::vector<double> gradient;
};
inline const std::vector<GoldenLoss> kGoldenLosses = {""")
for name, keywords, function, output, target in LOSSES:
    for reduction in [keywords["reduction"]] if "reduction" in keywords else ["mean", "sum"]:
        chosen = {**keywords, "reduction": reduction}
        arguments = {key: torch.tensor(value) if key in ("weight", "pos_weight") else value for key, value in chosen.items()}
        x = TENSORS[output].clone().requires_grad_()
        loss = function(x, TENSORS[target], **arguments)
        loss.backward()
        print(f'    {{"{name}", "{output}", "{target}", {options(chosen)}, {loss.item()!r}, {numbers(x.grad)}}},')
print("""};

// The output for x, and the gradient with respect to x of the sum of output times y.
struct GoldenLayer {
  const char* type;
  Value options;
  std::vector<double> output, gradient;
};
inline const std::vector<GoldenLayer> kGoldenLayers = {""")
for name, keywords, layer in LAYERS:
    x = X.clone().requires_grad_()
    output = layer(x)
    (output * Y).sum().backward()
    print(f'    {{"{name}", {options(keywords)}, {numbers(output.detach())}, {numbers(x.grad)}}},')
print("};\n")
norm = nn.BatchNorm1d(3, momentum=0.3)
norm(X), norm(X + Y)
norm.eval()
print("// batch_norm1d with momentum 0.3 after the batches x and x + y: its buffers, and its output for y in evaluation.")
for name, values in (("Mean", norm.running_mean), ("Var", norm.running_var), ("Output", norm(Y).detach())):
    print(f"inline const std::vector<double> kRunning{name} = {numbers(values)};")
print("\n}  // namespace descent::nn")
