#include "descent/nn/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "descent/autograd/ops.h"
#include "descent/core/math.h"

namespace descent::nn {

ComponentKind& Metric::kind() {
  static ComponentKind kind("metric", "metrics");
  return kind;
}

namespace {

// Whether the target holds classes and the output a score for each.
bool scores_per_class(const Tensor& output, const Tensor& target) {
  return target.dtype() == DType::int64 && output.rank() == 2 && output.shape() != target.shape() && output.size(1) > 1;
}

void check_sizes(const char* metric, std::int64_t outputs, const Tensor& output, const Tensor& target) {
  if (outputs == target.size() && output.size(0) == target.size(0)) return;
  fail_argument("{}: output {} does not fit target {}", metric, to_string(output.shape()), to_string(target.shape()));
}

struct Average : Metric {
  void reset() override { sum = count = 0; }
  double value() const override { return sum / count; }
  double sum = 0, count = 0;
};

struct Accuracy : Average {
  std::optional<double> threshold;
  double of_loss = 0;
  void options(Options& option) override {
    option("threshold", threshold, kAny, "a single output above it means class 1; by default 0 if the loss takes logits, else 0.5");
  }
  void set_threshold(double value) override { of_loss = value; }
  bool higher_is_better() const override { return true; }

  void update(const Tensor& output, const Tensor& target) override {
    const std::int64_t columns = scores_per_class(output, target) ? output.size(1) : 1;
    check_sizes("accuracy", output.size() / columns, output, target);
    const std::vector<double> x = output.to_vector();
    for (std::int64_t i = 0; i < target.size(); ++i) {
      const auto row = x.begin() + i * columns;
      const bool correct = columns > 1 ? std::max_element(row, row + columns) - row == static_cast<std::int64_t>(target.at(i))
                                       : (*row > threshold.value_or(of_loss)) == (target.at(i) > 0);
      sum += correct ? 1 : 0;
    }
    count += static_cast<double>(target.size());
  }
};

// The mean over all elements of a function of their errors.
template <class Error>
void add_errors(Average& average, const char* metric, const Tensor& output, const Tensor& target, Error error) {
  check_sizes(metric, output.size(), output, target);
  for (std::int64_t i = 0; i < output.size(); ++i) average.sum += error(output.at(i) - target.at(i));
  average.count += static_cast<double>(output.size());
}

struct Mae : Average {
  void update(const Tensor& output, const Tensor& target) override {
    add_errors(*this, "mae", output, target, [](double d) { return std::fabs(d); });
  }
};

struct Rmse : Average {
  void update(const Tensor& output, const Tensor& target) override {
    add_errors(*this, "rmse", output, target, [](double d) { return d * d; });
  }
  double value() const override { return std::sqrt(Average::value()); }
};

struct Perplexity : Average {
  void update(const Tensor& output, const Tensor& target) override {
    const NoGrad no_grad;
    const auto samples = static_cast<double>(target.size());
    sum += cross_entropy(output, target).item() * samples;
    count += samples;
  }
  double value() const override { return math::exp(Average::value()); }
};

// 1 - Σ(x - y)² / Σ(y - ȳ)², averaged over the columns; Σ(y - ȳ)² by Welford's updates.
struct R2 : Metric {
  struct Column {
    double count = 0, mean = 0, spread = 0, error = 0;
  };
  std::vector<Column> columns;

  void reset() override { columns.clear(); }
  bool higher_is_better() const override { return true; }

  void update(const Tensor& output, const Tensor& target) override {
    check_sizes("r2", output.size(), output, target);
    columns.resize(static_cast<std::size_t>(target.rank() > 1 ? target.size() / target.size(0) : 1));
    for (std::int64_t i = 0; i < target.size(); ++i) {
      Column& column = columns[static_cast<std::size_t>(i) % columns.size()];
      const double y = target.at(i), d = y - column.mean;
      column.mean += d / ++column.count;
      column.spread += d * (y - column.mean);
      column.error += (output.at(i) - y) * (output.at(i) - y);
    }
  }

  double value() const override {
    double sum = 0;
    for (const Column& column : columns) sum += 1 - column.error / column.spread;
    return sum / static_cast<double>(columns.size());
  }
};

// The area under the receiver's operating curve of a binary classifier: the probability that a positive scores above a negative one, ties
// counting half, from the sum of the positives' ranks.
struct Auc : Metric {
  std::vector<std::pair<double, bool>> scores;  // and whether positive

  void reset() override { scores.clear(); }
  bool higher_is_better() const override { return true; }

  void update(const Tensor& output, const Tensor& target) override {
    const bool two = scores_per_class(output, target);
    const std::int64_t targets = target.rank() > 1 ? target.size(1) : 1;
    if (two && output.size(1) > 2) fail_argument("auc: needs two classes, got {}", output.size(1));
    if (targets > 1) fail_argument("auc: needs one target, got {}", targets);
    check_sizes("auc", two ? output.size(0) : output.size(), output, target);
    for (std::int64_t i = 0; i < target.size(); ++i) {
      scores.emplace_back(two ? output.at(2 * i + 1) - output.at(2 * i) : output.at(i), target.at(i) > 0);
    }
  }

  double value() const override {
    const auto unordered = [](const auto& entry) { return std::isnan(entry.first); };
    if (std::any_of(scores.begin(), scores.end(), unordered)) return std::numeric_limits<double>::quiet_NaN();
    auto sorted = scores;
    std::sort(sorted.begin(), sorted.end());
    double ranks = 0, positives = 0;
    for (auto first = sorted.begin(), last = first; first != sorted.end(); first = last) {
      last = std::find_if(first, sorted.end(), [&](const auto& entry) { return entry.first != first->first; });
      const auto tied = static_cast<double>(std::count_if(first, last, [](const auto& entry) { return entry.second; }));
      const auto mean_rank = 0.5 * static_cast<double>((first - sorted.begin()) + (last - sorted.begin()) + 1);
      ranks += tied * mean_rank;
      positives += tied;
    }
    return (ranks - positives * (positives + 1) / 2) / (positives * (static_cast<double>(sorted.size()) - positives));
  }
};

const Register<Metric, Accuracy> accuracy("accuracy", "share of samples whose class is predicted");
const Register<Metric, Mae> mae("mae", "mean absolute error");
const Register<Metric, Rmse> rmse("rmse", "root of the mean squared error");
const Register<Metric, R2> r2("r2", "coefficient of determination, averaged over the columns");
const Register<Metric, Auc> auc("auc", "area under the ROC curve, two classes");
const Register<Metric, Perplexity> perplexity("perplexity", "exp of the mean cross-entropy");

}  // namespace
}  // namespace descent::nn
