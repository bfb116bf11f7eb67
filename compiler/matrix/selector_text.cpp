#include "compiler/matrix/selector_text.h"

#include <regex>
#include <vector>

namespace portcullis {
namespace {

// At the commas that are not between parentheses.
std::vector<std::string> split_requirements(const std::string& text) {
  std::vector<std::string> parts(1);
  bool inside = false;
  for (const char c : text) {
    if (c == '(') inside = true;
    if (c == ')') inside = false;
    if (c == ',' && !inside) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::vector<std::string> split_values(const std::string& text) {
  static const std::regex kValue("[^,\\s]+");
  std::vector<std::string> values;
  for (std::sregex_iterator at(text.begin(), text.end(), kValue), end; at != end; ++at) {
    values.push_back(at->str());
  }
  return values;
}

Result<Requirement> parse_requirement(const std::string& text) {
  static const std::string kKey = "\\s*([A-Za-z0-9][A-Za-z0-9._/-]*)\\s*";
  static const std::regex kSet(kKey + "\\s(in|notin)\\s*\\(([A-Za-z0-9._,\\s-]*)\\)\\s*");
  static const std::regex kEquals(kKey + "(=|==|!=)\\s*([A-Za-z0-9._-]*)\\s*");
  static const std::regex kExists("\\s*(!?)" + kKey);
  std::smatch found;
  if (std::regex_match(text, found, kSet)) {
    const auto op = found[2] == "in" ? Operator::kIn : Operator::kNotIn;
    auto values = split_values(found[3]);
    if (!values.empty()) return Requirement{found[1], op, std::move(values)};
  } else if (std::regex_match(text, found, kEquals)) {
    const auto op = found[2] == "!=" ? Operator::kNotIn : Operator::kIn;
    return Requirement{found[1], op, {found[3]}};
  } else if (std::regex_match(text, found, kExists)) {
    const auto op = found[1].length() > 0 ? Operator::kDoesNotExist : Operator::kExists;
    return Requirement{found[2], op, {}};
  }
  return failure(ErrorCode::kInvalidInput,
                 "\"" + text +
                     "\" is not part of a label selector, for example app=web, "
                     "tier!=db, env in (a,b), !old");
}

}  // namespace

Result<LabelSelector> parse_selector(const std::string& text) {
  std::vector<Requirement> requirements;
  for (const auto& part : split_requirements(text)) {
    auto requirement = parse_requirement(part);
    if (!requirement) return tl::unexpected(requirement.error());
    requirements.push_back(std::move(*requirement));
  }
  return LabelSelector(std::move(requirements));
}

}  // namespace portcullis
