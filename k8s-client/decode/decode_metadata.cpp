#include <vector>

#include "compiler/base/escape.h"
#include "k8s-client/decode/decode_object.h"
#include "k8s-client/decode/name_rules.h"
#include "k8s-client/decode/timestamp.h"

namespace portcullis::k8s {
namespace {

const std::string null_value;  // of a label, as the API server takes it

bool is_unreadable(const Field& metadata) {
  return !metadata.missing() && metadata.value()->map() == nullptr;
}

constexpr const char* kDnsLabelForm =
    ": write up to 63 lower case letters, digits and '-', with a letter or digit at both ends";
constexpr const char* kDnsSubdomainForm =
    ": write up to 253 lower case letters, digits, '-' and '.', with a letter or digit at both "
    "ends";
constexpr const char* kLabelKeyForm =
    ": write [prefix/]name, the name of up to 63 letters, digits, '-', '_' and '.', with a letter "
    "or digit at both ends";
constexpr const char* kLabelValueForm =
    ": write up to 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends";

void check_name(const std::string& name, NameRule rule, const Field& field) {
  const bool is_label = rule == NameRule::kDnsLabel;
  if (is_label ? is_dns_label(name) : is_dns_subdomain(name)) return;
  field.defect(in_quotes(name) + " is not a valid name" +
               (is_label ? kDnsLabelForm : kDnsSubdomainForm));
}

void check_label(const std::string& key, const std::string& value, LabelValues values,
                 const Field& field) {
  if (!is_label_key(key)) {
    field.defect(std::string("is not a valid label key") + kLabelKeyForm);
  }
  if (values == LabelValues::kValid && !is_label_value(value)) {
    field.defect(in_quotes(value) + " is not a valid label value" + kLabelValueForm);
  }
}

}  // namespace

std::optional<std::string> decode_name(const Field& metadata, NameRule rule) {
  if (is_unreadable(metadata)) return std::nullopt;
  const Field field = metadata["name"];
  auto name = field.text();
  if (!name || name->empty()) {
    if (field.missing() || name) field.defect("is missing; give the object a name");
    return std::nullopt;
  }
  if (field.value()->string() != nullptr) check_name(*name, rule, field);
  return name;
}

std::optional<std::string> decode_namespace_name(const Field& metadata) {
  if (is_unreadable(metadata) || metadata.is_doubled()) return std::nullopt;
  const Field field = metadata["namespace"];
  if (field.is_doubled()) return std::nullopt;
  if (field.missing()) return "default";
  auto name = field.text();
  if (!name) return std::nullopt;
  if (name->empty()) return "default";
  if (field.value()->string() != nullptr) check_name(*name, NameRule::kDnsLabel, field);
  return name;
}

Labels decode_labels(const Field& labels, LabelValues values) {
  Labels::sequence_type pairs;
  labels.each_entry([&](const std::string& key, const Field& field) {
    const auto* value = field.value()->is_null() ? &null_value : field.string();
    if (value == nullptr) return;
    check_label(key, *value, values, field);
    pairs.emplace_back(key, *value);
  });
  Labels result;
  result.insert(pairs.begin(), pairs.end());
  return result;
}

std::optional<std::int64_t> decode_timestamp(const Field& timestamp) {
  if (timestamp.missing()) return std::nullopt;
  if (const auto* time = std::get_if<Timestamp>(&timestamp.value()->value)) return time->seconds;
  const auto* text = timestamp.string();
  if (text == nullptr) return std::nullopt;
  const auto seconds = parse_timestamp(*text);
  if (!seconds) {
    timestamp.defect(in_quotes(*text) + " is not a date and time such as 2024-02-29T12:00:00Z");
  }
  return seconds;
}

}  // namespace portcullis::k8s
