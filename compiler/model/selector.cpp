#include "compiler/model/selector.h"

#include <algorithm>

namespace portcullis {
namespace {

bool contains(const std::vector<std::string>& sorted, const std::string& value) {
  return std::binary_search(sorted.begin(), sorted.end(), value);
}

bool includes(const std::vector<std::string>& outer, const std::vector<std::string>& inner) {
  return std::includes(outer.begin(), outer.end(), inner.begin(), inner.end());
}

bool disjoint(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::none_of(a.begin(), a.end(), [&](const auto& value) { return contains(b, value); });
}

bool holds(const Requirement& requirement, const Labels& labels) {
  const auto label = labels.find(requirement.key);
  const bool present = label != labels.end();
  switch (requirement.op) {
    case Operator::kIn:
      return present && contains(requirement.values, label->second);
    case Operator::kNotIn:
      return !present || !contains(requirement.values, label->second);
    case Operator::kExists:
      return present;
    case Operator::kDoesNotExist:
      return !present;
  }
  return false;
}

// Whether every label set that satisfies `given` satisfies `wanted`.
bool implies(const Requirement& given, const Requirement& wanted) {
  if (given.key != wanted.key) return false;
  switch (wanted.op) {
    case Operator::kIn:
      return given.op == Operator::kIn && includes(wanted.values, given.values);
    case Operator::kNotIn:
      return given.op == Operator::kDoesNotExist ||
             (given.op == Operator::kIn && disjoint(given.values, wanted.values)) ||
             (given.op == Operator::kNotIn && includes(given.values, wanted.values));
    case Operator::kExists:
      return given.op == Operator::kExists || given.op == Operator::kIn;
    case Operator::kDoesNotExist:
      return given.op == Operator::kDoesNotExist;
  }
  return false;
}

std::string to_string(const Requirement& requirement) {
  if (requirement.op == Operator::kExists) return requirement.key;
  if (requirement.op == Operator::kDoesNotExist) return "!" + requirement.key;
  if (requirement.values.size() == 1) {
    return requirement.key + (requirement.op == Operator::kIn ? "=" : "!=") +
           requirement.values.front();
  }
  std::string text = requirement.key + (requirement.op == Operator::kIn ? " in (" : " notin (");
  for (const auto& value : requirement.values) text += value + ",";
  text.back() = ')';
  return text;
}

template <class T>
void sort_unique(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace

LabelSelector::LabelSelector(std::vector<Requirement> requirements)
    : requirements_(std::move(requirements)) {
  for (auto& requirement : requirements_) sort_unique(requirement.values);
  sort_unique(requirements_);
}

bool LabelSelector::matches(const Labels& labels) const {
  return std::all_of(requirements_.begin(), requirements_.end(),
                     [&](const auto& requirement) { return holds(requirement, labels); });
}

// Both are sorted by key, so only requirements of the same key are compared.
bool LabelSelector::subsumes(const LabelSelector& narrower) const {
  return std::all_of(requirements_.begin(), requirements_.end(), [&](const auto& wanted) {
    auto given =
        std::ranges::lower_bound(narrower.requirements_, wanted.key, {}, &Requirement::key);
    while (given != narrower.requirements_.end() && given->key == wanted.key) {
      if (implies(*given++, wanted)) return true;
    }
    return false;
  });
}

std::string to_string(const LabelSelector& selector) {
  std::string text;
  for (const auto& requirement : selector.requirements()) {
    if (!text.empty()) text += ",";
    text += to_string(requirement);
  }
  return text;
}

}  // namespace portcullis
