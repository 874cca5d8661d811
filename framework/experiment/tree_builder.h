#pragma once
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "descent/experiment/places.h"
#include "descent/options/diagnostics.h"
#include "descent/options/value.h"

namespace descent {

// Thrown after the report of an error behind which nothing can be read.
struct Unreadable {};

// Receives yaml-cpp's events and builds a tree of values with their places. It refuses what parse_yaml() refuses and leaves it out.
class TreeBuilder : public YAML::EventHandler {
 public:
  // The text that yaml-cpp reads begins at byte `from` of the source.
  TreeBuilder(const Places& places, std::size_t from, Diagnostics& diagnostics) : places_(places), from_(from), diagnostics_(diagnostics) {}

  Value& root() { return root_; }
  std::size_t last_scalar() const { return last_scalar_; }  // where it starts
  std::size_t offset(const YAML::Mark& mark) const;
  void report(std::size_t at, std::string message, std::string help = "");
  [[noreturn]] void stop(std::size_t at, std::string message, std::string help = "");

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& text) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override;
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override;
  void OnMapEnd() override { end(); }

 private:
  // A list or map that is not closed yet.
  struct Open {
    Value value;
    std::unordered_map<std::string, Mark> keys;
    std::string key;  // whose value comes next
    Mark key_mark;
    bool has_key = false, skips = false;  // skips: its value is read but left out
  };

  bool expects_key() const { return !open_.empty() && open_.back().value.is_map() && !open_.back().has_key; }
  void check_properties(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor);
  const char* problem_of(std::size_t at, const std::string& text) const;
  std::size_t length_of(std::size_t at, const std::string& text) const;
  void begin(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Value::Kind kind);
  void end();
  void add_key(const Value& scalar);
  void add(Value value);
  void skip();

  const Places& places_;
  std::size_t from_, last_scalar_ = from_;
  Diagnostics& diagnostics_;
  Value root_;
  std::vector<Open> open_;
  std::size_t values_ = 0;
  int documents_ = 0;
};

}  // namespace descent
