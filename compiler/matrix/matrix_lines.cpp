#include "compiler/matrix/matrix_lines.h"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace portcullis {
namespace {

// One text if families and pods agree, else each with its name.
std::string text_of(const Cell& cell) {
  if (cell.parts.empty()) return "no address family in common";
  const auto& first = cell.parts.front().traffic;
  const auto is_first = [&](const Cell::Part& part) { return part.traffic == first; };
  if (std::ranges::all_of(cell.parts, is_first)) return to_string(first);
  std::map<Family, std::vector<std::string>> by_family;
  for (const auto& part : cell.parts) by_family[part.family].push_back(to_string(part.traffic));
  const bool varies = by_family.size() < cell.parts.size();
  const bool same =
      by_family.size() == 1 || by_family.at(Family::kIpv4) == by_family.at(Family::kIpv6);
  std::string text = varies ? "varies by pod: " : "";
  for (const auto& [family, traffics] : by_family) {
    if (same && family != by_family.begin()->first) break;
    if (family != by_family.begin()->first) text += "; ";
    if (!same) text += family == Family::kIpv4 ? "IPv4: " : "IPv6: ";
    for (std::size_t i = 0; i < traffics.size(); ++i) text += (i > 0 ? " or " : "") + traffics[i];
  }
  return text;
}

// Several parties of one side, under one name.
struct Block {
  std::string name;
  std::vector<std::size_t> parties;
};

enum class Size : std::uint8_t { kEveryone, kNamespace, kOne };

std::vector<Block> blocks_of(const std::vector<Party>& parties, Size size) {
  std::map<std::string, Block> by_namespace;
  Block everyone{"*", {}};
  std::vector<Block> single;
  for (std::size_t i = 0; i < parties.size(); ++i) {
    single.push_back({parties[i].name, {i}});
    everyone.parties.push_back(i);
    if (parties[i].ns.empty()) continue;
    auto& block = by_namespace[parties[i].ns];
    block.name = parties[i].ns + "/*";
    block.parties.push_back(i);
  }
  if (size == Size::kOne) return single;
  std::vector<Block> blocks;
  for (auto& [ns, block] : by_namespace) {
    if (block.parties.size() > 1) blocks.push_back(std::move(block));
  }
  const bool is_everyone = by_namespace.size() == 1 && blocks.size() == 1 &&
                           blocks.front().parties.size() == parties.size();
  if (size == Size::kNamespace) return blocks;
  if (is_everyone || parties.size() < 2) return {};
  return {everyone};
}

constexpr const char* kElse = "everyone else";

// Groups pairs into lines, the largest blocks first, until every restricted pair is covered.
class Folding {
 public:
  explicit Folding(const Matrix& matrix) : matrix_(matrix) {
    for (const auto& row : matrix.cells) {
      auto& texts = texts_.emplace_back();
      for (const auto& cell : row) texts.push_back(text_of(cell));
      told_.emplace_back(row.size());
    }
  }

  std::vector<MatrixLine> lines() {
    using enum Size;
    tell_blocks({{kEveryone, kEveryone},
                 {kEveryone, kNamespace},
                 {kNamespace, kEveryone},
                 {kEveryone, kOne},
                 {kOne, kEveryone}});
    for (std::size_t to = 0; to < matrix_.to.size(); ++to) tell_rest_of(column(to));
    for (std::size_t from = 0; from < matrix_.from.size(); ++from) tell_rest_of(row(from));
    tell_blocks({{kNamespace, kNamespace}, {kNamespace, kOne}, {kOne, kNamespace}, {kOne, kOne}});
    std::ranges::sort(lines_, {}, [](const MatrixLine& line) {
      return std::tuple(line.to == kElse, line.to, line.from == kElse, line.from);
    });
    return std::move(lines_);
  }

 private:
  using Pair = std::pair<std::size_t, std::size_t>;  // of indices: from, to

  bool counts(const Pair& pair) const {
    const auto& cell = matrix_.cells[pair.first][pair.second];
    return !cell.is_itself && !cell.parts.empty();
  }
  bool is_open(const Pair& pair) const {
    return matrix_.cells[pair.first][pair.second].everything();
  }
  bool is_told(const Pair& pair) const { return told_[pair.first][pair.second]; }
  const std::string& text(const Pair& pair) const { return texts_[pair.first][pair.second]; }

  std::vector<Pair> column(std::size_t to) const {
    std::vector<Pair> pairs;
    for (std::size_t from = 0; from < matrix_.from.size(); ++from) pairs.emplace_back(from, to);
    return pairs;
  }

  std::vector<Pair> row(std::size_t from) const {
    std::vector<Pair> pairs;
    for (std::size_t to = 0; to < matrix_.to.size(); ++to) pairs.emplace_back(from, to);
    return pairs;
  }

  void tell_blocks(std::initializer_list<std::pair<Size, Size>> sizes) {
    for (const auto& [from_size, to_size] : sizes) {
      const auto destinations = blocks_of(matrix_.to, to_size);
      for (const auto& from : blocks_of(matrix_.from, from_size)) {
        for (const auto& to : destinations) tell(from, to);
      }
    }
  }

  // What is restricted equally in the whole block, and not covered yet.
  void tell(const Block& from, const Block& to) {
    std::vector<Pair> pairs;
    std::set<std::size_t> sources;
    std::set<std::size_t> destinations;
    for (const auto i : from.parties) {
      for (const auto j : to.parties) {
        const Pair pair(i, j);
        if (!counts(pair)) continue;
        if (is_open(pair) || is_told(pair)) return;
        if (!pairs.empty() && text(pair) != text(pairs.front())) return;
        pairs.push_back(pair);
        sources.insert(i);
        destinations.insert(j);
      }
    }
    const bool is_fold = (from.parties.size() == 1 || sources.size() > 1) &&
                         (to.parties.size() == 1 || destinations.size() > 1);
    if (pairs.empty() || !is_fold) return;
    lines_.push_back({from.name, to.name, text(pairs.front())});
    for (const auto& [i, j] : pairs) told_[i][j] = true;
  }

  // If everything in a row or column is restricted, and most of it entirely: the exceptions by
  // name, and everyone else.
  void tell_rest_of(const std::vector<Pair>& pairs) {
    std::vector<Pair> exceptions;
    std::vector<Pair> rest;
    std::size_t news = 0;
    for (const auto& pair : pairs) {
      if (!counts(pair)) continue;
      if (is_open(pair)) return;
      const bool is_none = text(pair) == to_string(AllowedTraffic());
      (is_none ? rest : exceptions).push_back(pair);
      if (is_none && !is_told(pair)) ++news;
    }
    if (news < 2 || exceptions.empty()) return;
    for (const auto& pair : exceptions) tell_alone(pair);
    const bool is_column = pairs.front().second == pairs.back().second;
    lines_.push_back({is_column ? kElse : matrix_.from[rest.front().first].name,
                      is_column ? matrix_.to[rest.front().second].name : kElse,
                      text(rest.front())});
    for (const auto& [i, j] : rest) told_[i][j] = true;
  }

  void tell_alone(const Pair& pair) {
    if (!is_told(pair)) {
      lines_.push_back({matrix_.from[pair.first].name, matrix_.to[pair.second].name, text(pair)});
    }
    told_[pair.first][pair.second] = true;
  }

  const Matrix& matrix_;
  std::vector<std::vector<std::string>> texts_;
  std::vector<std::vector<bool>> told_;
  std::vector<MatrixLine> lines_;
};

}  // namespace

std::vector<MatrixLine> matrix_lines(const Matrix& matrix, Listing listing) {
  if (listing == Listing::kRestricted) return Folding(matrix).lines();
  std::vector<MatrixLine> lines;
  for (std::size_t j = 0; j < matrix.to.size(); ++j) {
    for (std::size_t i = 0; i < matrix.from.size(); ++i) {
      lines.push_back({matrix.from[i].name, matrix.to[j].name, text_of(matrix.cells[i][j])});
    }
  }
  return lines;
}

}  // namespace portcullis
