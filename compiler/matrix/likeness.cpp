#include "compiler/matrix/likeness.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <tuple>
#include <variant>

namespace portcullis {
namespace {

// Everything of a pod that a policy can match, and what decides before policies do.
struct Traits {
  Labels labels;
  std::vector<NamedPort> ports;
  std::vector<Address> node_addresses;
  bool malformed = false;
  std::vector<std::string>
      ends;  // of each address: its family, its blocks, itself if another claims it

  bool operator<(const Traits& other) const {
    return std::tie(labels, ports, node_addresses, malformed, ends) <
           std::tie(other.labels, other.ports, other.node_addresses, other.malformed, other.ends);
  }
};

void add_blocks(const std::vector<PolicyRule>& rules, std::vector<Cidr>& blocks) {
  for (const auto& rule : rules) {
    for (const auto& peer : rule.peers) {
      const auto* block = std::get_if<IpBlock>(&peer);
      if (block == nullptr) continue;
      blocks.push_back(block->cidr);
      blocks.insert(blocks.end(), block->except.begin(), block->except.end());
    }
  }
}

std::string text_of(const End& end, const std::vector<Cidr>& blocks) {
  std::string text = end.address.family == Family::kIpv4 ? "4" : "6";
  for (const auto& block : blocks) text += block.contains(end.address) ? '1' : '0';
  const bool is_claimed_twice = end.contested || !end.rivals.empty();
  return is_claimed_twice ? text + to_string(end.address) : text;
}

Traits traits_of(const Party::Member& member, const std::vector<Cidr>& blocks) {
  Traits traits;
  if (member.pod != nullptr) {
    traits.labels = *member.pod->labels;
    traits.ports = *member.pod->ports;
    traits.node_addresses = *member.pod->node_addresses;
    traits.malformed = member.pod->malformed;
  }
  for (const auto& end : member.ends) traits.ends.push_back(text_of(end, blocks));
  return traits;
}

}  // namespace

Likeness::Likeness(const ClusterState& cluster) {
  for (const auto& [key, policy] : cluster.policies()) {
    add_blocks(policy->ingress, blocks_);
    add_blocks(policy->egress, blocks_);
  }
  std::sort(blocks_.begin(), blocks_.end());
  blocks_.erase(std::unique(blocks_.begin(), blocks_.end()), blocks_.end());
}

std::vector<const Party::Member*> Likeness::representatives(const Party& party) const {
  constexpr std::size_t kMostOfAKind = 2;
  std::map<Traits, std::size_t> seen;
  std::vector<const Party::Member*> representatives;
  for (const auto& member : party.members) {
    if (seen[traits_of(member, blocks_)]++ < kMostOfAKind) representatives.push_back(&member);
  }
  return representatives;
}

}  // namespace portcullis
