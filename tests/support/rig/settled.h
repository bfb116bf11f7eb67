#pragma once

#include "compiler/result.h"
#include "tests/support/netns/network_namespace.h"

namespace portcullis::test {

// The kernel gives a new IPv6 address its local route a little later, from a work queue; until
// then what is sent to it goes astray. Waits until every address of the namespace has its own.
[[nodiscard]] Result<void> wait_for_local_addresses(const NetworkNamespace& netns);

}  // namespace portcullis::test
