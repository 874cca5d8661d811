#include "descent/options/diagnostics.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <tuple>

#include "descent/core/error.h"
#include "descent/options/utf8.h"

namespace descent {
namespace {

constexpr std::size_t kLongWord = 4;
constexpr std::size_t kMaxBytes = 1999, kMaxShown = 20, kLineWidth = 100, kHelpWidth = 150, kListWidth = 400;

std::string_view line_of(std::string_view text, int line) {
  for (; line > 1 && !text.empty(); --line) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  text = text.substr(0, text.find('\n'));
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  return text;
}

// The line with carets under the token; of a long line, what surrounds it.
std::string excerpt(const Mark& mark) {
  if (!mark.source || mark.source->text.empty() || mark.line < 1 || mark.column < 1) return "";
  const std::string_view line = line_of(mark.source->text, mark.line);
  const auto column = static_cast<std::size_t>(mark.column - 1);
  const std::size_t first = line.size() > kLineWidth && column > kLineWidth / 2 ? column - kLineWidth / 2 : 0;
  const std::size_t from = byte_of_character(line, first);
  const std::size_t token = from + byte_of_character(line.substr(from), column - first);
  const std::size_t stop = from + byte_of_character(line.substr(from), kLineWidth);
  const std::size_t end = std::min(stop, token + byte_of_character(line.substr(token), static_cast<std::size_t>(std::max(mark.length, 1))));
  const auto part = [&](std::size_t a, std::size_t b) { return shown(line.substr(a, b - a), std::string::npos); };
  const std::string before = (from > 0 ? "…" : "") + part(from, token),
                    carets(std::max<std::size_t>(1, count_characters(part(token, end))), '^');
  const std::string number = fmt::format("{:4}", mark.line), margin(number.size(), ' '), gap(count_characters(before), ' ');
  return fmt::format("\n{} | {}{}{}\n{} | {}{}", number, before, part(token, stop), stop < line.size() ? "…" : "", margin, gap, carets);
}

std::string headline(const Diagnostics::Item& item) {
  const Mark& mark = item.mark;
  std::string text;
  if (mark.source) text = fmt::format("{}:{}:{}: error: ", shown(mark.source->name, 80), mark.line, mark.column);
  if (!item.path.empty()) text += shown(item.path, 80) + ": ";
  return text + shown(item.message, 200);
}

// The line and the help. Lists of names are long: they take what is left of `bytes`.
std::string details(const Diagnostics::Item& item, std::size_t bytes) {
  const std::string line = excerpt(item.mark), help = "\n  help: ";
  const std::size_t taken = line.size() + help.size() + std::string_view("…").size();
  return line + (item.help.empty() ? "" : help + shown(item.help, std::max(kHelpWidth, bytes - std::min(bytes, taken))));
}

// Sources in the order in which they were first complained about; each from its top.
std::vector<const Diagnostics::Item*> in_order(const std::vector<Diagnostics::Item>& items) {
  std::vector<const Source*> sources;
  std::vector<std::tuple<std::ptrdiff_t, int, int, const Diagnostics::Item*>> order;
  for (const Diagnostics::Item& item : items) {
    const auto source = std::find(sources.begin(), sources.end(), item.mark.source.get());
    order.emplace_back(source - sources.begin(), item.mark.line, item.mark.column, &item);
    if (source == sources.end()) sources.push_back(item.mark.source.get());
  }
  std::sort(order.begin(), order.end());  // the address comes last: items at the same place keep their order
  std::vector<const Diagnostics::Item*> sorted;
  for (const auto& entry : order) sorted.push_back(std::get<3>(entry));
  return sorted;
}

char folded(char c) { return c == '-' ? '_' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// As `wd` are those of `weight_decay`; of words that are worth an abbreviation.
bool are_initials(std::string_view letters, std::string_view name) {
  std::string initials;
  for (std::size_t begin = 0, end; begin <= name.size(); begin = end + 1) {
    end = std::min(name.find('_', begin), name.size());
    if (end - begin < kLongWord) return false;
    initials += name[begin];
  }
  return letters.size() > 1 && letters == initials;
}

template <class Predicate>
std::string only_one(const std::vector<std::string>& names, const Predicate& is_meant) {
  const auto first = std::find_if(names.begin(), names.end(), is_meant);
  return first == names.end() || std::any_of(first + 1, names.end(), is_meant) ? "" : *first;
}

// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (optimal string alignment); case does not count.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, above(b.size() + 1), row(b.size() + 1);
  std::iota(above.begin(), above.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = folded(a[i - 1]) == folded(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + !same});
      const bool swapped = i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) && folded(a[i - 2]) == folded(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = std::exchange(above, row);
  }
  return above[b.size()];
}

// The one with the fewest changes, of at most a third of the letters.
std::string least_changed(std::string_view name, const std::vector<std::string>& known) {
  std::string best;
  std::size_t least = name.size() + 1;
  for (const std::string& candidate : known) {
    const std::size_t longer = std::max(name.size(), candidate.size()), allowed = longer / 3;
    if (longer - std::min(name.size(), candidate.size()) > allowed) continue;
    const std::size_t changes = distance(name, candidate);
    if (changes > allowed || changes >= least) continue;
    least = changes;
    best = candidate;
  }
  return best;
}

}  // namespace

void Diagnostics::error(const Mark& mark, std::string path, std::string message, std::string help) {
  items_.push_back({mark, std::move(path), std::move(message), std::move(help)});
}

std::string Diagnostics::report() const {
  const auto items = in_order(items_);
  std::vector<std::string> blocks;
  std::size_t bytes = 64;  // for the last two lines
  for (const Item* item : items) {
    std::string line = headline(*item);
    if (blocks.size() == kMaxShown || bytes + line.size() >= kMaxBytes) break;
    bytes += line.size() + 1;
    blocks.push_back(std::move(line));
  }
  const std::size_t share = (kMaxBytes - bytes) / std::max<std::size_t>(blocks.size(), 1);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::string more = details(*items[i], share);
    if (bytes + more.size() >= kMaxBytes) continue;
    bytes += more.size();
    blocks[i] += more;
  }
  if (blocks.size() < items.size()) blocks.push_back(fmt::format("… and {} more", items.size() - blocks.size()));
  const bool in_a_file = std::any_of(items.begin(), items.end(), [](const Item* item) { return item->mark.source != nullptr; });
  if (in_a_file) blocks.push_back(fmt::format("{} error{}; nothing was run", items.size(), items.size() == 1 ? "" : "s"));
  return fmt::format("{}", fmt::join(blocks, "\n"));
}

void Diagnostics::check() const {
  if (!empty()) throw Error(ErrorKind::invalid, report());
}

std::string shown(std::string_view text, std::size_t limit) {
  std::string result;
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const auto character = next_character(text, at);
    std::string piece(text.substr(start, at - start));
    if (!character) {
      piece = fmt::format("\\x{:02x}", static_cast<unsigned char>(text[start]));
    } else if (*character == '\n' || *character == '\t') {
      piece = *character == '\n' ? "\\n" : "\\t";
    } else if (is_invisible(*character)) {
      piece = fmt::format(*character < 0x80 ? "\\x{:02x}" : "\\u{:04x}", static_cast<unsigned>(*character));
    }
    width += count_characters(piece);
    if (width > limit) return result + "…";
    result += piece;
  }
  return result;
}

std::string nearest(std::string_view name, const std::vector<std::string>& known) {
  const auto begins = [&](const std::string& candidate) { return name.size() >= 3 && candidate.compare(0, name.size(), name) == 0; };
  if (std::string longer = only_one(known, begins); !longer.empty()) return longer;
  if (std::string close = least_changed(name, known); !close.empty()) return close;
  return only_one(known, [&](const std::string& candidate) { return are_initials(name, candidate) || are_initials(candidate, name); });
}

std::string suggestion(std::string_view name, const std::vector<std::string>& known) {
  const std::string near = nearest(name, known);
  const std::string list = known.empty() ? "" : "known: " + shown(fmt::format("{}", fmt::join(known, " ")), kListWidth);
  if (near.empty()) return list;
  return fmt::format("did you mean '{}'? {}", near, list);
}

}  // namespace descent
