#include <algorithm>
#include <numeric>

#include "descent/optim/rule.h"

namespace descent::optim {
namespace {

// w -= min((f − f*)/‖g‖², lr)·g, where f* is the least loss there is      Polyak 1969; bounded: Loizou, Vaswani, Laradji, Lacoste-Julien
// 2021
struct Polyak : RuleOptions {
  Polyak() { lr = 1, decay = Decay::decoupled; }
  Claims claims() const {
    return {{"rotation"},
            {"min_norm"},
            {"group_split", "the norm is that of all parameters of a group together"},
            {"permutation", "the norm rounds differently in another order"}};
  }
  std::string formula() const { return "w -= min((f − f*)/‖g‖², lr)·g"; }

  void update(Flat& flat) const {
    const double square = std::inner_product(flat.g.begin(), flat.g.end(), flat.g.begin(), 0.0);
    if (square == 0) return;
    const double rate = std::min(std::max(flat.loss() - flat.minimum(), 0.0) / square, flat.lr);
    for (std::size_t i = 0; i < flat.w.size(); ++i) flat.w[i] -= rate * flat.g[i];
  }
};

const RegisterOptimizer<Polyak> polyak("polyak", "Polyak 1969");

}  // namespace
}  // namespace descent::optim
