#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "descent/options/options.h"

// Components register themselves by name, one file each:
//   const Register<nn::Model, Mlp> mlp("mlp", "linear layers with an activation between them");
namespace descent {

// What can be chosen by `type:` in an experiment file: an optimizer, a layer, a data set, …
struct Component {
  virtual ~Component() = default;
  // Comes before the options are read: may change their defaults by what is given.
  virtual void preset(const Value& /*given*/) {}
  virtual void options(Options&) {}
  // Reports what is wrong with the options together, once each of them is right: `nesterov needs a momentum`. `given` is the map as
  // written.
  virtual void check_options(const Value& /*given*/, const Reading&) const {}
};

// A component and its options, which are bound to it.
struct Declared {
  explicit Declared(std::unique_ptr<Component> made) : component(std::move(made)) { component->options(options); }
  std::unique_ptr<Component> component;
  Options options;
};

// All components of one kind, by name.
class ComponentKind {
 public:
  struct Entry {
    std::string name, meaning;                         // meaning: one line, or the reference
    std::function<std::unique_ptr<Component>()> make;  // with its defaults
  };

  // `singular` and `plural` as in messages and in `descent list`: "optimizer", "optimizers".
  ComponentKind(std::string singular, std::string plural);
  ~ComponentKind();
  ComponentKind(const ComponentKind&) = delete;
  ComponentKind& operator=(const ComponentKind&) = delete;
  const std::string& singular() const { return singular_; }
  const std::string& plural() const { return plural_; }

  // Works before main(), where nobody would catch an exception: that a name is taken is told later, by check().
  void add(Entry entry);
  // Throws when two were added by one name; so does make().
  void check() const;
  const Entry* find(const std::string& name) const;
  std::vector<std::string> names() const;  // sorted

  // Reads `name`, or a map with `type:` and options beside it. Reports what is wrong; the result is complete with every default.
  Spec read(const Value& value, const Reading& reading) const;
  // A new component with the options of a checked spec.
  std::unique_ptr<Component> make(const Spec& spec) const;
  // From C++: make("adagrad", {{"lr", 0.1}}). Throws Error(invalid) that lists what is wrong.
  std::unique_ptr<Component> make(const std::string& name, const Value& options) const;

  // All kinds, in the order of `descent list`: by their plural.
  static const std::vector<const ComponentKind*>& all();

 private:
  // The registered name that `value` chooses, or "" after reporting.
  std::string type_of(const Value& value, const Reading& reading) const;
  std::string singular_, plural_, taken_;
  std::map<std::string, Entry> entries_;
};

// The kind of a base class, which declares `static ComponentKind& kind();`.
template <class Base, class Derived>
struct Register {
  // `preset` changes defaults: RegisterOptimizer<Sgd> momentum("momentum", "Polyak 1964", [](auto& o) { o.rule.momentum = 0.9; });
  Register(const char* name, const char* meaning, std::function<void(Derived&)> preset = nullptr) {
    Base::kind().add({name, meaning, [preset = std::move(preset)] {
                        auto component = std::make_unique<Derived>();
                        if (preset) preset(*component);
                        return component;
                      }});
  }
};

// make<Optimizer>(spec), make<Optimizer>("adagrad", {{"lr", 0.1}}).
template <class Base>
std::unique_ptr<Base> make(const Spec& spec) {
  return std::unique_ptr<Base>(static_cast<Base*>(Base::kind().make(spec).release()));
}
template <class Base>
std::unique_ptr<Base> make(const std::string& name, OptionList options = {}) {
  return std::unique_ptr<Base>(static_cast<Base*>(Base::kind().make(name, Value::map(options)).release()));
}

}  // namespace descent
