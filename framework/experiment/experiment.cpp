#include "descent/experiment/experiment.h"

#include <algorithm>
#include <filesystem>

#include "descent/data/dataset.h"
#include "descent/experiment/agreement.h"
#include "descent/experiment/overrides.h"
#include "descent/experiment/sweep_agreement.h"
#include "descent/nn/losses.h"
#include "descent/nn/metrics.h"
#include "descent/nn/module.h"
#include "descent/objective/objective.h"
#include "descent/optim/optimizer.h"
#include "descent/optim/schedule.h"

namespace descent {
namespace {

constexpr const char* kAllowedInNames = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

std::string name_from(const std::string& path) {
  std::string name = std::filesystem::path(path).stem().string().substr(0, 64);
  for (char& c : name) {
    if (std::string_view(kAllowedInNames).find(c) == std::string_view::npos) c = '_';
  }
  if (name.empty() || name[0] == '.' || name[0] == '-') name.insert(0, 1, '_');
  return name.substr(0, 64);
}

// The rows of a batch, 0 for all.
bool parse_rows(const Value& value, std::int64_t& rows) {
  rows = 0;
  if (!value.is_scalar() || value.text == "full") return value.is_scalar();
  return !value.quoted && parse_integer(value.text, rows) && rows >= 1;
}

bool declares(const std::vector<Option>& options, const std::string& key) {
  return std::any_of(options.begin(), options.end(), [&](const Option& option) { return option.name == key; });
}

// Whether a component of this kind has such an option.
bool declares(const ComponentKind& kind, const std::string& key) {
  const std::vector<std::string> names = kind.names();
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return declares(Declared(kind.find(name)->make()).options.list(), key); });
}

std::string section_among(const std::vector<Option>& options, const std::string& prefix, const std::string& key) {
  for (const Option& option : options) {
    if (declares(option.section, key) || (option.kind && declares(*option.kind, key))) return prefix + option.name;
  }
  for (const Option& option : options) {
    const std::string inner = section_among(option.section, prefix + option.name + '.', key);
    if (!inner.empty()) return inner;
  }
  return "";
}

// The section of an experiment that a key belongs in, for keys that stand elsewhere; "/" is the top level, "" none.
std::string section_of(const std::string& key) {
  Experiment experiment;
  Options options;
  experiment.options(options);
  return declares(options.list(), key) ? "/" : section_among(options.list(), "", key);
}

}  // namespace

void Clip::options(Options& option) {
  option("norm", norm, kPositive, "largest norm of all gradients together; they are scaled down to it");
  option("tensor_norm", tensor_norm, kPositive, "largest norm of each parameter's gradient");
  option("value", value, kPositive, "largest magnitude of each element of the gradients");
  option("style", style, {"pytorch", "exact"}, "scale by limit / (norm + 1e-6), or to the limit exactly");
}

void EarlyStop::options(Options& option) {
  option("metric", metric, "what is watched at the end of every epoch, as validation/loss");
  option.required();
  option("patience", patience, kAtLeastOne, "epochs without an improvement after which training stops");
  option("min_delta", min_delta, kNotNegative, "the least change that counts as an improvement");
}

void Train::options(Options& option) {
  option("epochs", epochs, kAtLeastOne, "passes over the training data; give this or steps");
  option("steps", steps, kAtLeastOne, "updates; give this or epochs");
  option("batch_size", batch_size, "an integer >= 1, or full", "rows of a batch", [](Value& value, const Reading& reading) {
    std::int64_t rows;
    if (!parse_rows(value, rows)) refuse(value, reading, "an integer >= 1 or full");
  });
  option.form(form::either({form::integer(kAtLeastOne), form::choice({"full"})}));
  option("shuffle", shuffle, "go through the rows in a new order each epoch");
  option("drop_last", drop_last, "leave out rows that do not fill a batch");
  option("clip", clip, "limits on the gradients");
  option("early_stop", early_stop, "stop when a metric no longer improves");
  option("target", target, "stop when a metric is good enough");
}

std::int64_t Train::rows_per_batch() const {
  std::int64_t rows;
  parse_rows(batch_size, rows);
  return rows;
}

void Log::options(Options& option) {
  option("every", every, kAtLeastOne, "steps between records; by default 1 with an objective, an epoch with a model");
  option("loss", loss, {"mean", "last"}, "of a record: the mean over the steps since the one before, or that of its own step");
  option("step_table", step_table, "print each step with gradient, state and update");
  option("effective_lr", effective_lr, "quantiles of |update|/|gradient| of every parameter");
  option("regret", regret, "of an objective whose best point is known: what has been lost against it; with adagrad also the bound");
}

void CheckpointEvery::options(Options& option) {
  option("epochs", epochs, kAtLeastOne, "epochs between checkpoints");
  option("steps", steps, kAtLeastOne, "steps between checkpoints");
}

void CheckpointOptions::options(Options& option) {
  option("every", every, "when to save");
  option("keep", keep, kAtLeastOne, "how many of the latest checkpoints stay");
  option("best", best, "also keep the one that is best by this metric, as validation/loss");
}

void Experiment::options(Options& option) {
  option("extends", extends, "path", "an experiment file that this one changes", [](Value& value, const Reading& reading) {
    reading.error(value, "only a file extends another");  // in a file it is read before the options are
  });
  option.form(form::text());
  option("version", version, Range{1, 1}, "of the file format");
  option("name", name, "of the folder under runs/; by default the file's");
  option.form(Value::map({{"type", "string"}, {"pattern", kNamePattern}}));
  option("seed", seed, "of everything random");
  option("dtype", dtype, {"float32", "float64"}, "of all numbers; by default float32 with a model, float64 with an objective");
  option("threads", threads, Range{1, 1024}, "of BLAS; more than 1 may change the last bits");
  option("objective", objective, Objective::kind(), "a function to minimise");
  option("data", data, Dataset::kind(), "what the model is trained on");
  option("model", model, nn::Model::kind(), "what is trained");
  option("loss", loss, nn::Loss::kind(), "what training minimises");
  option("metrics", metrics, nn::Metric::kind(), "what else is measured on held-out data");
  option("optimizer", optimizer, optim::Optimizer::kind(), "how parameters are updated");
  option("schedule", schedule, optim::Schedule::kind(), "how the learning rate changes");
  option("train", train, "how long, and on what batches");
  option("log", log, "what is recorded");
  option("checkpoint", checkpoint, "when the parameters are saved");
  option("sweep", sweep, "runs this experiment many times, with other values");
  option("compare", compare, "runs this experiment with several optimizers, tuned alike, and says which is best");
  option("gradcheck", gradcheck, "check the gradient of every operation on the first batch before training");
}

Value Experiment::resolved() const {
  Experiment copy = *this;
  Options options;
  copy.options(options);
  Value all = options.write();
  for (const char* unused : {"early_stop", "target"}) {
    Value* section = all.find("train")->find(unused);
    if (section && section->find("metric")->text.empty()) all.find("train")->erase(unused);
  }
  for (const char* key : {"name", "best"}) {
    Value* section = key == std::string("best") ? all.find("checkpoint") : &all;
    if (const Value* text = section->find(key); text && text->text.empty()) section->erase(key);
  }
  for (const char* study : {"sweep", "compare"}) {
    if (!source.find(study)) all.erase(study);
  }
  if (objective) {
    all.erase("metrics");
    for (const char* key : {"batch_size", "shuffle", "drop_last"}) all.find("train")->erase(key);
  }
  if (source.find("compare")) all.erase("optimizer");
  if (!compare.problems.is_null()) {
    for (const char* key : {"seed", "dtype", "metrics", "train", "log", "checkpoint", "gradcheck"}) all.erase(key);
  }
  return all;
}

namespace {

// Reads what a file says. `is_whole`: nothing of it was unreadable.
Experiment read_root(Value root, const std::string& name, bool is_whole, Diagnostics& diagnostics) {
  Experiment experiment;
  experiment.name = name;
  if (root.find("objective")) experiment.dtype = DType::float64;
  Options options;
  experiment.options(options);
  if (!root.is_null()) {
    options.read(root, {diagnostics, "", section_of});
    if (is_whole && (diagnostics.empty() || !root.find("compare"))) check_agreement(experiment, root, diagnostics);
  }
  diagnostics.check();
  complete_sweep_paths(experiment, root);
  experiment.source = std::move(root);
  return experiment;
}

}  // namespace

Experiment Experiment::load(const std::string& path, const std::vector<std::string>& assignments) {
  Diagnostics diagnostics;
  Value root = load_experiment(path, diagnostics);
  const bool is_whole = diagnostics.empty();  // otherwise what seems to be missing may stand in what could not be read
  if (!root.is_null()) {
    for (const std::string& assignment : assignments) apply_override(root, assignment, diagnostics);
  }
  return read_root(std::move(root), name_from(path), is_whole, diagnostics);
}

Experiment Experiment::read(Value root, const std::string& name) {
  Diagnostics diagnostics;
  return read_root(std::move(root), name, true, diagnostics);
}

}  // namespace descent
