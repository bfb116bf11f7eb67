#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tests/support/api_server/reply.h"

namespace portcullis::test::api {

// Documents about the server itself: /version, discovery, health. Nothing: there is no such
// document. There is no OpenAPI: use kubectl with --validate=false.
std::optional<Reply> document(const std::string& path, const std::string& version);

// The question of a SelfSubjectAccessReview.
struct AccessQuestion {
  std::string verb;
  std::string group;
  std::string resource;
  std::string ns;
};

std::optional<AccessQuestion> parse_access_review(std::string_view body);
Reply access_review(std::string_view body, bool allowed);

}  // namespace portcullis::test::api
