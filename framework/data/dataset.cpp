#include "descent/data/dataset.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

namespace descent {
namespace {

// `1` is a count and `0.5` a fraction; `1.0` could be meant as either.
void check_amount(Value& amount, const Reading& reading) {
  double number;
  if (!amount.is_scalar() || amount.quoted || !parse_number(amount.text, number)) {
    reading.error(amount, "expected a fraction or a count of rows");
  } else if (number < 0 || (number > 1 && number != std::floor(number))) {
    reading.error(amount, "expected a fraction in (0, 1), a count of rows, or 0");
  } else if (number == 1 && amount.text != "1") {
    reading.error(amount, fmt::format("{} would leave nothing to train on", amount.text), "write 1 for one row");
  }
}

std::int64_t count_of(const Value& amount, std::int64_t rows) {
  double number = 0;
  parse_number(amount.text, number);
  if (number == 0) return 0;
  if (number < 1) return std::max<std::int64_t>(1, std::llround(number * static_cast<double>(rows)));
  return number < static_cast<double>(rows) ? static_cast<std::int64_t>(number) : rows;
}

// Takes the first `count` rows of a random order, sorted again, so that an unshuffled epoch follows the data.
View take(const std::shared_ptr<const Table>& table, std::vector<std::int64_t>& order, std::int64_t count) {
  View view{table, {order.begin(), order.begin() + count}};
  order.erase(order.begin(), order.begin() + count);
  std::sort(view.rows.begin(), view.rows.end());
  return view;
}

// The test rows are drawn first: they do not depend on how many are taken for validation.
Data split_rows(Table&& all, const Split& split, std::uint64_t seed) {
  const std::int64_t rows = all.rows(), test = count_of(split.test, rows), validation = count_of(split.validation, rows);
  if (test + validation >= rows) {
    fail_argument("data.split: {} rows for validation and {} for test leave none of {} to train on", validation, test, rows);
  }
  Data data;
  data.files = all.files;
  data.is_random = test + validation > 0;
  const auto table = std::make_shared<const Table>(std::move(all));
  std::vector<std::int64_t> order(static_cast<std::size_t>(rows));
  std::iota(order.begin(), order.end(), 0);
  if (test + validation > 0) Rng(seed, Stream::split).shuffle(order);
  if (test > 0) data.test = take(table, order, test);
  if (validation > 0) data.validation = take(table, order, validation);
  data.train = take(table, order, static_cast<std::int64_t>(order.size()));
  return data;
}

Shape row_shape(const Tensor& tensor) { return Shape(tensor.shape().begin() + 1, tensor.shape().end()); }

void check_agreement(const char* part, const Table& table, const Table& training) {
  const std::string files = table.files.empty() ? "" : fmt::format(" in {}", shown(table.files.front(), 300));
  if (table.feature_names != training.feature_names) {
    fail(ErrorKind::data, "data.{}: the columns{} are not those of the training data", part, files);
  }
  for (auto member : {&Table::x, &Table::y}) {
    const Shape rows = row_shape(table.*member), expected = row_shape(training.*member);
    if (rows == expected) continue;
    fail(ErrorKind::data, "data.{}: rows{} have shape {}, those of the training data {}", part, files, to_string(rows),
         to_string(expected));
  }
}

std::optional<View> load_part(const Spec& spec, const char* part, const LoadContext& context, Data& data) {
  const Value* differences = spec.options.find(part);
  if (!differences || differences->is_null()) return {};
  Spec own = spec;
  for (const char* shared : {"validation", "test", "split"}) own.options.erase(shared);
  for (const Value::Entry& entry : differences->entries) own.options.set(entry.key, entry.value);
  auto table = std::make_shared<const Table>(make<Dataset>(own)->load(context));
  check_agreement(part, *table, *context.training);
  data.files.insert(data.files.end(), table->files.begin(), table->files.end());
  data.is_random = data.is_random || context.is_random();
  View view{table, std::vector<std::int64_t>(static_cast<std::size_t>(table->rows()))};
  std::iota(view.rows.begin(), view.rows.end(), 0);
  return view;
}

// f(column, value) for every value of the view's rows, row by row.
template <class T, class F>
void for_each_value(const View& view, std::int64_t columns, F&& f) {
  const T* x = view.table->x.data<T>();
  for (std::int64_t row : view.rows) {
    for (std::int64_t j = 0; j < columns; ++j) f(static_cast<std::size_t>(j), static_cast<double>(x[row * columns + j]));
  }
}

// Sums are taken of differences from the first row: a constant column comes out as exactly constant.
template <class T>
void fit(const View& view, std::vector<double>& mean, std::vector<double>& deviation) {
  const std::size_t columns = mean.size();
  const auto width = static_cast<std::int64_t>(columns);
  const auto n = static_cast<double>(view.rows.size());
  const T* first = view.table->x.data<T>() + view.rows.front() * width;
  const std::vector<double> origin(first, first + columns);
  for_each_value<T>(view, width, [&](std::size_t j, double x) { mean[j] += x - origin[j]; });
  for (std::size_t j = 0; j < columns; ++j) mean[j] = origin[j] + mean[j] / n;
  for_each_value<T>(view, width, [&](std::size_t j, double x) { deviation[j] += (x - mean[j]) * (x - mean[j]); });
  for (double& d : deviation) d = d > 0 ? std::sqrt(d / n) : 1;
}

std::string feature(const Standardization& fitted, std::size_t j) {
  return fitted.features.empty() ? fmt::format("feature {}", j) : fmt::format("feature '{}'", shown(fitted.features[j]));
}

template <class T>
void rescale(const Table& table, const Standardization& fitted) {
  T* x = table.x.data<T>();
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    for (std::size_t j = 0; j < fitted.mean.size(); ++j, ++x) {
      *x = static_cast<T>((static_cast<double>(*x) - fitted.mean[j]) / fitted.deviation[j]);
      if (!std::isfinite(*x)) fail_argument("data.standardize: {} overflows in row {}", feature(fitted, j), row);
    }
  }
}

}  // namespace

void Split::options(Options& option) {
  const Value amount = form::either({form::number(kFraction), form::integer(kAtLeastOne)});
  option("validation", validation, "fraction or count", "rows held out for validation", check_amount);
  option.form(amount);
  option("test", test, "fraction or count", "rows held out for the test", check_amount);
  option.form(amount);
}

ComponentKind& Dataset::kind() {
  static ComponentKind kind("dataset", "datasets");
  return kind;
}

void Dataset::options(Options& option) {
  const auto complete = [this](Value& part, const Reading& reading) { complete_part(part, reading); };
  const auto different = [this](Options& keys) {
    source_options(keys);
    keys.require_nothing();
  };
  source_options(option);
  option("standardize", standardize, "scale every feature to mean 0 and deviation 1 over the training rows");
  option("split", split, "rows held out of the data");
  option("validation", validation, "mapping", "separate validation data: the options that differ", complete);
  option.keys(different);
  option("test", test, "mapping", "separate test data: the options that differ", complete);
  option.keys(different);
}

// Checks the given options against the source's and makes their paths absolute.
void Dataset::complete_part(Value& part, const Reading& reading) const {
  const auto dataset = with_defaults();
  Options own;
  dataset->source_options(own);
  own.require_nothing();
  own.read(part, reading);
  const Value complete = own.write();
  for (Value::Entry& entry : part.entries) {
    const Value* value = complete.find(entry.key);
    if (value && value->is_scalar()) entry.value.text = value->text;
  }
}

Data load_data(const Spec& spec, DType dtype, TargetForm form, std::uint64_t seed) {
  const auto dataset = make<Dataset>(spec);
  for (auto [name, held_out, part] : {std::tuple("validation", &dataset->split.validation, &dataset->validation),
                                      std::tuple("test", &dataset->split.test, &dataset->test)}) {
    if (count_of(*held_out, 1) > 0 && !part->is_null()) fail_argument("data: give either `{0}` or `split.{0}`, not both", name);
  }
  const LoadContext context(dtype, form, seed);
  Data data = split_rows(dataset->load(context), dataset->split, seed);
  data.is_random = data.is_random || context.is_random();
  const Table* training = data.train.table.get();
  if (auto view = load_part(spec, "validation", {dtype, form, seed, 1, training}, data)) data.validation = view;
  if (auto view = load_part(spec, "test", {dtype, form, seed, 2, training}, data)) data.test = view;
  if (dataset->standardize) data.standardization = standardize(data);
  return data;
}

Standardization standardize(const Data& data) {
  const Table& training = *data.train.table;
  const auto columns = static_cast<std::size_t>(training.x.size() / training.rows());
  Standardization fitted{training.feature_names, std::vector<double>(columns), std::vector<double>(columns)};
  dispatch(training.x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    fit<T>(data.train, fitted.mean, fitted.deviation);
    for (std::size_t j = 0; j < columns; ++j) {
      if (std::isfinite(fitted.mean[j]) && std::isfinite(fitted.deviation[j])) continue;
      fail_argument("data.standardize: {} is too large to have a mean and a deviation", feature(fitted, j));
    }
    rescale<T>(training, fitted);
    for (const auto& part : {data.validation, data.test}) {
      if (part && part->table != data.train.table) rescale<T>(*part->table, fitted);
    }
  });
  return fitted;
}

const Data& DataCache::load(const Spec& spec, DType dtype, TargetForm form, std::uint64_t seed) {
  constexpr std::int64_t kMostNumbers = 1 << 26;  // features that are kept, of all data sets together
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) {
    const bool fits = e.dtype == dtype && e.form == form && (e.seed == seed || !e.data.is_random);
    return fits && e.spec.type == spec.type && e.spec.options == spec.options;
  });
  if (found != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, found);
    return found->data;
  }
  entries_.push_front({spec, dtype, form, seed, load_data(spec, dtype, form, seed)});
  std::int64_t numbers = 0;
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    numbers += entry->data.train.table->x.size();
    entry = numbers > kMostNumbers && entry != entries_.begin() ? entries_.erase(entry) : std::next(entry);
  }
  return entries_.front().data;
}

}  // namespace descent
