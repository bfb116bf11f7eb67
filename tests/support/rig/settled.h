#pragma once

#include "compiler/base/result.h"
#include "tests/support/netns/network_namespace.h"

namespace portcullis::test {

// The kernel adds the local route of a new IPv6 address later, from a work queue; until then
// packets to it go astray. Waits until every address of the namespace has its route.
[[nodiscard]] Result<void> wait_for_local_addresses(const NetworkNamespace& netns);

}  // namespace portcullis::test
