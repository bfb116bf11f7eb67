#include "k8s-client/decode/malformed.h"

namespace portcullis::k8s {

void fail_closed(Pod& pod) {
  pod.malformed = true;
  pod.labels = {};
  pod.ports = {};
}

void fail_closed(Namespace& ns) {
  ns.malformed = true;
  ns.labels.clear();
}

void fail_closed(NetworkPolicy& policy) {
  policy.malformed = true;
  policy.ingress.clear();
  policy.egress.clear();
}

}  // namespace portcullis::k8s
