#pragma once
#include <functional>
#include <string>
#include <vector>

#include "descent/autograd/tensor.h"

namespace descent {

// Compares dL/dx with central differences (L(x+h) − L(x−h)) / 2h for every float64 input that requires a gradient, where L = Σ
// wᵢ·f(inputs)ᵢ with fixed unequal weights, so that no element's gradient hides behind another's. f is called with the inputs themselves,
// moved and restored. Returns the largest ‖difference‖ / ‖gradient‖ over the inputs, NaN if there is one.
double gradcheck(const std::function<Tensor(const std::vector<Tensor>&)>& f, const std::vector<Tensor>& inputs, double h = 1e-5);

// Checks each operation of the graph below a float64 `loss` by itself, where it stands: its backward against differences of its forward, on
// up to `samples` elements of each input. Elements at a kink are passed over. Returns "" when all agree within `tolerance`, else a line
// that names the operation and the error. Gradients that were there are cleared.
std::string gradcheck_graph(const Tensor& loss, double tolerance = 1e-6, std::int64_t samples = 32);

}  // namespace descent
