#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "descent/core/rng.h"
#include "descent/experiment/experiment.h"
#include "descent/experiment/safetensors.h"

namespace descent {

struct Standardization;
class DataCache;

// The figures of a held-out split: its loss first, then the metrics.
struct Evaluation {
  std::string split;
  double loss = 0;
  std::vector<std::pair<std::string, double>> metrics;
};

// What a run minimises: an objective, or a model's loss on batches of data.
class Problem {
 public:
  virtual ~Problem() = default;

  virtual NamedTensors parameters() const = 0;
  virtual NamedTensors buffers() const { return {}; }
  // What forward passes draw from: part of a run's state.
  virtual std::vector<Rng*> generators() { return {}; }
  // 0 for an objective, which has no epochs.
  virtual std::int64_t steps_per_epoch() const { return 0; }
  virtual const std::vector<std::string>& files() const = 0;
  // What was done to the features; null when nothing was.
  virtual const Standardization* standardization() const { return nullptr; }

  // What step t, counted from 1, minimises; one element.
  virtual Tensor loss(std::int64_t step) = 0;
  virtual void after_update() {}
  // The objective where the parameters are now; none with a model.
  virtual std::optional<double> value() const { return {}; }
  virtual std::optional<double> minimum() const { return {}; }
  // The points where it is reached, parameters flattened in order, as far as they are known; and what step t minimises at such a point.
  virtual std::vector<std::vector<double>> minimisers() const { return {}; }
  virtual double loss_at(const std::vector<double>& /*point*/, std::int64_t /*step*/) const { return 0; }
  virtual std::vector<Evaluation> evaluate() { return {}; }
  // The names of all that is measured: "loss", "validation/loss", "validation/accuracy", …
  virtual std::vector<std::string> measured() const { return {"loss"}; }
  // What looks wrong about it, although it can be trained; "" if nothing does.
  virtual std::string doubt() const { return ""; }
  // Of a metric's name without its split.
  virtual bool higher_is_better(const std::string& /*metric*/) const { return false; }
};

// Numbers in all parameters.
std::int64_t parameter_count(const Problem& problem);

// Builds all that an experiment names: reads its data, makes the model. Throws what is wrong, at its place in the file where it has one.
// Data comes from `cache` if there is one.
std::unique_ptr<Problem> make_problem(const Experiment& experiment, DataCache* cache = nullptr);
std::unique_ptr<Problem> make_objective_problem(const Experiment& experiment);
std::unique_ptr<Problem> make_model_problem(const Experiment& experiment, DataCache* cache);

// Runs f; an Error that it throws without a place is reported again at the experiment's `key`, such as `train.clip`, or at the one below
// with which its message begins.
void at_key(const Experiment& experiment, const std::string& key, const std::function<void()>& f);

}  // namespace descent
