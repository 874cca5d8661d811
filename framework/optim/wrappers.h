#pragma once
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "descent/optim/pass.h"
#include "descent/options/options.h"

namespace descent::optim {

using NamedState = std::vector<std::pair<std::string, Tensor>>;

// Slow weights that follow every k steps: s += alpha·(w − s), w = s.      Zhang, Lucas, Hinton, Ba 2019
struct Lookahead {
  std::int64_t k = 0;
  double alpha = 0.5;
  void options(Options& option);
};

// a = decay·a + (1 − decay)·w after every step; a starts where training does, and is what is evaluated.
struct Ema {
  double decay = 0;
  void options(Options& option);
};

// What may be put around any optimizer.
class Wrappers {
 public:
  void options(Options& option);

  bool are_used() const { return accumulate_ > 1 || lookahead_.k > 0 || ema_.decay > 0; }
  // Adds up the gradients of `accumulate` steps; false until there are enough, and then their mean is what the rule sees.
  bool accumulate(std::vector<Parameter>& parameters);
  // Before the first update, and after each.
  void start(const std::vector<Parameter>& parameters);
  void follow(std::vector<Parameter>& parameters);
  // Exchanges the values of the parameters and of their average; false if there is none.
  bool swap_average(const std::vector<Parameter>& parameters);

  void save(const std::vector<Parameter>& parameters, NamedState& state) const;
  // Forgets everything that was kept; then restore() takes each tensor, and check_restored() throws if some are missing. restore() is false
  // if `name` is none of the wrappers' states of a parameter, and throws if the value does not fit.
  void clear();
  bool restore(const std::vector<Parameter>& parameters, std::size_t i, const std::string& name, const Tensor& value);
  void restore_gathered(std::int64_t steps, std::size_t parameters);
  void check_restored() const;

 private:
  using List = std::vector<Tensor>;  // one for each parameter, or empty
  Lookahead lookahead_;
  Ema ema_;
  std::int64_t accumulate_ = 1, gathered_ = 0;  // gradients that are in sums_
  List slow_, average_, sums_;
  std::vector<bool> has_sum_;  // of the parameters: which have had a gradient since the last update
  struct Named {
    const char* name;
    List Wrappers::*list;
  };
  static constexpr std::array<Named, 3> kLists{
      {{"lookahead", &Wrappers::slow_}, {"ema", &Wrappers::average_}, {"gathered", &Wrappers::sums_}}};
};

// Exchanges the values of two tensors of one shape and type.
void swap_values(const Tensor& a, const Tensor& b);

}  // namespace descent::optim
