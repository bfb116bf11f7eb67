#include "compiler/verdict/connection.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "compiler/cluster/address_owner.h"

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
  const bool a_runs = a.phase == PodPhase::kRunning;
  const bool b_runs = b.phase == PodPhase::kRunning;
  if (a_runs != b_runs) return a_runs;
  return a.created_at > b.created_at;
}

Claim best_of(const std::vector<const Pod*>& pods) {
  Claim best;
  for (const auto* pod : pods) {
    if (best.pod == nullptr || has_better_claim(*pod, *best.pod)) {
      best = {pod, false};
    } else if (!has_better_claim(*best.pod, *pod)) {
      best.contested = true;
    }
  }
  return best;
}

std::vector<const Pod*> claimants(const ClusterState& cluster, const Address& address) {
  std::vector<const Pod*> found;
  for (const auto& [key, pod] : cluster.pods()) {
    const auto& addresses = pod->addresses;
    if (pod->host_network || pod->finished()) continue;
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) continue;
    found.push_back(pod.get());
  }
  return found;
}

// The owner as a node sees it: the best claim of its own pods. Empty for a node whose only such
// pods are those that may be anywhere.
Claim claim_on(const std::string& node, const std::vector<const Pod*>& pods, const Claim& owner) {
  std::vector<const Pod*> own;
  std::copy_if(pods.begin(), pods.end(), std::back_inserter(own),
               [&](const Pod* pod) { return pod->is_local_to(node); });
  auto claim = best_of(own);
  const bool ties = claim.pod != nullptr && !has_better_claim(*owner.pod, *claim.pod);
  if (ties && owner.contested) claim.contested = true;
  return claim;
}

}  // namespace

std::string traffic_of(const Connection& connection) {
  const auto protocol = protocol_name(connection.protocol);
  return connection.port ? std::to_string(*connection.port) + "/" + protocol : protocol;
}

std::vector<End> claims_of(const End& end) {
  std::vector<End> claims = {end};
  for (const auto& rival : end.rivals) {
    claims.push_back({end.address, rival.pod, rival.contested, {}, end.former});
  }
  return claims;
}

std::string described_former(const ClusterState& cluster, const Address& address,
                             const ObjectKey& former) {
  if (former == ObjectKey()) {
    return "was enforced before the daemon started, and no pod of this node claims it";
  }
  const auto pod = cluster.pods().find(former);
  const std::string text = "was the address of " + to_string(former);
  if (pod == cluster.pods().end()) return text + " whose object is gone";
  if (has_own_address(*pod->second) && std::ranges::count(pod->second->addresses, address) > 0) {
    return "is the address of " + to_string(former) +
           ", and is behind the interfaces of several network namespaces";
  }
  return text + (pod->second->finished() ? " which has finished" : " which no longer claims it");
}

End find_end(const ClusterState& cluster, const Address& address) {
  End end{address};
  const auto closed = cluster.quarantined().find(address);
  if (closed != cluster.quarantined().end()) end.former = &closed->second;
  const auto pods = claimants(cluster, address);
  const auto owner = best_of(pods);
  end.pod = owner.pod;
  end.contested = owner.contested;
  if (pods.size() < 2) return end;
  std::set<std::string> nodes = {""};
  for (const auto* pod : pods) nodes.insert(*pod->node_name);
  for (const auto& node : nodes) {
    const auto claim = claim_on(node, pods, owner);
    const bool is_told = claim.pod == nullptr || claim == owner ||
                         std::count(end.rivals.begin(), end.rivals.end(), claim) > 0;
    if (!is_told && !(claim.contested && owner.contested)) end.rivals.push_back(claim);
  }
  return end;
}

}  // namespace portcullis
