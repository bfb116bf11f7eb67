#pragma once

#include "compiler/model/objects.h"

namespace portcullis::k8s {

// Marks an object as malformed and removes whatever could allow traffic or make it a peer. What
// determines where it is enforced stays: addresses, node, a policy's subjects.
void fail_closed(Pod& pod);
void fail_closed(Namespace& ns);
void fail_closed(NetworkPolicy& policy);

}  // namespace portcullis::k8s
