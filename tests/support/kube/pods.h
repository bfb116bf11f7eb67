#pragma once

#include "compiler/objects.h"
#include "compiler/result.h"
#include "tests/support/kube/api_client.h"

// Pods of an API server, their status too, which a kubelet would otherwise tell.
namespace portcullis::test {

// Its namespace must exist, and it must not.
[[nodiscard]] Result<void> create_pod(ApiClient& api, const Pod& pod);

// The status of an existing pod becomes this one's, and so do its labels.
[[nodiscard]] Result<void> update_pod_status(ApiClient& api, const Pod& pod);

// At once, without a grace period.
[[nodiscard]] Result<void> delete_pod(ApiClient& api, const ObjectKey& key);

}  // namespace portcullis::test
