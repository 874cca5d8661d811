#include "descent/experiment/sweep_agreement.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "descent/core/error.h"
#include "descent/experiment/overrides.h"
#include "descent/experiment/setup.h"
#include "descent/experiment/trial.h"

namespace descent {
namespace {

constexpr int kMostTries = 200;           // combinations of the other axes beside a value that is wrong
constexpr std::size_t kMostDraws = 1000;  // that are tried: what is wrong with others is the result of their trials
constexpr std::size_t kEnough = 50;       // errors; only the first 20 are shown

using Items = std::vector<Diagnostics::Item>;

bool same_place(const Diagnostics::Item& a, const Diagnostics::Item& b) {
  return a.path == b.path && a.mark.source == b.mark.source && a.mark.line == b.mark.line && a.mark.column == b.mark.column;
}
bool same(const Diagnostics::Item& a, const Diagnostics::Item& b) { return same_place(a, b) && a.message == b.message; }

// Whether `outer` is `path`, or what stands there holds what stands at `path`.
bool holds(const std::string& outer, const std::string& path) {
  const bool begins = path.compare(0, outer.size(), outer) == 0;
  return begins && (path.size() == outer.size() || path[outer.size()] == '.' || path[outer.size()] == '[');
}

class SweepAgreement {
 public:
  SweepAgreement(const Experiment& experiment, const Value& root, Diagnostics& diagnostics)
      : sweep_(experiment.sweep), experiment_(experiment), root_(root), diagnostics_(diagnostics) {
    add("sweep.grid", sweep_.grid);
    add("sweep.log_grid", sweep_.log_grid);
    add("sweep.zip", sweep_.zip);
    if (const Value* over = find_path(root, "sweep.random.over")) add("sweep.random.over", *over);
  }

  void check() {
    const auto is_of_sweep = [](const auto& item) { return holds("sweep", item.path); };
    if (std::any_of(diagnostics_.items().begin(), diagnostics_.items().end(), is_of_sweep)) return;
    if (paths_.empty()) error("nothing is varied", "such as grid: {optimizer.lr: [0.1, 1]}");
    for (auto path = paths_.begin(); path != paths_.end(); ++path) check_path(path);
    if (sweep_.count() > kMostTrials) error(fmt::format("{} trials; at most {} are possible", sweep_.count(), kMostTrials));
    if (diagnostics_.empty()) check_values();
  }

 private:
  struct Path {
    std::string where, path;
    Mark mark;
  };

  void add(const std::string& where, const Value& map) {
    for (const auto& [path, values, mark] : map.entries) {
      paths_.push_back({where, path, mark});
      marks_[path] = mark;
    }
  }
  void error(std::string message, std::string help = "") const {
    const auto is_it = [](const auto& entry) { return entry.key == "sweep"; };
    const auto sweep = std::find_if(root_.entries.begin(), root_.entries.end(), is_it);
    diagnostics_.error(sweep->mark, "sweep", std::move(message), std::move(help));
  }

  void check_path(std::vector<Path>::const_iterator path) const {
    for (const char* fixed : {"sweep", "compare", "name", "extends", "version"}) {
      if (holds(fixed, path->path)) diagnostics_.error(path->mark, path->where, fmt::format("no trial can change '{}'", fixed));
    }
    const auto meets = [&](const Path& other) { return holds(other.path, path->path) || holds(path->path, other.path); };
    const auto other = std::find_if(paths_.cbegin(), path, meets);
    if (other == path) return;
    const bool is_same = other->path == path->path;
    diagnostics_.error(path->mark, path->where,
                       is_same
                           ? fmt::format("'{}' is varied in {} already", shown(path->path), other->where)
                           : fmt::format("'{}' cannot be varied beside '{}': one holds the other", shown(path->path), shown(other->path)));
  }

  void check_values() {
    const TrialBase base(without_study(root_), experiment_.name);
    axes_ = sweep_.axes();
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
      const bool is_random = axis + 1 == axes_.size() && !sweep_.random.is_null();
      const std::size_t count = is_random ? std::min(kMostDraws, axes_[axis].size()) : axes_[axis].size();
      for (std::size_t point = 0; point < count && diagnostics_.items().size() < kEnough; ++point) {
        for (const auto& item : faults(base, axis, point)) report(blamed(item, base, axes_[axis][point]));
      }
    }
  }
  void report(const Diagnostics::Item& item) const {
    const auto is_known = [&](const auto& other) { return same_place(item, other); };
    if (std::any_of(diagnostics_.items().begin(), diagnostics_.items().end(), is_known)) return;
    diagnostics_.error(item.mark, item.path, item.message, item.help);
  }

  // What the point contradicts may stand far from the sweep: then the point is the place of the error.
  Diagnostics::Item blamed(Diagnostics::Item item, const TrialBase& base, const Assignment& point) const {
    const auto is_there = [&](const Path& path) { return holds(path.path, item.path); };
    if (std::any_of(paths_.begin(), paths_.end(), is_there)) return item;
    const Diagnostics alone = base.try_out(point);
    const auto is_it = [&](const auto& other) { return same(item, other); };
    if (std::none_of(alone.items().begin(), alone.items().end(), is_it)) return item;
    if (!item.path.empty()) item.message = item.path + ": " + item.message;
    item.path = point[0].first;
    item.mark = point[0].second.mark;
    return item;
  }

  // What is wrong with a point of an axis whatever the others say.
  Items faults(const TrialBase& base, std::size_t axis, std::size_t point) const {
    std::vector<std::size_t> at(axes_.size());
    at[axis] = point;
    Items common;
    for (int tries = 0; tries < kMostTries; ++tries) {
      const Items found = fault_of(base, at);
      const auto is_elsewhere = [&](const auto& item) {
        return std::none_of(found.begin(), found.end(), [&](const auto& other) { return same(item, other); });
      };
      if (tries == 0) common = found;
      common.erase(std::remove_if(common.begin(), common.end(), is_elsewhere), common.end());
      if (common.empty() || !advance(at, axis)) break;
    }
    return common;
  }
  Items fault_of(const TrialBase& base, const std::vector<std::size_t>& at) const {
    Assignment set;
    std::vector<Mark> marks;
    for (std::size_t axis = 0; axis < at.size(); ++axis) {
      const Assignment& point = axes_[axis][at[axis]];
      set.insert(set.end(), point.begin(), point.end());
    }
    for (const auto& [path, value] : set) marks.push_back(marks_.at(path));
    return base.try_out(set, marks).items();
  }
  // The next combination of all axes but one; false after the last.
  bool advance(std::vector<std::size_t>& at, std::size_t fixed) const {
    for (std::size_t axis = 0; axis < at.size(); ++axis) {
      if (axis == fixed) continue;
      if (++at[axis] < axes_[axis].size()) return true;
      at[axis] = 0;
    }
    return false;
  }

  const SweepOptions& sweep_;
  const Experiment& experiment_;
  const Value& root_;
  Diagnostics& diagnostics_;
  std::vector<Path> paths_;
  std::unordered_map<std::string, Mark> marks_;
  std::vector<std::vector<Assignment>> axes_;
};

bool has_text(const Value& value) {
  return value.is_text() || std::any_of(value.items.begin(), value.items.end(), has_text) ||
         std::any_of(value.entries.begin(), value.entries.end(), [](const auto& entry) { return has_text(entry.value); });
}

// Takes over the texts that the option has read as paths.
void complete(Value& value, const Value& read) {
  Diagnostics ignored;
  Path path;
  const bool differs = value.is_scalar() && read.is_scalar() && value.text != read.text;
  if (differs && read_path(value, {ignored, ""}, path) && path.text == read.text) value.text = read.text;
  for (std::size_t i = 0; i < std::min(value.items.size(), read.items.size()); ++i) complete(value.items[i], read.items[i]);
  for (Value::Entry& entry : value.entries) {
    if (const Value* its = read.find(entry.key)) complete(entry.value, *its);
  }
}

}  // namespace

void check_sweep_agreement(const Experiment& experiment, const Value& root, Diagnostics& diagnostics) {
  SweepAgreement(experiment, root, diagnostics).check();
}

std::set<std::string> sweep_files(const Experiment& experiment, DataCache& cache) {
  const auto names_file = [](const auto& setting) {
    return (holds("data", setting.first) || holds("model", setting.first)) && has_text(setting.second);
  };
  const auto axes = experiment.sweep.axes();
  std::optional<TrialBase> base;
  std::set<std::string> files;
  for (std::size_t varied = 0; varied < axes.size(); ++varied) {
    for (const Assignment& point : axes[varied]) {
      if (std::none_of(point.begin(), point.end(), names_file)) continue;
      if (!base) base.emplace(without_study(experiment.source), experiment.name);
      Assignment set = point;
      for (std::size_t i = 0; i < axes.size(); ++i) {
        if (i != varied) set.insert(set.end(), axes[i][0].begin(), axes[i][0].end());
      }
      try {
        const Setup setup(base->with(set), &cache);
        files.insert(setup.problem->files().begin(), setup.problem->files().end());
      } catch (const Error& error) {
        if (error.kind() == ErrorKind::data) throw;  // all else may be due to the other axes
      }
    }
  }
  return files;
}

void complete_sweep_paths(Experiment& experiment, const Value& root) {
  SweepOptions& sweep = experiment.sweep;
  std::vector<std::pair<const std::string*, std::vector<Value>*>> axes;
  for (Value* map : {&sweep.grid, &sweep.zip}) {
    for (Value::Entry& entry : map->entries) axes.emplace_back(&entry.key, &entry.value.items);
  }
  if (Value* over = sweep.random.find("over")) {
    for (Value::Entry& entry : over->entries) {
      if (Value* choice = entry.value.find("choice")) axes.emplace_back(&entry.key, &choice->items);
    }
  }
  std::optional<TrialBase> base;
  for (const auto& [path, values] : axes) {
    for (Value& value : *values) {
      if (!has_text(value)) continue;
      if (!base) base.emplace(without_study(root), experiment.name);
      if (const Value read = base->as_read(*path, value); !read.is_null()) complete(value, read);
    }
  }
}

}  // namespace descent
