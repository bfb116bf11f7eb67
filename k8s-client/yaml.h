#pragma once

#include <string_view>

#include "k8s-client/document.h"

namespace portcullis::k8s {

// YAML as documents, empty ones included (null). Anchors, aliases and merge keys are expanded, up
// to a bound that an alias bomb cannot pass. Tags that are not YAML's own are ignored, as kubectl
// does; a scalar that its tag does not fit is Unsupported. Errors: what is no YAML or ends early,
// keys that are no strings.
[[nodiscard]] Documents parse_yaml(std::string_view text);

// The same, where an error in one document does not take the others.
[[nodiscard]] DocumentStream read_yaml_stream(std::string_view text);

}  // namespace portcullis::k8s
