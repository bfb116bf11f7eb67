#include "tests/support/rig/matrix.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace portcullis::test {
namespace {

constexpr const char* kGap = "  ";
constexpr std::size_t kMaxListed = 50;

using Column = std::pair<std::string, Traffic>;

const char* word(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAllowed:
      return "allow";
    case Outcome::kDenied:
      return "deny";
    case Outcome::kRefused:
      return "REFUSED";
    case Outcome::kError:
      return "ERROR";
  }
  return "?";
}

struct Cell {
  std::vector<std::string> seen;  // one of each family that was tried
  std::vector<std::string> expected;
  bool surprising = false;
  bool allowed = false;

  void add(const ProbeResult& result) {
    seen.emplace_back(word(result.seen));
    expected.emplace_back(word(result.probe.expected));
    surprising = surprising || !result.as_expected();
    allowed = result.seen == Outcome::kAllowed;
  }

  static std::string joined(const std::vector<std::string>& words) {
    const bool same = std::ranges::adjacent_find(words, std::ranges::not_equal_to{}) == words.end();
    if (same) return words.front();
    std::string text;
    for (const auto& each : words) text += (text.empty() ? "" : "/") + each;
    return text;
  }

  std::string text() const {
    if (seen.empty()) return ".";
    return joined(seen) + (surprising ? ", not " + joined(expected) : "");
  }

  const char* colour() const {
    if (seen.empty()) return "\033[2m";
    if (surprising) return "\033[1;37;41m";
    if (joined(seen) != "allow" && joined(seen) != "deny") return "\033[33m";
    return allowed ? "\033[32m" : "\033[31m";
  }
};

template <class T>
void add_once(std::vector<T>& values, const T& value) {
  if (std::ranges::find(values, value) == values.end()) values.push_back(value);
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

class Matrix {
 public:
  explicit Matrix(const std::vector<ProbeResult>& results) {
    for (const auto& result : results) {
      const Column column{result.probe.to, result.probe.traffic};
      add_once(rows_, result.probe.from);
      add_once(columns_, column);
      cells_[{result.probe.from, column}].add(result);
    }
  }

  std::string print(Colours colours) {
    std::size_t first = 0;
    for (const auto& row : rows_) first = std::max(first, row.size());
    std::string names = padded("", first);
    std::string traffics = names;
    for (const auto& column : columns_) {
      names += kGap + padded(column.first, width(column));
      traffics += kGap + padded(to_string(column.second), width(column));
    }
    std::string text = names + "\n" + traffics + "\n";
    for (const auto& row : rows_) text += padded(row, first) + print_row(row, colours) + "\n";
    return text;
  }

 private:
  std::string print_row(const std::string& row, Colours colours) {
    std::string text;
    for (const auto& column : columns_) {
      const Cell& cell = cells_[{row, column}];
      const std::string filled = padded(cell.text(), width(column));
      text += kGap;
      text += colours == Colours::kAnsi ? cell.colour() + filled + "\033[0m" : filled;
    }
    return text;
  }

  std::size_t width(const Column& column) {
    std::size_t widest = std::max(column.first.size(), to_string(column.second).size());
    for (const auto& row : rows_) widest = std::max(widest, cells_[{row, column}].text().size());
    return widest;
  }

  std::vector<std::string> rows_;
  std::vector<Column> columns_;
  std::map<std::pair<std::string, Column>, Cell> cells_;
};

std::string line_of(const ProbeResult& result) {
  return "  " + to_string(result.probe) + ": " + to_string(result.seen) + ", expected " +
         to_string(result.probe.expected) +
         (result.reason.empty() ? "" : " (" + result.reason + ")") + "\n";
}

std::string list(const std::vector<ProbeResult>& surprises) {
  std::string text;
  for (std::size_t i = 0; i < std::min(surprises.size(), kMaxListed); ++i)
    text += line_of(surprises[i]);
  if (surprises.size() > kMaxListed)
    text += "  and " + std::to_string(surprises.size() - kMaxListed) + " more\n";
  return text;
}

}  // namespace

std::string print_matrix(const std::vector<ProbeResult>& results, Colours colours) {
  return Matrix(results).print(colours);
}

std::string describe_surprises(const std::vector<ProbeResult>& results) {
  std::vector<ProbeResult> surprises;
  std::ranges::copy_if(results, std::back_inserter(surprises),
                       [](const auto& result) { return !result.as_expected(); });
  if (surprises.empty()) return "";
  std::set<std::string> rows;
  std::set<Column> columns;
  for (const auto& each : surprises) {
    rows.insert(each.probe.from);
    columns.insert({each.probe.to, each.probe.traffic});
  }
  std::vector<ProbeResult> around;
  std::ranges::copy_if(results, std::back_inserter(around), [&](const auto& result) {
    return rows.contains(result.probe.from) &&
           columns.contains({result.probe.to, result.probe.traffic});
  });
  return std::to_string(surprises.size()) + " of " + std::to_string(results.size()) +
         " probes were not as expected:\n" + list(surprises) + print_matrix(around);
}

}  // namespace portcullis::test
