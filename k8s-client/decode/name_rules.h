#pragma once

#include <string>
#include <string_view>

// Kubernetes' rules for names, labels and ports
// (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ and .../labels/).
namespace portcullis::k8s {

bool is_dns_label(std::string_view text);      // RFC 1123, up to 63 characters, lower case
bool is_dns_subdomain(std::string_view text);  // labels joined by dots, up to 253 characters
bool is_label_key(std::string_view text);      // [subdomain/]name, the name up to 63 characters
bool is_label_value(std::string_view text);    // may be empty, up to 63 characters
bool is_port_name(std::string_view text);      // IANA_SVC_NAME (RFC 6335): up to 15 characters

// A word in lower case without non-letters, to detect a misspelling: "Network-policy " gives
// "networkpolicy".
std::string lower_case_letters(std::string_view text);

// Whether at most one letter is missing, added, replaced or swapped with its neighbour.
bool is_at_most_one_typo_apart(std::string_view left, std::string_view right);

}  // namespace portcullis::k8s
