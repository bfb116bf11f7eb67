#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace portcullis::test::api {

// kubectl sends types that it knows as application/vnd.kubernetes.protobuf, without a JSON
// fallback. Returns the JSON text of the two kinds that it sends this way: SelfSubjectAccessReview
// and, only by name, Namespace. Nothing for others.
std::optional<std::string> json_of_protobuf(std::string_view body);

}  // namespace portcullis::test::api
