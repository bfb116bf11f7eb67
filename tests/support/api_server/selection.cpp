#include "tests/support/api_server/selection.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

namespace portcullis::test::api {
namespace {

using Json = nlohmann::json;

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// At commas outside parentheses.
std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    if (at < text.size() && text[at] == '(') ++depth;
    if (at < text.size() && text[at] == ')') --depth;
    if (at < text.size() && (text[at] != ',' || depth > 0)) continue;
    if (const auto part = trim(text.substr(start, at - start)); !part.empty()) {
      parts.push_back(part);
    }
    start = at + 1;
  }
  return parts;
}

std::optional<std::string> text_of(const Json* value) {
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return value->get<std::string>();
}

const Json* member(const Json* object, const std::string& name) {
  if (object == nullptr || !object->is_object()) return nullptr;
  const auto found = object->find(name);
  return found == object->end() ? nullptr : &*found;
}

std::optional<std::string> field(const Json& object, const std::string& path) {
  const Json* at = &object;
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find('.', start), path.size());
    at = member(at, path.substr(start, end - start));
    start = end + 1;
  }
  return text_of(at).value_or("");  // a field that is not set is an empty one
}

std::optional<std::string> label(const Json& object, const std::string& key) {
  return text_of(member(member(member(&object, "metadata"), "labels"), key));
}

}  // namespace

Selection::Term Selection::parse_term(std::string_view text) {
  if (text.front() == '!') return {std::string(trim(text.substr(1))), {}, true};
  if (text.back() == ')') {
    const auto open = text.find('(');
    const auto words = trim(text.substr(0, open));
    const auto space = words.find(' ');
    Term term{std::string(words.substr(0, space)), {}, trim(words.substr(space)) == "notin"};
    for (const auto value : split(text.substr(open + 1, text.size() - open - 2))) {
      term.values.emplace_back(value);
    }
    return term;
  }
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) return {std::string(text), {}, false};
  const bool negated = equals > 0 && text[equals - 1] == '!';
  const auto value = text.substr(text.find_last_of('=') + 1);
  return {std::string(trim(text.substr(0, negated ? equals - 1 : equals))),
          {std::string(trim(value))},
          negated};
}

std::vector<Selection::Term> Selection::parse(std::string_view text) {
  std::vector<Term> terms;
  for (const auto part : split(text)) terms.push_back(parse_term(part));
  return terms;
}

Selection::Selection(std::string_view labels, std::string_view fields)
    : labels_(parse(labels)), fields_(parse(fields)) {}

bool Selection::matches(const Json& object) const {
  const auto holds = [](const Term& term, const std::optional<std::string>& value) {
    const bool found =
        value && (term.values.empty() ||
                  std::find(term.values.begin(), term.values.end(), *value) != term.values.end());
    return found != term.negated;
  };
  return std::all_of(labels_.begin(), labels_.end(),
                     [&](const Term& term) { return holds(term, label(object, term.path)); }) &&
         std::all_of(fields_.begin(), fields_.end(),
                     [&](const Term& term) { return holds(term, field(object, term.path)); });
}

}  // namespace portcullis::test::api
