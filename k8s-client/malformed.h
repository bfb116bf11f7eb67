#pragma once

#include "compiler/objects.h"

namespace portcullis::k8s {

// Marks an object as malformed and takes from it whatever could let something through or make it
// somebody's peer. What says where it is enforced stays: addresses, node, a policy's subjects.
void fail_closed(Pod& pod);
void fail_closed(Namespace& ns);
void fail_closed(NetworkPolicy& policy);

}  // namespace portcullis::k8s
