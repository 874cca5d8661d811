#pragma once
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "descent/experiment/json.h"
#include "descent/optim/optimizer.h"
#include "tests/temporary_folder.h"

// The reference files of tests/optim/golden, and a parameter that follows them.
namespace descent::test {

using Numbers = std::vector<double>;

inline Json golden(const std::string& name) { return parse_json(slurp(DESCENT_SOURCE_DIR "/tests/optim/golden/" + name)); }

inline Value to_value(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_string()) return json.get<std::string>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  Value value = json.is_array() ? Value::list({}) : Value::map();
  for (const auto& [key, item] : json.items()) {
    if (json.is_array()) {
      value.items.push_back(to_value(item));
    } else {
      value.set(key, to_value(item));
    }
  }
  return value;
}

inline Tensor parameter(const Numbers& values, DType dtype = DType::float64) {
  return tensor({static_cast<std::int64_t>(values.size())}, values, dtype).set_requires_grad();
}

inline std::unique_ptr<optim::Optimizer> make_optimizer(const std::string& type, const Value& options, const Tensor& w) {
  std::unique_ptr<optim::Optimizer> optimizer(static_cast<optim::Optimizer*>(optim::Optimizer::kind().make(type, options).release()));
  optimizer->add_parameters({{"w", w}});
  return optimizer;
}

inline void step(optim::Optimizer& optimizer, Tensor w, const Numbers& gradient) {
  optimizer.zero_grad();
  w.backward(tensor(w.shape(), gradient, w.dtype()));
  optimizer.step();
}

// Of the references: four orders of magnitude, both signs.
inline double golden_gradient(int t, int i) { return std::sin(1.7 * t + 0.9 * i) * std::pow(10, (t + i) % 5 - 3); }

}  // namespace descent::test
