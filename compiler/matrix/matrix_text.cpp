#include <algorithm>
#include <array>

#include "compiler/base/escape.h"
#include "compiler/matrix/matrix.h"
#include "compiler/matrix/matrix_lines.h"

namespace portcullis {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kWidth = 80;     // of a terminal
constexpr std::size_t kLeast = 24;     // of the last column
constexpr std::size_t kMostNamed = 3;  // pods, of those that are left out

// Broken at commas, so that no line is longer than `width` unless a single item is.
std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
  std::vector<std::string> lines;
  std::string rest = text;
  while (rest.size() > width) {
    auto comma = rest.rfind(", ", width - 1);
    if (comma == rest.npos) comma = rest.find(", ");
    if (comma == rest.npos) break;
    lines.push_back(rest.substr(0, comma + 1));
    rest = rest.substr(comma + 2);
  }
  lines.push_back(rest);
  return lines;
}

std::string table(std::vector<MatrixLine> lines) {
  lines.insert(lines.begin(), {"FROM", "TO", "ALLOWED"});
  std::size_t from_width = 0;
  std::size_t to_width = 0;
  for (auto& line : lines) {
    line.from = escape(line.from);
    line.to = escape(line.to);
    from_width = std::max(from_width, line.from.size() + kGap);
    to_width = std::max(to_width, line.to.size() + kGap);
  }
  const auto left = from_width + to_width;
  const auto last_width = left + kLeast < kWidth ? kWidth - left : kLeast;
  std::string text;
  for (auto& line : lines) {
    line.from.resize(from_width, ' ');
    line.to.resize(to_width, ' ');
    auto beginning = line.from + line.to;
    for (const auto& part : wrapped(line.allowed, last_width)) {
      text.append(beginning).append(part).append("\n");
      beginning.assign(left, ' ');
    }
  }
  return text;
}

std::string rest_text(const Matrix& matrix, bool is_any_restricted) {
  const bool is_square = std::ranges::equal(matrix.from, matrix.to, {}, &Party::name, &Party::name);
  const auto what = is_square ? "between these " + std::to_string(matrix.from.size())
                              : std::string("asked about");
  return is_any_restricted ? "Everything else " + what + " is allowed (--all lists it).\n"
                           : "Everything " + what + " is allowed.\n";
}

std::string left_out_text(const Matrix& matrix) {
  using Reason = LeftOut::Reason;
  constexpr std::array<std::pair<Reason, const char*>, 4> kReasons = {
      {{Reason::kHostNetwork, "on the host network"},
       {Reason::kFinished, "finished"},
       {Reason::kNoAddress, "without an address"},
       {Reason::kAddressTaken, "whose address another pod now has"}}};
  std::string text;
  for (const auto& [reason, words] : kReasons) {
    std::vector<std::string> names;
    for (const auto& each : matrix.left_out) {
      if (each.reason == reason) names.push_back(escape(to_string(each.pod->key)));
    }
    if (names.empty()) continue;
    text += "Left out, " + std::string(words) + ": ";
    for (std::size_t i = 0; i < std::min(names.size(), kMostNamed); ++i) {
      text += (i > 0 ? ", " : "") + names[i];
    }
    if (names.size() > kMostNamed) {
      text += " and " + std::to_string(names.size() - kMostNamed) + " more";
    }
    text += ".\n";
  }
  return text;
}

}  // namespace

std::string print_text(const Matrix& matrix, Listing listing) {
  const auto lines = matrix_lines(matrix, listing);
  auto text = lines.empty() ? std::string() : table(lines);
  if (listing == Listing::kRestricted) text += rest_text(matrix, !lines.empty());
  return text + left_out_text(matrix);
}

}  // namespace portcullis
