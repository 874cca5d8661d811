#pragma once
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "descent/autograd/tensor.h"
#include "descent/core/simd.h"

namespace descent::optim {

// A named tensor of the parameter's shape that a rule keeps from step to step, and its value before the first.
struct State {
  const char* name;
  double initial = 0;
};

// One parameter and what an optimizer keeps for it.
struct Parameter {
  std::string name;
  Tensor value;
  std::size_t group = 0;
  std::int64_t steps = 0;  // updates made so far
  std::vector<std::pair<std::string, Tensor>> state;
};

// One update of one parameter: applies a rule over an element, its gradient and its state to all elements in one pass over memory.
//
//   pass([=](T& w, T g, T& G) { G += g * g; w -= lr * g / (std::sqrt(G) + eps); }, State{"sum"});
template <class T>
class Pass {
 public:
  // `rate` is the scheduled one; `weight_decay` is added to the gradient as weight_decay·w, `maximize` turns its sign.
  Pass(Parameter& parameter, double rate, double weight_decay, bool maximize)
      : t(parameter.steps), lr(rate), parameter_(parameter), weight_decay_(static_cast<T>(weight_decay)), sign_(maximize ? T(-1) : T(1)) {}

  template <class Rule, class... States>
  void operator()(const Rule& rule, const States&... states) {
    static_assert(std::is_invocable_v<const Rule&, T&, T, Slot<States>...>, "a rule takes T& w, T g and a T& for each State");
    std::size_t i = 0;
    const std::array<T*, sizeof...(States)> state{memory(i++, states)...};
    apply(rule, state, std::make_index_sequence<sizeof...(States)>());
  }

  const std::int64_t t;  // this update's number, from 1
  const double lr;

 private:
  template <class>
  using Slot = T&;
  T* memory(std::size_t i, const State& state) {
    auto& kept = parameter_.state;
    if (i < kept.size() && kept[i].first != state.name) {
      fail_argument("optimizer: expected the state '{}' of '{}', got '{}'", state.name, parameter_.name, kept[i].first);
    }
    if (i == kept.size()) kept.emplace_back(state.name, full(parameter_.value.shape(), state.initial, parameter_.value.dtype()));
    return kept[i].second.template data<T>();
  }
  template <class Rule, std::size_t N, std::size_t... I>
  void apply(const Rule& rule, const std::array<T*, N>& state, std::index_sequence<I...>) {
    const Node& node = *parameter_.value.node();
    if (weight_decay_ == 0 && sign_ == 1) {
      run(node.size, node.out<T>(), node.out_grad<T>(), rule, state[I]...);
    } else {
      const auto with_decay = [rule, decay = weight_decay_, sign = sign_](T& w, T g, auto&... s) { rule(w, sign * g + decay * w, s...); };
      run(node.size, node.out<T>(), node.out_grad<T>(), with_decay, state[I]...);
    }
  }
  template <class Rule, class... S>
  static void run(std::int64_t n, T* w, const T* g, const Rule& rule, S*... s) {
    vectorized([=] {
      for (std::int64_t i = 0; i < n; ++i) rule(w[i], g[i], s[i]...);
    });
  }

  Parameter& parameter_;
  T weight_decay_, sign_;
};

// 1 − βᵗ by repeated squaring: the same bits everywhere, at a fraction of std::pow's time. It is 1 exactly once βᵗ is below half a unit in
// the last place, before squaring reaches the slow subnormal numbers.
inline double bias_correction(double beta, std::int64_t t) {
  double power = 1;
  for (; t > 0; t /= 2, beta *= beta) {
    if (beta < 1e-17) return 1;
    power *= t % 2 ? beta : 1;
  }
  return 1 - power;
}

}  // namespace descent::optim
