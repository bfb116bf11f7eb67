#pragma once

#include "tests/support/api_server/reply.h"
#include "tests/support/api_server/request.h"
#include "tests/support/api_server/store.h"

namespace portcullis::test::api {

// The modifying verbs. As in kube-apiserver, a namespace must exist before its objects, status is
// changed only through the subresource; a deletion takes effect at once.
Reply create(Store& store, const Request& request);
Reply replace(Store& store, const Request& request);
Reply patch(Store& store, const Request& request);
Reply erase(Store& store, const Request& request);
Reply erase_collection(Store& store, const Request& request);

}  // namespace portcullis::test::api
