#include "compiler/model/objects.h"

#include <functional>

namespace portcullis {

std::string to_string(const ObjectKey& key) { return key.ns + "/" + key.name; }

std::uint64_t pod_uid(std::string_view text) {
  return text.empty() ? 0 : std::hash<std::string_view>()(text);
}

const char* to_string(Protocol protocol) {
  switch (protocol) {
    case Protocol::kTcp:
      return "TCP";
    case Protocol::kUdp:
      return "UDP";
    case Protocol::kSctp:
      return "SCTP";
  }
  return "?";
}

bool isolates(const NetworkPolicy& policy, Direction direction) {
  return direction == Direction::kIngress ? policy.isolates_ingress : policy.isolates_egress;
}

}  // namespace portcullis
