#include <algorithm>

#include "compiler/explain/matrix.h"

namespace portcullis {
namespace {

constexpr const char* kGap = "  ";
constexpr const char* kCorner = "FROM \\ TO";

// One text where the families agree, else each with its name.
std::string text_of(const Cell& cell) {
  if (cell.parts.empty()) return ".";
  const auto& first = cell.parts.front().traffic;
  const bool same = std::all_of(cell.parts.begin(), cell.parts.end(),
                                [&](const Cell::Part& part) { return part.traffic == first; });
  if (same) return to_string(first);
  std::string text;
  for (const auto& part : cell.parts) {
    text += text.empty() ? "" : "; ";
    text += part.family == Family::kIpv4 ? "IPv4: " : "IPv6: ";
    text += to_string(part.traffic);
  }
  return text;
}

}  // namespace

std::string print_text(const Matrix& matrix) {
  std::vector<std::vector<std::string>> rows(1);
  rows[0].emplace_back(kCorner);
  for (const auto& party : matrix.parties) rows[0].push_back(party.name);
  for (std::size_t from = 0; from < matrix.parties.size(); ++from) {
    auto& row = rows.emplace_back();
    row.push_back(matrix.parties[from].name);
    for (const auto& cell : matrix.cells[from]) row.push_back(text_of(cell));
  }
  std::vector<std::size_t> widths(rows[0].size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool last = i + 1 == row.size();
      if (!last) row[i].resize(widths[i], ' ');
      text += row[i] + (last ? "\n" : kGap);
    }
  }
  return text;
}

}  // namespace portcullis
