#include "descent/experiment/comparison.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "descent/core/error.h"
#include "descent/experiment/overrides.h"
#include "descent/stats/quantile.h"

namespace descent {
namespace {

constexpr int kMostWidenings = 8;

// The roots of the problems, by name: this file's own, or those of the files that it lists.
std::vector<std::pair<std::string, Value>> problem_roots(const Experiment& experiment) {
  const Value& files = experiment.compare.problems;
  if (files.is_null()) return {{experiment.name, without_study(experiment.source)}};
  std::vector<std::pair<std::string, Value>> roots;
  Diagnostics diagnostics;
  for (const Value& file : files.items) {
    Value root;
    try {
      root = load_experiment(file.text, diagnostics);
    } catch (const Error& error) {
      diagnostics.error(file.mark, "compare.problems", error.what());
      continue;
    }
    for (const char* key : {"sweep", "compare", "name", "optimizer"}) root.erase(key);
    const std::string name = std::filesystem::path(file.text).stem().string();
    const bool is_known = std::any_of(roots.begin(), roots.end(), [&](const auto& other) { return other.first == name; });
    if (is_known) diagnostics.error(file.mark, "compare.problems", fmt::format("there is a file named {} already", shown(name)));
    roots.emplace_back(name, std::move(root));
  }
  diagnostics.check();
  return roots;
}

void check_target(const Target& target, const Judge& judge) {
  if (target.metric.empty() || target.metric == judge.metric) return;
  fail_argument("the time to a target is measured on the metric that judges, which is {}", judge.metric);
}

Comparison prepare(const Experiment& experiment) {
  const CompareOptions& options = experiment.compare;
  Comparison comparison;
  comparison.seeds = options.evaluation_seeds();
  if (!options.tune.is_null()) comparison.tuning_seeds = options.tuning_seeds();
  const std::vector<std::string> names = options.names();
  for (auto& [name, root] : problem_roots(experiment)) {
    ComparedProblem problem{name, options.problems.is_null() ? "" : name, {}};
    for (std::size_t i = 0; i < names.size(); ++i) {
      Value optimizer = options.optimizers[i].options;
      optimizer.set("type", options.optimizers[i].type);
      root.set("optimizer", optimizer);
      at_key(experiment, "compare", [&, &own = root, &its = name] { comparison.bases.add(own, its, options.metric); });
      at_key(experiment, "compare.target.metric", [&] { check_target(options.target, comparison.bases.judges.back()); });
      Contender contender{names[i], options.optimizers[i].options, comparison.bases.experiments.size() - 1, {}, {}, 0, {}, {}, {}};
      contender.candidates = options.tune.is_null() ? std::vector<Assignment>{{}} : options.candidates(options.optimizers[i]);
      problem.contenders.push_back(std::move(contender));
    }
    comparison.problems.push_back(std::move(problem));
  }
  return comparison;
}

std::vector<Trial> trials_of(const ComparedProblem& problem, const Contender& contender, const Assignment& set, const char* phase,
                             const std::vector<std::uint64_t>& seeds) {
  std::vector<Trial> trials;
  for (const std::uint64_t seed : seeds) {
    Trial trial{0, contender.base, set, {{"phase", phase}, {"problem", problem.name}, {"optimizer", contender.name}}};
    trial.set.emplace_back("seed", seed);
    trials.push_back(std::move(trial));
  }
  return trials;
}

// Trials that are run together, and where the results of each go.
class Phase {
 public:
  using Sink = std::function<void(std::vector<TrialResult>)>;

  void add(const std::vector<Trial>& trials, Sink sink) {
    trials_.insert(trials_.end(), trials.begin(), trials.end());
    sinks_.emplace_back(trials.size(), std::move(sink));
  }
  void run(Study& study, Comparison& comparison) {
    std::vector<TrialResult> results = study.run(trials_, comparison.bases);
    for (const TrialResult& result : results) {
      ++comparison.trials;
      comparison.steps += result.steps;
      comparison.evaluations += result.evaluations;
      comparison.seconds += result.seconds;
    }
    auto from = std::make_move_iterator(results.begin());
    for (auto& [count, sink] : sinks_) {
      const auto end = from + static_cast<std::ptrdiff_t>(count);
      sink(std::vector<TrialResult>(from, end));
      from = end;
    }
  }

 private:
  std::vector<Trial> trials_;
  std::vector<std::pair<std::size_t, Sink>> sinks_;
};

void tune(Phase& phase, const Comparison& comparison, const ComparedProblem& problem, Contender& contender) {
  const Judge& judge = comparison.bases.judges[contender.base];
  for (std::size_t i = contender.tuning.size(); i < contender.candidates.size(); ++i) {
    contender.tuning.emplace_back();
    phase.add(trials_of(problem, contender, contender.candidates[i], "tune", comparison.tuning_seeds),
              [&contender, i, judge](const std::vector<TrialResult>& results) {
                for (const TrialResult& result : results) contender.tuning[i].push_back(judge.cost(result.value));
              });
  }
}

// The candidate with the least median; the first of equal ones.
void choose(Contender& contender) {
  double least = kInfinity;
  contender.chosen = 0;
  for (std::size_t i = 0; i < contender.tuning.size(); ++i) {
    const double median = stats::median(contender.tuning[i]);
    if (median < least) least = median, contender.chosen = i;
  }
}

// The numbers that a path takes among the candidates, ascending.
std::vector<double> grid_of(const Contender& contender, std::size_t path) {
  std::vector<double> grid;
  for (const Assignment& candidate : contender.candidates) {
    double number = 0;
    if (parse_number(candidate[path].second.text, number)) grid.push_back(number);
  }
  std::sort(grid.begin(), grid.end());
  grid.erase(std::unique(grid.begin(), grid.end()), grid.end());
  return grid;
}

// The option that a path of the candidates, optimizer.lr, stands for.
Option option_at(const TrialBase& base, const std::string& path) {
  return option_of(base.experiment().optimizer.type, path.substr(path.find('.') + 1)).value();
}

// Options with a best value at an end of their grid beyond which there are others.
void find_edges(const TrialBase& base, Contender& contender) {
  contender.at_edge.clear();
  const Assignment& best = contender.candidates[contender.chosen];
  for (std::size_t path = 0; path < best.size(); ++path) {
    const std::vector<double> grid = grid_of(contender, path);
    double number = 0;
    if (grid.size() < 2 || !parse_number(best[path].second.text, number)) continue;
    const Option option = option_at(base, best[path].first);
    const bool is_low = number == grid.front() && number > option.range.min;
    const bool is_high = number == grid.back() && number < option.range.max;
    if (is_low || is_high) contender.at_edge.push_back(option.name);
  }
}

// One more value beyond the end at which the best one lies, for a single option; false if there is none that the option takes.
bool widen(const TrialBase& base, Contender& contender) {
  if (contender.at_edge.size() != 1 || contender.candidates[0].size() != 1) return false;
  const auto& [path, value] = contender.candidates[contender.chosen][0];
  const std::string type = option_at(base, path).type;
  const std::vector<double> grid = grid_of(contender, 0);
  double best = 0;
  parse_number(value.text, best);
  if (grid.front() <= 0 || (type != "number" && type != "integer")) return false;
  const double ratio = best == grid.front() ? grid[0] / grid[1] : grid[grid.size() - 1] / grid[grid.size() - 2];
  double next = 0;
  parse_number(fmt::format("{:.4g}", type == "integer" ? std::round(best * ratio) : best * ratio), next);
  Assignment candidate{{path, Value(next)}};
  if (next == best || !base.try_out(candidate).empty()) return false;
  contender.candidates.push_back(std::move(candidate));
  return true;
}

void run_tuning(const Experiment& experiment, Study& study, Comparison& comparison) {
  for (int round = 0; round <= kMostWidenings; ++round) {
    Phase phase;
    bool has_more = false;
    for (ComparedProblem& problem : comparison.problems) {
      for (Contender& contender : problem.contenders) {
        has_more = has_more || contender.tuning.size() < contender.candidates.size();
        tune(phase, comparison, problem, contender);
      }
    }
    if (!has_more) return;
    phase.run(study, comparison);
    for (ComparedProblem& problem : comparison.problems) {
      for (Contender& contender : problem.contenders) {
        choose(contender);
        const TrialBase& base = comparison.bases.experiments[contender.base];
        find_edges(base, contender);
        if (experiment.compare.widen) widen(base, contender);
      }
    }
  }
}

void run_evaluation(Study& study, Comparison& comparison) {
  Phase phase;
  for (ComparedProblem& problem : comparison.problems) {
    for (Contender& contender : problem.contenders) {
      const auto& seeds = comparison.seeds;
      phase.add(trials_of(problem, contender, {}, "as given", seeds), [&](auto results) { contender.as_given = std::move(results); });
      if (contender.tuning.empty()) continue;
      phase.add(trials_of(problem, contender, contender.candidates[contender.chosen], "evaluate", seeds),
                [&](auto results) { contender.tuned = std::move(results); });
    }
  }
  phase.run(study, comparison);
}

// The first seed's run of each as tuned, or all of them.
void keep_runs(const Experiment& experiment, Study& study, Comparison& comparison) {
  std::vector<std::uint64_t> seeds = comparison.seeds;
  if (experiment.compare.keep == Keep::best) seeds.resize(1);
  std::int64_t number = comparison.trials;
  for (const ComparedProblem& problem : comparison.problems) {
    for (const Contender& contender : problem.contenders) {
      std::vector<Trial> trials = trials_of(problem, contender, contender.candidates[contender.chosen], "kept", seeds);
      for (std::size_t i = 0; i < trials.size(); ++i) {
        trials[i].number = number++;
        study.keep(comparison.bases, trials[i], contender.best()[i]);
      }
    }
  }
}

class Comparing final : public Procedure {
 public:
  explicit Comparing(const Experiment& experiment) : experiment_(experiment), comparison_(prepare(experiment)) {
    for_each([&](const Contender& contender) {
      for (const Assignment& candidate : contender.candidates) comparison_.bases.experiments[contender.base].with(candidate);
    });
  }

  const std::set<std::string>& files() const override { return comparison_.bases.files; }
  void add_to(Plan& plan) override {
    for_each([&](const Contender& contender) {
      const auto tuning = static_cast<std::int64_t>(contender.candidates.size() * comparison_.tuning_seeds.size());
      const auto evaluation = static_cast<std::int64_t>(comparison_.seeds.size() * (comparison_.tuning_seeds.empty() ? 1 : 2));
      plan.add(comparison_.bases, contender.base, contender.candidates[0], tuning + evaluation);
    });
  }

  Json run(Study& study) override {
    if (!experiment_.compare.tune.is_null()) run_tuning(experiment_, study, comparison_);
    run_evaluation(study, comparison_);
    Json all = summary(comparison_, experiment_);
    study.finish(all, table_of(all));
    if (experiment_.compare.keep != Keep::none) keep_runs(experiment_, study, comparison_);
    return all;
  }

 private:
  void for_each(const std::function<void(const Contender&)>& f) const {
    for (const ComparedProblem& problem : comparison_.problems) {
      for (const Contender& contender : problem.contenders) f(contender);
    }
  }

  const Experiment& experiment_;
  Comparison comparison_;
};

}  // namespace

std::unique_ptr<Procedure> make_comparison(const Experiment& experiment) { return std::make_unique<Comparing>(experiment); }

}  // namespace descent
