#pragma once

#include "compiler/base/result.h"
#include "compiler/model/objects.h"
#include "tests/support/kube/api_client.h"

// Pods of an API server, including their status, which a kubelet would otherwise report.
namespace portcullis::test {

// Its namespace must exist, and the pod must not.
[[nodiscard]] Result<void> create_pod(ApiClient& api, const Pod& pod);

// An existing pod gets this one's status and labels.
[[nodiscard]] Result<void> update_pod_status(ApiClient& api, const Pod& pod);

// At once, without a grace period.
[[nodiscard]] Result<void> delete_pod(ApiClient& api, const ObjectKey& key);

}  // namespace portcullis::test
