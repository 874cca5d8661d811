#include "descent/optim/wrappers.h"

#include <algorithm>
#include <utility>

#include "descent/autograd/kernels.h"

namespace descent::optim {
namespace {

// to = (1 − share)·to + share·from, elementwise.
void move_towards(const Tensor& to, const Tensor& from, double share) {
  dispatch(to.dtype(), [&](auto zero) {
    using T = decltype(zero);
    vectorized([n = to.size(), a = to.data<T>(), w = from.data<T>(), s = static_cast<T>(share)] {
      for (std::int64_t i = 0; i < n; ++i) a[i] += s * (w[i] - a[i]);
    });
  });
}

void copy_values(const Tensor& to, const Tensor& from) {
  dispatch(to.dtype(), [&](auto zero) { std::copy_n(from.data<decltype(zero)>(), from.size(), to.data<decltype(zero)>()); });
}

std::vector<Tensor> copies(const std::vector<Parameter>& parameters) {
  std::vector<Tensor> list;
  for (const Parameter& parameter : parameters) list.push_back(parameter.value.clone());
  return list;
}

}  // namespace

void Lookahead::options(Options& option) {
  option("k", k, kNotNegative, "steps between two moves of the slow weights; 0: none are kept");
  option("alpha", alpha, kUnitInterval, "share of the way to the fast weights that they move");
}

void Ema::options(Options& option) {
  option("decay", decay, kFraction, "share of the average that is kept in each step; 0: no average, else it is what is evaluated");
}

void Wrappers::options(Options& option) {
  option("lookahead", lookahead_, "slow weights that follow every k steps (Zhang, Lucas, Hinton, Ba 2019)");
  option("ema", ema_, "exponential moving average of the parameters");
  option("accumulate", accumulate_, kAtLeastOne, "steps whose mean gradient makes one update");
}

bool Wrappers::accumulate(std::vector<Parameter>& parameters) {
  if (accumulate_ == 1) return true;
  if (gathered_ == 0) sums_.clear(), has_sum_.assign(parameters.size(), false);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (gathered_ == 0) sums_.push_back(zeros(parameters[i].value.shape(), parameters[i].value.dtype()));
    if (!parameters[i].has_gradient()) continue;
    has_sum_[i] = true;
    const Node& node = *parameters[i].value.node();
    dispatch(node.dtype, [&](auto zero) { add_to(node.size, sums_[i].data<decltype(zero)>(), node.out_grad<decltype(zero)>()); });
  }
  if (++gathered_ < accumulate_) return false;
  gathered_ = 0;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (!has_sum_[i]) continue;
    dispatch(sums_[i].dtype(), [&](auto zero) {
      using T = decltype(zero);
      vectorized([n = sums_[i].size(), sum = sums_[i].data<T>(), share = static_cast<T>(1 / static_cast<double>(accumulate_))] {
        for (std::int64_t j = 0; j < n; ++j) sum[j] *= share;
      });
    });
    parameters[i].accumulated = sums_[i];
  }
  return true;
}

void Wrappers::start(const std::vector<Parameter>& parameters) {
  if (lookahead_.k > 0 && slow_.empty()) slow_ = copies(parameters);
  if (ema_.decay > 0 && average_.empty()) average_ = copies(parameters);
}

void Wrappers::follow(std::vector<Parameter>& parameters) {
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    Parameter& parameter = parameters[i];
    const bool is_updated = parameter.has_gradient();
    parameter.accumulated = {};
    if (!slow_.empty() && parameter.steps % lookahead_.k == 0 && is_updated) {
      move_towards(slow_[i], parameter.value, lookahead_.alpha);
      copy_values(parameter.value, slow_[i]);
    }
    if (!average_.empty()) move_towards(average_[i], parameter.value, 1 - ema_.decay);
  }
}

bool Wrappers::swap_average(const std::vector<Parameter>& parameters) {
  for (std::size_t i = 0; i < average_.size(); ++i) swap_values(parameters[i].value, average_[i]);
  return !average_.empty();
}

void swap_values(const Tensor& a, const Tensor& b) {
  dispatch(a.dtype(), [&](auto zero) {
    using T = decltype(zero);
    std::swap_ranges(a.data<T>(), a.data<T>() + a.size(), b.data<T>());
  });
}

void Wrappers::save(const std::vector<Parameter>& parameters, NamedState& state) const {
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    for (const auto& [name, list] : kLists) {
      if (!(this->*list).empty()) state.emplace_back(parameters[i].name + '.' + name, (this->*list)[i]);
    }
  }
  if (accumulate_ > 1) state.emplace_back("gathered", labels({gathered_}));
}

void Wrappers::clear() {
  for (const auto& [name, list] : kLists) (this->*list).clear();
  gathered_ = 0;
}

bool Wrappers::restore(const std::vector<Parameter>& parameters, std::size_t i, const std::string& name, const Tensor& value) {
  for (const auto& [known, list] : kLists) {
    if (name != known) continue;
    const Tensor& parameter = parameters[i].value;
    if (value.shape() != parameter.shape() || value.dtype() != parameter.dtype()) {
      fail_argument("optimizer: the state '{}' of '{}' has shape {}, expected {}", name, parameters[i].name, to_string(value.shape()),
                    to_string(parameter.shape()));
    }
    List& tensors = this->*list;
    tensors.resize(parameters.size());
    tensors[i] = value.clone();
    return true;
  }
  return false;
}

void Wrappers::restore_gathered(std::int64_t steps, std::size_t parameters) {
  gathered_ = steps;
  has_sum_.assign(parameters, true);
}

void Wrappers::check_restored() const {
  for (const auto& [name, list] : kLists) {
    const List& tensors = this->*list;
    const bool is_whole = std::all_of(tensors.begin(), tensors.end(), [](const Tensor& tensor) { return tensor.defined(); });
    if (!is_whole) fail_argument("optimizer: the state '{}' of some parameters is missing", name);
  }
}

}  // namespace descent::optim
