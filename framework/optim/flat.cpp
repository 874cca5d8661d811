#include "descent/optim/flat.h"

#include <algorithm>
#include <numeric>

namespace descent::optim {

void check_state(Parameter& parameter, std::size_t slot, const State& state, const Shape& shape, DType dtype) {
  auto& kept = parameter.state;
  if (slot == kept.size()) kept.emplace_back(state.name, full(shape, state.initial, dtype));
  if (kept[slot].first != state.name) {  // restored in another order
    const auto is_it = [&](const auto& entry) { return entry.first == state.name; };
    const auto found = std::find_if(kept.begin(), kept.end(), is_it);
    if (found != kept.end()) std::swap(kept[slot], *found);
  }
  const auto& [name, value] = kept[slot];
  if (name != state.name) fail_argument("optimizer: expected the state '{}' of '{}', got '{}'", state.name, parameter.name, name);
  if (value.shape() != shape || value.dtype() != dtype) {
    fail_argument("optimizer: the state '{}' of '{}' has shape {}, expected {}", name, parameter.name, to_string(value.shape()),
                  to_string(shape));
  }
  parameter.checked = slot + 1;
}

Flat::Flat(std::vector<Parameter*> parameters, double rate, const Adjustment& adjustment, const Evaluated& evaluated)
    : t(parameters.front()->steps), lr(rate), parameters_(std::move(parameters)), adjustment_(adjustment), evaluated_(evaluated) {
  load();
  for (double& x : w) x *= adjustment.shrink;
}

void Flat::load() {
  w.clear(), g.clear();
  for (const Parameter* parameter : parameters_) {
    dispatch(parameter->value.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const T *values = parameter->value.data<T>(), *slopes = parameter->gradient<T>();
      for (std::int64_t i = 0; i < parameter->value.size(); ++i) {
        w.push_back(static_cast<double>(values[i]));
        g.push_back(adjustment_.sign * static_cast<double>(slopes[i]) + adjustment_.l2 * w.back());
      }
    });
  }
}

void Flat::store() const {
  auto from = w.begin();
  for (const Parameter* parameter : parameters_) {
    dispatch(parameter->value.dtype(), [&](auto zero) {
      using T = decltype(zero);
      T* to = parameter->value.data<T>();
      for (std::int64_t i = 0; i < parameter->value.size(); ++i) to[i] = static_cast<T>(*from++);
    });
  }
}

double Flat::evaluate() {
  if (!evaluated_.closure) fail_argument("optimizer: this rule evaluates the loss itself: call step(closure)");
  ++evaluations_;
  store();
  const double loss = adjustment_.sign * (*evaluated_.closure)();
  load();
  return loss + penalty();
}

double Flat::loss() const {
  if (!evaluated_.loss) fail_argument("optimizer: this rule needs the loss: call step(closure)");
  return adjustment_.sign * *evaluated_.loss + penalty();
}

double Flat::penalty() const { return adjustment_.l2 / 2 * std::inner_product(w.begin(), w.end(), w.begin(), 0.0); }

double Flat::minimum() const {
  if (!evaluated_.minimum) fail_argument("optimizer: this rule needs the least loss there is: give `minimum`");
  return adjustment_.sign * *evaluated_.minimum;
}

Tensor& Flat::state(const State& state, const Shape& shape) {
  return kept_state(*parameters_.front(), next_++, state, shape, DType::float64);
}

}  // namespace descent::optim
