#include "descent/optim/line_search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>
#include <utility>

namespace descent::optim {
namespace {

constexpr double kArmijo = 1e-4, kCurvature = 0.9;

// The minimum within [low, high] of the cubic through two losses with two slopes; the middle where there is none.
double cubic_minimum(const Probe& a, const Probe& b, double low, double high) {
  const auto& [left, right] = a.t <= b.t ? std::tie(a, b) : std::tie(b, a);
  const double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t), square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const double d2 = std::sqrt(square);
  const double t = right.t - (right.t - left.t) * ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2));
  return t > low ? std::min(t, high) : low;
}

class Search {
 public:
  Search(const std::function<Probe(double)>& probe, const Probe& start, std::int64_t most) : probe_(probe), start_(start), most_(most) {}

  Probe run(double t, double longest, double tolerance_change) {
    bracket(t);
    while (!found_ && evaluations_ < most_ && std::abs(ends_[1].t - ends_[0].t) * longest >= tolerance_change) narrow();
    return std::move(low());
  }

 private:
  Probe at(double t) {
    ++evaluations_;
    return probe_(t);
  }
  // Written so that a NaN is too high.
  bool is_low_enough(const Probe& p) const { return p.loss <= start_.loss + kArmijo * p.t * start_.slope; }
  bool is_flat_enough(const Probe& p) const { return std::abs(p.slope) <= -kCurvature * start_.slope; }

  // Goes ahead until a minimum lies between the last two points.
  void bracket(double t) {
    Probe before = start_, now = at(t);
    for (; evaluations_ < most_; before = std::exchange(now, at(t))) {
      if (!is_low_enough(now) || (evaluations_ > 2 && !(now.loss < before.loss))) return set(std::move(before), std::move(now));
      if (is_flat_enough(now)) return accept(std::move(now));
      if (now.slope >= 0) return set(std::move(before), std::move(now));
      t = cubic_minimum(before, now, now.t + 0.01 * (now.t - before.t), now.t * 10);
    }
    set(start_, std::move(now));
  }
  void set(Probe a, Probe b) {
    ends_ = {std::move(a), std::move(b)};
    find_low();
  }
  void find_low() { low_ = ends_[1].loss < ends_[0].loss || ends_[0].loss != ends_[0].loss ? 1 : 0; }
  void accept(Probe probe) {
    found_ = true;
    low() = std::move(probe);
  }
  Probe& low() { return ends_[low_]; }
  Probe& high() { return ends_[1 - low_]; }

  // Tries the cubic's minimum. Too near an end of the bracket twice in a row, it is moved inwards.
  void narrow() {
    const auto [left, right] = std::minmax({low().t, high().t});
    const double margin = 0.1 * (right - left);
    double t = cubic_minimum(ends_[0], ends_[1], left, right);
    const bool is_near = std::min(right - t, t - left) < margin, is_outside = t >= right || t <= left;
    if (is_near && (was_near_ || is_outside)) {
      t = std::abs(t - right) < std::abs(t - left) ? right - margin : left + margin;
      was_near_ = false;
    } else {
      was_near_ = is_near;
    }
    Probe now = at(t);
    if (!is_low_enough(now) || !(now.loss < low().loss)) {
      high() = std::move(now);
      return find_low();
    }
    if (is_flat_enough(now)) return accept(std::move(now));
    if (now.slope * (high().t - low().t) >= 0) high() = std::move(low());
    low() = std::move(now);
  }

  const std::function<Probe(double)>& probe_;
  const Probe& start_;
  std::array<Probe, 2> ends_{};  // of the bracket
  std::size_t low_ = 0;          // the end with the lower loss
  const std::int64_t most_;
  std::int64_t evaluations_ = 0;
  bool found_ = false, was_near_ = false;
};

}  // namespace

Probe strong_wolfe(const std::function<Probe(double)>& probe, const Probe& start, double t, double longest, double tolerance_change,
                   std::int64_t most) {
  return Search(probe, start, most).run(t, longest, tolerance_change);
}

}  // namespace descent::optim
