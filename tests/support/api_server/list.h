#pragma once

#include "tests/support/api_server/reply.h"
#include "tests/support/api_server/request.h"
#include "tests/support/api_server/store.h"

namespace portcullis::test::api {

// A list of the latest version, or the next page of an earlier one (limit, continue):
// https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
Reply list(const Store& store, const Request& request);

}  // namespace portcullis::test::api
