#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "descent/autograd/tensor.h"
#include "descent/core/simd.h"

namespace descent::optim {

// A named tensor that a rule keeps from step to step, and its value before the first.
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
  std::vector<std::pair<std::string, Tensor>> state = {};
  std::size_t checked = 0;  // of the states: how many are known to be what the rule asks for
  Tensor accumulated = {};  // used instead of the gradient when there is one

  bool has_gradient() const { return value.node()->grad_valid || accumulated.defined(); }
  template <class T>
  const T* gradient() const {
    return accumulated.defined() ? accumulated.data<T>() : value.node()->out_grad<T>();
  }
};

// State number `slot` of a parameter, made when it is asked for first. What was restored must be what the rule asks for.
void check_state(Parameter& parameter, std::size_t slot, const State& state, const Shape& shape, DType dtype);
inline Tensor& kept_state(Parameter& parameter, std::size_t slot, const State& state, const Shape& shape, DType dtype) {
  if (slot >= parameter.checked) check_state(parameter, slot, state, shape, dtype);
  return parameter.state[slot].second;
}

// What weight decay and `maximize` do to every rule: g is sign·g + l2·w, and w is multiplied by `shrink` before.
struct Adjustment {
  double l2 = 0, shrink = 1, sign = 1;
  bool is_none() const { return l2 == 0 && shrink == 1 && sign == 1; }
};

// One update of one parameter. A rule over an element, its gradient and its state is applied to all elements in one pass over memory:
//
//   pass([=](T& w, T g, T& G) { G += g * g; w -= lr * g / (std::sqrt(G) + eps); }, State{"sum"});
//
// Rules that look at the whole tensor take its values, gradient() and state().
template <class T>
class Pass {
 public:
  Pass(Parameter& parameter, double rate, const Adjustment& adjustment)
      : t(parameter.steps), lr(rate), parameter_(parameter), adjustment_(adjustment) {}

  template <class Rule, class... States>
  void operator()(const Rule& rule, const States&... states) {
    static_assert(std::is_invocable_v<const Rule&, T&, T, Slot<States>...>, "a rule takes T& w, T g and a T& for each State");
    const std::array<T*, sizeof...(States)> memory{state(states).template data<T>()...};
    apply(rule, memory, std::make_index_sequence<sizeof...(States)>());
  }

  const Tensor& value() const { return parameter_.value; }
  // The gradient, adjusted; a copy only where there is something to adjust. To be asked for once in an update: it shrinks the values then.
  Tensor gradient() {
    if (adjustment_.is_none() && !parameter_.accumulated.defined()) return parameter_.value.grad();
    const Tensor g = empty(value().shape(), kDTypeOf<T>);
    apply([](T&, T adjusted, T& copy) { copy = adjusted; }, std::array{g.template data<T>()}, std::index_sequence<0>());
    return g;
  }
  // What the rule keeps; states are asked for in the same order in every update. By default of the parameter's shape.
  Tensor& state(const State& state) { return this->state(state, parameter_.value.shape()); }
  Tensor& state(const State& state, const Shape& shape) { return kept_state(parameter_, next_++, state, shape, kDTypeOf<T>); }
  double& scalar(const State& state) { return *kept_state(parameter_, next_++, state, {}, DType::float64).template data<double>(); }

  const std::int64_t t;  // this update's number, from 1
  const double lr;       // the scheduled rate

 private:
  template <class>
  using Slot = T&;
  template <class Rule, std::size_t N, std::size_t... I>
  void apply(const Rule& rule, const std::array<T*, N>& memory, std::index_sequence<I...>) {
    const std::int64_t n = parameter_.value.size();
    T* const w = parameter_.value.template data<T>();
    const T* const g = parameter_.template gradient<T>();
    if (adjustment_.is_none()) return run(n, w, g, rule, memory[I]...);
    const auto [l2, shrink, sign] =
        std::array{static_cast<T>(adjustment_.l2), static_cast<T>(adjustment_.shrink), static_cast<T>(adjustment_.sign)};
    run(
        n, w, g,
        [rule, l2 = l2, shrink = shrink, sign = sign](T& x, T slope, auto&... s) {
          x *= shrink;
          rule(x, sign * slope + l2 * x, s...);
        },
        memory[I]...);
  }
  template <class Rule, class... S>
  static void run(std::int64_t n, T* w, const T* g, const Rule& rule, S*... s) {
    const auto update = [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) rule(w[i], g[i], s[i]...);
    };
    constexpr std::int64_t kFew = 4;  // for which choosing an instruction set takes longer than the loop
    if (n <= kFew) return update(0, n);
    vectorized([=] {
      const std::int64_t block = n < kMany ? n : kBlock;
      for (std::int64_t i = 0; i < n; i += block) {
        const std::int64_t ahead = i + 4 * block;
        if (ahead < n) (prefetch(w + ahead), prefetch(g + ahead), (prefetch(s + ahead), ...));
        update(i, std::min(n, i + block));
      }
    });
  }
  // A block that is soon needed. Processors guess so by themselves, but less well the more arrays there are.
  static void prefetch(const T* block) {
    for (std::int64_t i = 0; i < kBlock; i += 64 / sizeof(T)) __builtin_prefetch(block + i);
  }
  static constexpr std::int64_t kBlock = 512 / sizeof(T), kMany = std::int64_t{1} << 16;  // of which some lie beyond the nearest caches

  Parameter& parameter_;
  const Adjustment adjustment_;
  std::size_t next_ = 0;
};

// 1 − βᵗ by repeated squaring: unlike std::pow it has the same bits everywhere. The error of βᵗ grows with t, so it takes long double to
// stay below that of rounding βᵗ once, as PyTorch does. It is 1 exactly once βᵗ is below half a unit in the last place.
inline double bias_correction(double beta, std::int64_t t) {
  long double power = 1;
  for (long double square = beta; t > 0; t /= 2, square *= square) {
    if (square < 1e-17L) return 1;
    if (t % 2 == 1) power *= square;
  }
  return 1 - static_cast<double>(power);
}

// sign(x)·max(|x| − λ, 0): what an L1 term of strength λ makes of x.
template <class T>
T soft_threshold(T x, T strength) {
  return x - (x > strength ? strength : x < -strength ? -strength : x);
}

}  // namespace descent::optim
