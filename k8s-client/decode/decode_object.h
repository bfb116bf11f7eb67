#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "compiler/model/objects.h"
#include "k8s-client/document/field.h"

// The parts of decode(). Each reads one field or object, adds problems to the field's report, and
// returns what could be read.
namespace portcullis::k8s {

// decode_metadata.cpp. A name that is a scalar of another type than string is a defect, but its
// text is used, so that the object is found where its author put it.
enum class NameRule : std::uint8_t { kDnsLabel, kDnsSubdomain };
std::optional<std::string> decode_name(const Field& metadata, NameRule rule);
std::optional<std::string> decode_namespace_name(const Field& metadata);  // "default" if missing
// A selector may ask for a value that no label can have; a label itself may not have it.
enum class LabelValues : std::uint8_t { kValid, kAny };
Labels decode_labels(const Field& labels, LabelValues values = LabelValues::kValid);
std::optional<std::int64_t> decode_timestamp(const Field& timestamp);

// decode_address.cpp
std::optional<Address> decode_address(const Field& address);
std::optional<Cidr> decode_cidr(const Field& cidr);

// decode_port.cpp
Protocol decode_protocol(const Field& protocol);                     // TCP if missing
std::optional<std::uint16_t> decode_port_number(const Field& port);  // 1 to 65535
const std::string* decode_port_name(const Field& name);

// decode_selector.cpp. Nothing if it is invalid; everything if it is missing. An unknown field is
// invalid even from an API server, since it could narrow the selection.
std::optional<LabelSelector> decode_selector(const Field& selector);

// decode_policy_rule.cpp. `peers` is "from" or "to".
std::vector<PolicyRule> decode_policy_rules(const Field& rules, std::string_view peers);

// The objects. A pod or policy without a usable name takes `substitute_name`, so that it is still
// quarantined or still isolates. Null for a namespace without a name, and for a policy whose
// namespace is unknown. A pod without one gets an empty namespace, which no namespace has.
std::shared_ptr<const Pod> decode_pod(const Field& root, const std::string& origin,
                                      const std::string& substitute_name);
std::shared_ptr<const Namespace> decode_namespace(const Field& root, const std::string& origin);
std::shared_ptr<const NetworkPolicy> decode_policy(const Field& root, const std::string& origin,
                                                   const std::string& substitute_name);

}  // namespace portcullis::k8s
