#include "descent/optim/rule.h"

namespace descent::optim {

void RuleOptions::options(Options& option) {
  option("lr", lr, kNotNegative, "learning rate");
  option("weight_decay", weight_decay, kNotNegative, "strength of the pull towards zero");
  if (decay != Decay::own) {
    option("decay", decay, {"l2", "decoupled", "none"},
           "how: g += weight_decay·w; w *= 1 - lr·weight_decay before the update; none: the dialect defines no decay");
  }
  option("maximize", maximize, "ascend instead of descend");
}

Adjustment RuleOptions::adjustment(double rate) const {
  const bool is_l2 = decay == Decay::l2, is_decoupled = decay == Decay::decoupled;
  return {is_l2 ? weight_decay : 0, is_decoupled ? 1 - rate * weight_decay : 1, maximize ? -1.0 : 1.0};
}

void check_decay(const RuleOptions& rule, const Value& given, const Reading& reading) {
  const Value* asked = given.find("weight_decay");
  if (rule.decay != RuleOptions::Decay::none || rule.weight_decay == 0 || !asked) return;
  reading.at("weight_decay").error(*asked, "the dialect defines no weight decay", "say how: decay: l2, or decay: decoupled");
}

}  // namespace descent::optim
