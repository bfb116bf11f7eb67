#pragma once

#include <string_view>

#include "k8s-client/document/document.h"

namespace portcullis::k8s {

// YAML as documents, including empty ones (null). Anchors, aliases and merge keys are expanded, up
// to a bound that stops alias bombs. Tags other than YAML's own are ignored, as in kubectl; a
// scalar that does not match its tag is Unsupported. Errors: text that is not YAML or ends early,
// keys that are not strings.
[[nodiscard]] Documents parse_yaml(std::string_view text);

// The same, but an error in one document does not affect the others.
[[nodiscard]] DocumentStream read_yaml_stream(std::string_view text);

}  // namespace portcullis::k8s
