#include "compiler/cluster/membership.h"

#include <algorithm>

namespace portcullis {
namespace {

// An address has one owner, so it alone tells members apart.
std::vector<Member> sorted_unique(std::vector<Member> members) {
  std::sort(members.begin(), members.end(),
            [](const auto& a, const auto& b) { return a.address < b.address; });
  const auto end = std::unique(members.begin(), members.end(),
                               [](const auto& a, const auto& b) { return a.address == b.address; });
  members.erase(end, members.end());
  return members;
}

}  // namespace

Membership::Membership(const std::vector<Endpoint>& endpoints) {
  for (const auto& endpoint : endpoints) {
    if (endpoint.contested || endpoint.pod->malformed) continue;
    auto& ns = namespaces_[endpoint.pod->key.ns];
    ns.object = endpoint.ns;
    ns.by_labels[endpoint.pod->labels].push_back(&endpoint);
  }
}

void Membership::add(const PeerSelector& selector, std::vector<Member>& found) const {
  for (const auto& [name, ns] : namespaces_) {
    if (!selector.matches_namespace(name, ns.object)) continue;
    for (const auto& [labels, endpoints] : ns.by_labels) {
      if (!selector.pods.matches(labels)) continue;
      for (const auto* endpoint : endpoints) {
        for (const auto& address : endpoint->addresses) found.push_back({address, endpoint->pod});
      }
    }
  }
}

std::vector<Member> Membership::members(const std::vector<PeerSelector>& selectors) const {
  std::vector<Member> found;
  for (const auto& selector : selectors) add(selector, found);
  return sorted_unique(std::move(found));
}

std::vector<Member> Membership::members(const Peers& peers) const {
  static const PeerSelector kEveryPod{LabelSelector(), LabelSelector()};
  if (peers.everyone) return members(std::vector{kEveryPod});
  auto found = members(peers.pods);
  if (peers.v4.empty() && peers.v6.empty()) return found;
  for (const auto& member : members(std::vector{kEveryPod})) {
    if (peers.covers(member.address)) found.push_back(member);
  }
  return sorted_unique(std::move(found));
}

}  // namespace portcullis
