#pragma once

#include <string_view>

#include "k8s-client/document.h"

namespace portcullis::k8s {

// YAML as documents, empty ones included (null). Anchors, aliases and merge keys are expanded, up
// to a bound that an alias bomb cannot pass. Errors: what is no YAML or ends early, keys that stand
// twice, keys that are no strings, tags of somebody's own.
[[nodiscard]] Documents parse_yaml(std::string_view text);

}  // namespace portcullis::k8s
