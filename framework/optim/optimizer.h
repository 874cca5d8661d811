#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "descent/autograd/tensor.h"
#include "descent/optim/flat.h"
#include "descent/optim/pass.h"
#include "descent/optim/wrappers.h"
#include "descent/options/registry.h"

namespace descent::optim {

// A property of optimizers (see properties.h) that one claims to have, or says why it has not.
struct Claim {
  const char* property;
  const char* why_not = nullptr;
};
using Claims = std::vector<Claim>;

// Consumes the gradients of the parameters it was given.
class Optimizer : public Component {
 public:
  static ComponentKind& kind();

  // Takes the parameters to update, once, and sorts them into groups. Throws when a group matches none of them.
  void add_parameters(const std::vector<std::pair<std::string, Tensor>>& named);
  void zero_grad();
  // Updates each parameter that has a gradient. Throws if none has.
  void step();
  // The same for rules that need the loss or evaluate it several times. Returns the loss before the update.
  double step(const Closure& closure);

  // What schedules set: the rate of every group as a function of its own `lr`, and the momentum (β₁ where that is its name). False if the
  // rule has none.
  void set_rate(const std::function<double(double)>& scheduled);
  virtual bool set_momentum(double momentum) = 0;
  // The scheduled rate of parameters outside all groups.
  double lr() const { return rates_.empty() ? own_rate(0) : rates_[0]; }
  // The least value of the loss, for rules that use it.
  void set_minimum(std::optional<double> minimum) { minimum_ = minimum; }
  // How often step(closure) may evaluate the loss after the first time.
  void set_evaluations_left(std::int64_t count) { evaluations_left_ = count; }

  // Rules that average the parameters are evaluated at the average: eval() puts it in the parameters' place, train() brings them back.
  void eval();
  void train();

  std::vector<Parameter>& parameters() { return parameters_; }
  const std::vector<Parameter>& parameters() const { return parameters_; }
  // Everything that a checkpoint needs besides the parameters: "0.weight.exp_avg", …, and "0.weight.steps". Restoring takes it in any order
  // and refuses what does not fit.
  NamedState state() const;
  void set_state(const NamedState& state);

  // The rule with its present switches, in Unicode, an assignment a line; options by their names, betas as β₁, β₂.
  virtual std::string formula() const = 0;
  virtual Claims claims() const = 0;
  // The rate from which on this rule diverges on a quadratic of this greatest curvature, where that is known.
  virtual std::optional<double> stability_limit(double curvature) const = 0;

 protected:
  virtual double own_rate(std::size_t group) const = 0;
  virtual void update(const std::vector<double>& rates, const Evaluated& evaluated) = 0;
  // Builds the rules of the groups and returns their patterns.
  virtual std::vector<std::string> make_groups() = 0;
  Wrappers wrappers_;

 private:
  void step(const Evaluated& evaluated);
  void swap_average();
  void restore(const std::string& name, const Tensor& value);
  std::vector<Parameter> parameters_;
  std::vector<double> rates_;  // scheduled, of each group; 0: outside all
  std::optional<double> minimum_;
  std::int64_t evaluations_left_ = std::numeric_limits<std::int64_t>::max();
  bool is_evaluated_ = false;
  std::optional<bool> has_average_;  // whether some state is one; known after the first update
};

// make("adagrad", model.parameters(), {{"lr", 0.1}}); parameters are named by their number unless names are given.
std::unique_ptr<Optimizer> make(const std::string& type, const std::vector<Tensor>& parameters, OptionList options = {});
std::unique_ptr<Optimizer> make(const std::string& type, const std::vector<std::pair<std::string, Tensor>>& parameters,
                                OptionList options = {});

}  // namespace descent::optim
