#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "descent/options/value.h"

namespace descent {

// Collects every error of an experiment file and reports them together, each with its place, its line and a caret:
//   bowl.yaml:7:9: error: optimizer.type: unknown optimizer 'adagrd'
//      7 |   type: adagrd
//        |         ^~~~~~
//     help: did you mean 'adagrad'?
class Diagnostics {
 public:
  struct Item {
    Mark mark;
    std::string path, message, help;
  };

  void error(const Mark& mark, std::string path, std::string message, std::string help = "");
  bool empty() const { return items_.empty(); }
  const std::vector<Item>& items() const { return items_; }

  // The whole report in order of place, under 2,000 bytes: at most 20 errors, then `… and N more`, then `N errors; nothing was run`.
  std::string report() const;
  // Throws Error(invalid) with the report if there is any error.
  void check() const;

 private:
  std::vector<Item> items_;
};

// A value as a message shows it: control and invisible characters escaped, clipped with `…` after `limit` characters.
std::string shown(std::string_view text, std::size_t limit = 60);

// The known name that `name` abbreviates, or that is nearest to it; "" when none is near enough to be meant (at most a third
// of the letters differ).
std::string nearest(std::string_view name, const std::vector<std::string>& known);

// A help line for an unknown name: `did you mean 'adagrad'? known: sgd adagrad …` (the list is clipped).
std::string suggestion(std::string_view name, const std::vector<std::string>& known);

}  // namespace descent
