#pragma once

#include <string_view>

#include "k8s-client/document.h"

namespace portcullis::k8s {

// JSON (RFC 8259) as documents: one, or several one after another. Text without any is no
// document. A key that stands twice in one object is an error.
[[nodiscard]] Documents parse_json(std::string_view text);

}  // namespace portcullis::k8s
