#pragma once
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "descent/autograd/tensor.h"
#include "descent/core/rng.h"
#include "descent/options/registry.h"

namespace descent {

// What the loss needs as targets: numbered classes, numbers, or whichever the data hold.
enum class TargetForm { classes, values, either };

// Examples, one a row.
struct Table {
  Tensor x;                                // (n, features…) in the run's dtype
  Tensor y;                                // (n,) int64 class labels, or (n, k) values in the run's dtype
  std::vector<std::string> feature_names;  // empty where the data name none
  std::string target_name;
  std::vector<std::string> class_names;  // the text of each label; empty with values
  std::vector<std::string> files;        // that were read

  std::int64_t rows() const { return x.size(0); }
  bool classes() const { return y.dtype() == DType::int64; }
};

// Some rows of a shared table, in this order.
struct View {
  std::shared_ptr<const Table> table;
  std::vector<std::int64_t> rows;
};

// What `standardize: true` makes of a feature x: (x - mean) / deviation.
struct Standardization {
  std::vector<std::string> features;    // their names; empty where the data name none
  std::vector<double> mean, deviation;  // of each feature
};

struct Data {
  View train;
  std::optional<View> validation, test;
  std::optional<Standardization> standardization;
  std::vector<std::string> files;  // every file that was read
  bool is_random = false;          // another seed gives others
};

// What a data set must know to load.
class LoadContext {
 public:
  LoadContext(DType own_dtype, TargetForm own_form, std::uint64_t seed = 0, std::uint64_t own_part = 0, const Table* of = nullptr)
      : dtype(own_dtype), form(own_form), part(own_part), training(of), seed_(seed) {}

  DType dtype;
  TargetForm form;
  std::uint64_t part;     // 0 training, 1 validation, 2 test: generators draw each from a stream of its own
  const Table* training;  // for validation and test: their classes are numbered as in training

  // Random numbers of the run's seed. A table that takes none is the same for all seeds, and is shared by trials of all.
  Rng rng(std::uint64_t substream) const {
    is_random_ = true;
    return Rng(seed_, Stream::data, substream);
  }
  bool is_random() const { return is_random_; }

 private:
  std::uint64_t seed_;
  mutable bool is_random_ = false;
};

// The rows that `split` holds out, each a fraction in (0, 1), a count, or 0.
struct Split {
  Value validation = 0, test = 0;
  void options(Options& option);
};

// A data set of an experiment file. Its own options come from a source, see SourceDataset; these are common to all.
class Dataset : public Component {
 public:
  static ComponentKind& kind();
  void options(Options& option) final;
  virtual Table load(const LoadContext& context) const = 0;

  bool standardize = false;
  Split split;
  Value validation, test;  // maps with the source's options that differ, naming separate data; null without

 private:
  virtual void source_options(Options& option) = 0;
  virtual std::unique_ptr<Dataset> with_defaults() const = 0;
  void complete_part(Value& part, const Reading& reading) const;
};

// Makes a data set of a source: a struct with `void options(Options&)` and `Table load(const LoadContext&) const`.
template <class Source>
class SourceDataset final : public Dataset {
 public:
  Table load(const LoadContext& context) const override { return source_.load(context); }

 private:
  void source_options(Options& option) override { source_.options(option); }
  std::unique_ptr<Dataset> with_defaults() const override { return std::make_unique<SourceDataset>(); }
  Source source_;
};

// const RegisterDataset<Csv> csv("csv", "rows of numbers and a target, separated by commas");
template <class Source>
using RegisterDataset = Register<Dataset, SourceDataset<Source>>;

// Loads, splits by an order that is a function of the seed, and standardises. Each part keeps the rows in the order of the data.
// Errors in data are of kind data and name FILE:LINE:COLUMN or FILE and byte.
Data load_data(const Spec& spec, DType dtype, TargetForm form, std::uint64_t seed);

// Loads each data set once for the trials of a sweep, which share it; the ones used longest ago are dropped when they become large.
class DataCache {
 public:
  const Data& load(const Spec& spec, DType dtype, TargetForm form, std::uint64_t seed);

 private:
  struct Entry {
    Spec spec;
    DType dtype;
    TargetForm form;
    std::uint64_t seed;
    Data data;
  };
  std::list<Entry> entries_;  // the latest first
};

// Shifts and scales every feature, in place, to mean 0 and standard deviation 1 over the training rows (the population's deviation, as
// sklearn's StandardScaler); a feature that is constant there is only shifted. Throws when that overflows.
Standardization standardize(const Data& data);

}  // namespace descent
