#include <algorithm>

#include "descent/optim/schedule.h"

namespace descent::optim {
namespace {

// A schedule made of others, whose time it counts.
class Composed : public Schedule {
 public:
  void options(Options& option) override {
    Schedule::options(option);
    option("schedules", specs_, Schedule::kind(), "its parts; time is counted in the whole's unit");
    option.required();
  }
  void check_options(const Value& given, const Reading& reading) const override {
    const Value& list = *given.find("schedules");
    if (specs_.empty()) reading.at("schedules").error(list, "there is no schedule");
    bool has_plateau = false;
    for (std::size_t i = 0; i < specs_.size(); ++i) {
      const Reading at = reading.at("schedules").at(i);
      const auto plain = Schedule::kind().find(specs_[i].type)->make();
      if (part(i).unit != static_cast<const Schedule&>(*plain).unit)
        at.error(list.items[i], "the unit is that of the whole", "put it there");
      if (part(i).plateau() && has_plateau) at.error(list.items[i], "there is a plateau already");
      has_plateau = has_plateau || part(i).plateau();
    }
  }
  Plateau* plateau() override {
    Plateau* found = nullptr;
    for (std::size_t i = 0; i < specs_.size() && !found; ++i) found = part(i).plateau();
    return found;
  }

 protected:
  std::size_t size() const { return specs_.size(); }
  // Made when it is first asked for, once the options are read.
  Schedule& part(std::size_t i) const {
    while (parts_.size() <= i) parts_.push_back(make<Schedule>(specs_[parts_.size()]));
    return *parts_[i];
  }

 private:
  std::vector<Spec> specs_;
  mutable std::vector<std::unique_ptr<Schedule>> parts_;
};

// Each part changes the rate that the one before it gives: factors multiply.
class Product : public Composed {
 public:
  void prepare(std::int64_t total) override {
    for (std::size_t i = 0; i < size(); ++i) part(i).prepare(total);
  }
  double rate(double lr, std::int64_t time) const override {
    for (std::size_t i = 0; i < size(); ++i) lr = part(i).rate(lr, time);
    return lr;
  }
  // That of the last part that sets one.
  std::optional<double> momentum(std::int64_t time) const override {
    std::optional<double> result;
    for (std::size_t i = 0; i < size(); ++i) {
      if (const auto momentum = part(i).momentum(time)) result = momentum;
    }
    return result;
  }
};

// One part after the other; each begins its time at its milestone.
class Sequence : public Composed {
 public:
  void options(Options& option) override {
    Composed::options(option);
    option("milestones", milestones_, kAtLeastOne, "when each part but the first begins");
    option.required();
  }
  void check_options(const Value& given, const Reading& reading) const override {
    Composed::check_options(given, reading);
    const auto error = [&](const char* message) { reading.at("milestones").error(*given.find("milestones"), message); };
    if (milestones_.size() + 1 != size()) error("there must be one less than schedules");
    const auto does_not_rise = [](std::int64_t a, std::int64_t b) { return a >= b; };
    if (std::adjacent_find(milestones_.begin(), milestones_.end(), does_not_rise) != milestones_.end()) error("they must increase");
  }
  void prepare(std::int64_t total) override {
    for (std::size_t i = 0; i < size(); ++i) {
      part(i).prepare(std::max<std::int64_t>(1, (i < milestones_.size() ? milestones_[i] : total) - start(i)));
    }
  }
  double rate(double lr, std::int64_t time) const override {
    const auto i = static_cast<std::size_t>(std::upper_bound(milestones_.begin(), milestones_.end(), time) - milestones_.begin());
    return part(i).rate(lr, time - start(i));
  }
  // A part that leaves the momentum alone keeps the last one before it, or the first after it, as in PyTorch, where schedules that cycle
  // the momentum set it when they are made.
  std::optional<double> momentum(std::int64_t time) const override {
    std::optional<double> result;
    for (std::size_t i = 0; i < size() && (start(i) <= time || !result); ++i) {
      const std::int64_t now = i < milestones_.size() ? std::min(time, milestones_[i] - 1) : time;
      const auto momentum = part(i).momentum(std::max<std::int64_t>(0, now - start(i)));
      if (momentum) result = momentum;
    }
    return result;
  }

 private:
  std::int64_t start(std::size_t i) const { return i == 0 ? 0 : milestones_[i - 1]; }
  std::vector<std::int64_t> milestones_;
};

const Register<Schedule, Product> product("product", "each schedule changes the rate that the one before it gives");
const Register<Schedule, Sequence> sequence("sequence", "torch.optim.lr_scheduler.SequentialLR: one schedule after the other");

}  // namespace
}  // namespace descent::optim
