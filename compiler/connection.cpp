#include "compiler/connection.h"

#include <algorithm>

namespace portcullis {
namespace {

std::string protocol_name(std::uint8_t protocol) {
  if (protocol == kIcmp || protocol == kIcmpv6) return "ICMP";
  for (const auto known : {Protocol::kTcp, Protocol::kUdp, Protocol::kSctp}) {
    if (static_cast<std::uint8_t>(known) == protocol) return to_string(known);
  }
  return "protocol " + std::to_string(protocol);
}

bool has_better_claim(const Pod& a, const Pod& b) {
  if (a.terminating != b.terminating) return !a.terminating;
  const bool a_runs = a.phase == PodPhase::kRunning;
  const bool b_runs = b.phase == PodPhase::kRunning;
  if (a_runs != b_runs) return a_runs;
  return a.created_at > b.created_at;
}

}  // namespace

std::string traffic_of(const Connection& connection) {
  const auto protocol = protocol_name(connection.protocol);
  return connection.port ? std::to_string(*connection.port) + "/" + protocol : protocol;
}

End find_end(const ClusterState& cluster, const Address& address) {
  End end{address};
  for (const auto& [key, pod] : cluster.pods()) {
    const auto& addresses = pod->addresses;
    if (pod->host_network || pod->finished()) continue;
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) continue;
    if (end.pod == nullptr || has_better_claim(*pod, *end.pod)) {
      end = {address, pod.get(), false};
    } else if (!has_better_claim(*end.pod, *pod)) {
      end.contested = true;
    }
  }
  return end;
}

}  // namespace portcullis
