#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace portcullis::test::api {

// kubectl sends what it knows the type of as application/vnd.kubernetes.protobuf, and knows no way
// back to JSON. Returns the JSON text of the two kinds that it sends so: SelfSubjectAccessReview
// and, by its name alone, Namespace. Nothing for others.
std::optional<std::string> json_of_protobuf(std::string_view body);

}  // namespace portcullis::test::api
