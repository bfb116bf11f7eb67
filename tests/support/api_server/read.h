#pragma once

#include "tests/support/api_server/reply.h"
#include "tests/support/api_server/request.h"
#include "tests/support/api_server/store.h"

namespace portcullis::test::api {

// https://kubernetes.io/docs/reference/using-api/api-concepts/: get and list, in pages of one
// snapshot, with resourceVersion and resourceVersionMatch.
Reply get(const Store& store, const Request& request);
Reply list(const Store& store, const Request& request);

// Nothing if it is not a number.
std::optional<std::uint64_t> parse_version(const std::string& text);

Reply not_found(Resource resource, const std::string& name);

}  // namespace portcullis::test::api
