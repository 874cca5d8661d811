#pragma once
#include <vector>

#include "descent/autograd/tensor.h"

// Every operation, named as in NumPy and PyTorch. Shapes broadcast by NumPy's rule; operands have one dtype. All are differentiable.
namespace descent {

// Arithmetic, with broadcasting.
Tensor add(const Tensor& a, const Tensor& b);
Tensor sub(const Tensor& a, const Tensor& b);
Tensor mul(const Tensor& a, const Tensor& b);
Tensor div(const Tensor& a, const Tensor& b);
Tensor pow(const Tensor& a, const Tensor& b);
Tensor pow(const Tensor& a, double exponent);
Tensor maximum(const Tensor& a, const Tensor& b);  // at a tie each side gets half the gradient
Tensor minimum(const Tensor& a, const Tensor& b);
Tensor neg(const Tensor& x);

// Elementwise functions.
Tensor exp(const Tensor& x);
Tensor log(const Tensor& x);
Tensor log1p(const Tensor& x);
Tensor sqrt(const Tensor& x);
Tensor square(const Tensor& x);
Tensor abs(const Tensor& x);   // slope 0 at 0
Tensor sign(const Tensor& x);  // slope 0
Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);
Tensor tan(const Tensor& x);
Tensor tanh(const Tensor& x);
Tensor sigmoid(const Tensor& x);
Tensor relu(const Tensor& x);
Tensor leaky_relu(const Tensor& x, double negative_slope = 0.01);
Tensor elu(const Tensor& x, double alpha = 1.0);
Tensor silu(const Tensor& x);      // x · sigmoid(x)
Tensor gelu(const Tensor& x);      // x · Φ(x), exact
Tensor softplus(const Tensor& x);  // log(1 + eˣ)
Tensor clamp(const Tensor& x, double low, double high);
// `condition` holds 0 or 1 in the dtype of the operands and gets no gradient.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);

// Products. matmul: (…, m, k) x (…, k, n) -> (…, m, n); leading axes broadcast; one axis counts as a row on the left, a column on the
// right.
Tensor matmul(const Tensor& a, const Tensor& b);
// x·Wᵀ + b: (…, in), (out, in), (out,) -> (…, out). `bias` may be undefined.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});

// Shapes.
Tensor reshape(const Tensor& x, const std::vector<std::int64_t>& shape);  // one size may be -1
Tensor permute(const Tensor& x, const std::vector<std::int64_t>& axes);
Tensor transpose(const Tensor& x, std::int64_t axis0 = -2, std::int64_t axis1 = -1);
Tensor concat(const std::vector<Tensor>& tensors, std::int64_t axis = 0);
Tensor stack(const std::vector<Tensor>& tensors, std::int64_t axis = 0);
// x[…, start:stop:step, …] along `axis`; negative bounds count from the end, step >= 1.
Tensor slice(const Tensor& x, std::int64_t axis, std::int64_t start, std::int64_t stop, std::int64_t step = 1);
// torch.gather: y[i][j] = x[index[i][j]][j] for axis 0; index is int64 and has the rank of x.
Tensor gather(const Tensor& x, std::int64_t axis, const Tensor& index);

// Reductions over `axes`, all when empty.
using Axes = std::vector<std::int64_t>;
Tensor sum(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
Tensor mean(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
Tensor var(const Tensor& x, const Axes& axes = {}, bool keepdim = false, bool unbiased = true);
Tensor max(const Tensor& x, const Axes& axes = {}, bool keepdim = false);  // tied maxima share the gradient evenly
Tensor min(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
Tensor logsumexp(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
Tensor softmax(const Tensor& x, std::int64_t axis = -1);
Tensor log_softmax(const Tensor& x, std::int64_t axis = -1);

// Losses that are one operation for speed and numerics; each is the mean over all elements or rows.
Tensor mse(const Tensor& x, const Tensor& target);
// (n, classes) logits and (n,) int64 labels. With class weights (classes,): Σ wᵢ·lossᵢ / Σ wᵢ, as in PyTorch; the sum alone unless `mean`.
Tensor cross_entropy(const Tensor& logits, const Tensor& labels, const Tensor& class_weights = {}, double label_smoothing = 0,
                     bool mean = true);
// −(p·y·log σ(x) + (1−y)·log(1−σ(x))), p = pos_weight.
Tensor bce_with_logits(const Tensor& x, const Tensor& target, double pos_weight = 1);

inline Tensor operator+(const Tensor& a, const Tensor& b) { return add(a, b); }
inline Tensor operator-(const Tensor& a, const Tensor& b) { return sub(a, b); }
inline Tensor operator*(const Tensor& a, const Tensor& b) { return mul(a, b); }
inline Tensor operator/(const Tensor& a, const Tensor& b) { return div(a, b); }
inline Tensor operator-(const Tensor& x) { return neg(x); }
inline Tensor operator+(const Tensor& a, double b) { return add(a, scalar(b, a.dtype())); }
inline Tensor operator-(const Tensor& a, double b) { return sub(a, scalar(b, a.dtype())); }
inline Tensor operator*(const Tensor& a, double b) { return mul(a, scalar(b, a.dtype())); }
inline Tensor operator/(const Tensor& a, double b) { return div(a, scalar(b, a.dtype())); }
inline Tensor operator+(double a, const Tensor& b) { return add(scalar(a, b.dtype()), b); }
inline Tensor operator-(double a, const Tensor& b) { return sub(scalar(a, b.dtype()), b); }
inline Tensor operator*(double a, const Tensor& b) { return mul(scalar(a, b.dtype()), b); }
inline Tensor operator/(double a, const Tensor& b) { return div(scalar(a, b.dtype()), b); }

}  // namespace descent
