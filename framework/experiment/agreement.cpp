#include "descent/experiment/agreement.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "descent/experiment/overrides.h"
#include "descent/experiment/sweep_agreement.h"

namespace descent {
namespace {

const RE2 kName(kNamePattern);

class Agreement {
 public:
  Agreement(const Experiment& experiment, const Value& root, Diagnostics& diagnostics)
      : e_(experiment), root_(root), diagnostics_(diagnostics) {}

  void check() const {
    const bool compares = given("compare"), has_problems = given("compare.problems");
    if (compares && given("sweep")) error("sweep", "there is a comparison already; give one of them");
    if (!RE2::FullMatch(e_.name, kName))
      error("name", fmt::format("'{}' is no name: letters, digits, '_', '.' and '-', at most 64", shown(e_.name)));
    if (given("objective") && given("model")) error("model", "there is an objective already");
    if (compares) check_compare();
    if (has_problems) return check_problems();
    if (!given("objective") && !given("model")) error("", "nothing to minimise: give an objective, or a model with data and a loss");
    if (given("objective")) {
      check_objective();
    } else if (given("model")) {
      check_model();
    }
    if (!given("optimizer") && !compares) error("", "missing key 'optimizer'", "such as optimizer: {type: adagrad, lr: 0.1}");
    if (!given("train")) error("", "missing key 'train'", "such as train: {steps: 100}");
    const bool has_length = given("train.epochs") || given("train.steps");
    if (given("train") && !has_length && !told("train")) error("train", "give epochs or steps");
    for (const char* section : {"train", "checkpoint.every"}) {
      const std::string epochs = std::string(section) + ".epochs", steps = std::string(section) + ".steps";
      if (given(epochs) && given(steps)) error(steps, "there are epochs already; give one of them");
    }
    check_metrics();
    if (!compares && given("sweep")) check_sweep_agreement(e_, root_, diagnostics_);
  }

 private:
  bool given(const std::string& path) const { return find_path(root_, path) != nullptr; }
  bool told(const std::string& path) const {
    const auto& items = diagnostics_.items();
    return std::any_of(items.begin(), items.end(), [&](const auto& item) { return item.path == path; });
  }

  void check_objective() const {
    for (const char* key : {"data", "loss", "metrics"}) {
      if (given(key)) error(key, "this belongs to a model; there is an objective");
    }
    for (const char* path : {"train.epochs", "train.batch_size", "train.shuffle", "train.drop_last", "checkpoint.every.epochs"}) {
      if (given(path)) error(path, "an objective has no data to go through", "count in steps");
    }
    const Value* unit = find_path(root_, "schedule.unit");
    if (unit && unit->text == "epochs") error("schedule.unit", "an objective has no data to go through", "count in steps");
  }
  void check_compare() const {
    const Value *optimizer = root_.find("optimizer"), *compare = root_.find("compare");
    const bool is_inherited = optimizer && optimizer->mark.source != compare->mark.source;  // of the file that this one extends
    if (optimizer && !is_inherited) error("optimizer", "the optimizers are those of the comparison", "put it into compare.optimizers");
    if (e_.compare.optimizers.empty()) error("compare.optimizers", "there is nothing to compare", "such as optimizers: [sgd, adam]");
    e_.compare.check_optimizers({diagnostics_, "compare"});
    const Value& tune = e_.compare.tune;
    const bool tunes_one = tune.is_map() && tune.entries.size() == (tune.find("seeds") ? 2U : 1U);
    if (e_.compare.widen && !tunes_one) error("compare.widen", "only the values of a single tuned option can be widened");
    if (tune.is_null()) return;
    if (const double count = e_.compare.most_candidates(); count > kMostTrials)
      error("compare.tune", fmt::format("{} combinations; at most {} are possible", count, kMostTrials));
    const auto tuning = e_.compare.tuning_seeds();
    for (const std::uint64_t seed : e_.compare.evaluation_seeds()) {
      if (std::find(tuning.begin(), tuning.end(), seed) == tuning.end()) continue;
      error("compare.seeds", fmt::format("seed {} is one of the tuning seeds", seed), "what was tuned on a seed looks too good on it");
    }
  }
  // The files bring everything else.
  void check_problems() const {
    for (const char* key : {"objective", "data", "model", "loss", "metrics", "train", "schedule", "seed", "dtype"}) {
      if (given(key)) error(key, "each problem's own file says this");
    }
  }
  void check_model() const {
    if (e_.log.regret) error("log.regret", "this belongs to an objective; there is a model");
    for (const char* key : {"data", "loss"}) {
      if (!given(key)) error("model", fmt::format("a model needs '{}'", key));
    }
  }
  // Their names are those of columns.
  void check_metrics() const {
    for (std::size_t i = 0; i < e_.metrics.size(); ++i) {
      const auto same = [&](const Spec& metric) { return metric && metric.type == e_.metrics[i].type; };
      const auto here = e_.metrics.begin() + static_cast<std::ptrdiff_t>(i);
      if (std::any_of(e_.metrics.begin(), here, same)) error(fmt::format("metrics[{}]", i), "there is one of this type already");
    }
  }

  // At the value, or at the key of a section.
  void error(const std::string& path, std::string message, std::string help = "") const {
    const auto section = std::find_if(root_.entries.begin(), root_.entries.end(),
                                      [&](const auto& entry) { return entry.key == path && !entry.value.is_scalar(); });
    const Value* value = find_path(root_, path);
    const Mark& mark = section != root_.entries.end() ? section->mark : value ? value->mark : root_.mark;
    diagnostics_.error(mark, path, std::move(message), std::move(help));
  }

  const Experiment& e_;
  const Value& root_;
  Diagnostics& diagnostics_;
};

}  // namespace

void check_agreement(const Experiment& experiment, const Value& root, Diagnostics& diagnostics) {
  Agreement(experiment, root, diagnostics).check();
}

}  // namespace descent
