#include "descent/experiment/experiment.h"

#include <algorithm>
#include <filesystem>

#include "descent/data/dataset.h"
#include "descent/experiment/overrides.h"
#include "descent/nn/losses.h"
#include "descent/nn/metrics.h"
#include "descent/nn/module.h"
#include "descent/objective/objective.h"
#include "descent/optim/optimizer.h"
#include "descent/optim/schedule.h"

namespace descent {
namespace {

constexpr const char* kAllowedInNames = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

bool is_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 && name[0] != '.' && name[0] != '-' &&
         name.find_first_not_of(kAllowedInNames) == std::string::npos;
}

std::string name_from(const std::string& path) {
  std::string name = std::filesystem::path(path).stem().string().substr(0, 64);
  for (char& c : name) {
    if (std::string_view(kAllowedInNames).find(c) == std::string_view::npos) c = '_';
  }
  if (name.empty() || name[0] == '.' || name[0] == '-') name.insert(0, 1, '_');
  return name.substr(0, 64);
}

// The errors that no single option can see. `root` is the file.
class Agreement {
 public:
  Agreement(const Experiment& experiment, const Value& root, Diagnostics& diagnostics)
      : e_(experiment), root_(root), diagnostics_(diagnostics) {}

  void check() const {
    if (!is_name(e_.name)) error("name", fmt::format("'{}' is no name: letters, digits, '_', '.' and '-', at most 64", shown(e_.name)));
    if (given("objective") && given("model")) error("model", "there is an objective already");
    if (!given("objective") && !given("model")) error("", "nothing to minimise: give an objective, or a model with data and a loss");
    if (given("objective")) {
      check_objective();
    } else if (given("model")) {
      check_model();
    }
    if (!given("optimizer")) error("", "missing key 'optimizer'", "such as optimizer: {type: adagrad, lr: 0.1}");
    if (!given("train")) error("", "missing key 'train'", "such as train: {steps: 100}");
    const bool has_length = given("train.epochs") || given("train.steps");
    if (given("train") && !has_length && !told("train")) error("train", "give epochs or steps");
    for (const char* section : {"train", "checkpoint.every"}) {
      const std::string epochs = std::string(section) + ".epochs", steps = std::string(section) + ".steps";
      if (given(epochs) && given(steps)) error(steps, "there are epochs already; give one of them");
    }
    check_metrics();
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
  void check_model() const {
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
    const Mark& mark = section == root_.entries.end() ? find_path(root_, path)->mark : section->mark;
    diagnostics_.error(mark, path, std::move(message), std::move(help));
  }

  const Experiment& e_;
  const Value& root_;
  Diagnostics& diagnostics_;
};

bool declares(const std::vector<Option>& options, const std::string& key) {
  return std::any_of(options.begin(), options.end(), [&](const Option& option) { return option.name == key; });
}

// Whether a component of this kind has such an option.
bool declares(const ComponentKind& kind, const std::string& key) {
  const std::vector<std::string> names = kind.names();
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    const auto component = kind.find(name)->make();
    Options options;
    component->options(options);
    return declares(options.list(), key);
  });
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
  option("value", value, kPositive, "largest magnitude of each element of the gradients");
}

void EarlyStop::options(Options& option) {
  option("metric", metric, "what is watched at the end of every epoch, as validation/loss");
  option.required();
  option("patience", patience, kAtLeastOne, "epochs without an improvement after which training stops");
  option("min_delta", min_delta, kNotNegative, "the least change that counts as an improvement");
}

void Target::options(Options& option) {
  option("metric", metric, "what is watched: loss, or split/name");
  option.required();
  option("value", value, kAny, "training stops when the metric is as good");
  option.required();
}

void Train::options(Options& option) {
  option("epochs", epochs, kAtLeastOne, "passes over the training data; give this or steps");
  option("steps", steps, kAtLeastOne, "updates; give this or epochs");
  option("batch_size", batch_size, "an integer >= 1, or full", "rows of a batch", [](Value& value, const Reading& reading) {
    std::int64_t rows = 0;
    if (value.is_scalar() && value.text == "full") return;
    if (!value.is_scalar() || value.quoted || !parse_integer(value.text, rows) || rows < 1)
      refuse(value, reading, "an integer >= 1 or full");
  });
  option("shuffle", shuffle, "go through the rows in a new order each epoch");
  option("drop_last", drop_last, "leave out rows that do not fill a batch");
  option("clip", clip, "limits on the gradients");
  option("early_stop", early_stop, "stop when a metric no longer improves");
  option("target", target, "stop when a metric is good enough");
}

std::int64_t Train::rows_per_batch() const {
  std::int64_t rows = 0;
  if (batch_size.text != "full") parse_integer(batch_size.text, rows);
  return rows;
}

void Log::options(Options& option) {
  option("every", every, kAtLeastOne, "steps between records; by default 1 with an objective, an epoch with a model");
  option("loss", loss, {"mean", "last"}, "of a record: the mean over the steps since the one before, or that of its own step");
  option("step_table", step_table, "print each step with gradient, state and update");
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
  option("version", version, Range{1, 1}, "of the file format");
  option("name", name, "of the folder under runs/; by default the file's");
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
  if (objective) {
    all.erase("metrics");
    for (const char* key : {"batch_size", "shuffle", "drop_last"}) all.find("train")->erase(key);
  }
  return all;
}

Experiment Experiment::load(const std::string& path, const std::vector<std::string>& assignments) {
  Diagnostics diagnostics;
  Value root = load_experiment(path, diagnostics);
  const bool is_whole = diagnostics.empty();  // otherwise what seems to be missing may stand in what could not be read
  if (!root.is_null()) {
    for (const std::string& assignment : assignments) apply_override(root, assignment, diagnostics);
  }
  Experiment experiment;
  experiment.name = name_from(path);
  if (root.find("objective")) experiment.dtype = DType::float64;
  Options options;
  experiment.options(options);
  if (!root.is_null()) {
    options.read(root, {diagnostics, "", section_of});
    if (is_whole) Agreement(experiment, root, diagnostics).check();
  }
  diagnostics.check();
  experiment.source = std::move(root);
  return experiment;
}

}  // namespace descent
