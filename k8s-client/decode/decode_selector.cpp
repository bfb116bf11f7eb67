#include <algorithm>
#include <array>

#include "compiler/base/escape.h"
#include "k8s-client/decode/decode_object.h"
#include "k8s-client/decode/name_rules.h"

namespace portcullis::k8s {
namespace {

constexpr std::array<std::pair<std::string_view, Operator>, 4> kOperators = {{
    {"In", Operator::kIn},
    {"NotIn", Operator::kNotIn},
    {"Exists", Operator::kExists},
    {"DoesNotExist", Operator::kDoesNotExist},
}};

std::optional<Operator> decode_operator(const Field& field) {
  if (field.missing()) field.defect("is missing; write In, NotIn, Exists or DoesNotExist");
  const auto* name = field.string();
  if (name == nullptr) return std::nullopt;
  const auto* known = std::find_if(kOperators.begin(), kOperators.end(),
                                   [&](const auto& entry) { return entry.first == *name; });
  if (known != kOperators.end()) return known->second;
  field.defect(in_quotes(*name) + " is not an operator; write In, NotIn, Exists or DoesNotExist");
  return std::nullopt;
}

std::string decode_key(const Field& field) {
  const auto* key = field.string();
  if (field.missing()) field.defect("is missing; write the label's key");
  if (key == nullptr) return {};
  if (!is_label_key(*key)) field.defect(in_quotes(*key) + " is not a valid label key");
  return *key;
}

// Older API servers stored values that no label can have; they match nothing.
std::vector<std::string> decode_values(const Field& field, Operator op) {
  std::vector<std::string> values;
  field.each_item([&](const Field& item) {
    const auto* value = item.string();
    if (value != nullptr) values.push_back(*value);
  });
  const bool takes_values = op == Operator::kIn || op == Operator::kNotIn;
  if (takes_values && field.list_size() == 0) {
    field.defect("is empty, but In and NotIn need at least one value");
  }
  if (!takes_values && field.list_size() != 0) {
    field.defect("must be left out with Exists and DoesNotExist");
  }
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

Requirement decode_requirement(const Field& field) {
  field.require_only({"key", "operator", "values"});
  Requirement requirement;
  requirement.key = decode_key(field["key"]);
  const auto op = decode_operator(field["operator"]);
  if (!op) return requirement;
  requirement.op = *op;
  requirement.values = decode_values(field["values"], *op);
  return requirement;
}

}  // namespace

std::optional<LabelSelector> decode_selector(const Field& selector) {
  const auto defects_before = selector.report().found;
  selector.require_map();
  selector.require_only({"matchLabels", "matchExpressions"});
  std::vector<Requirement> requirements;
  for (const auto& [key, value] : decode_labels(selector["matchLabels"], LabelValues::kAny)) {
    requirements.push_back({key, Operator::kIn, {value}});
  }
  const Field expressions = selector["matchExpressions"];
  expressions.each_item([&](const Field& item) {
    if (item.require_map()) requirements.push_back(decode_requirement(item));
  });
  if (selector.report().found != defects_before) return std::nullopt;
  return LabelSelector(std::move(requirements));
}

}  // namespace portcullis::k8s
