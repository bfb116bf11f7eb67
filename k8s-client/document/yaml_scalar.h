#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

namespace portcullis::k8s {

using Scalar = std::variant<std::nullptr_t, bool, std::int64_t, double, std::string>;

// The value of a YAML scalar written without quotes, typed as Kubernetes' tools type it (YAML 1.1
// as sigs.k8s.io/yaml reads it): "yes" is true, 0o17 and 017 are 15, 1_000 is 1000, ~ is null. A
// number without a fraction is an integer, as in the JSON that those tools send.
Scalar resolve_plain_scalar(const std::string& text);

}  // namespace portcullis::k8s
