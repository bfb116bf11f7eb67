#include "compiler/policy/profile.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "compiler/policy/serialize.h"

namespace portcullis {
namespace {

constexpr std::size_t kMaxComparedOfClass = 16;

void add_block(const IpBlock& block, Peers& peers) {
  AddressRanges holes;
  for (const auto& except : block.except) {
    holes.push_back({except.first().value, except.last().value});
  }
  auto& ranges = block.cidr.base.family == Family::kIpv4 ? peers.v4 : peers.v6;
  const Interval<AddressValue> whole{block.cidr.first().value, block.cidr.last().value};
  const auto rest = subtract(whole, std::move(holes));
  ranges.insert(ranges.end(), rest.begin(), rest.end());
}

Peers peers_of(const PolicyRule& rule, const std::string& policy_namespace) {
  Peers peers;
  peers.everyone = rule.peers.empty();
  for (const auto& peer : rule.peers) {
    if (const auto* block = std::get_if<IpBlock>(&peer)) {
      add_block(*block, peers);
    } else {
      peers.pods.push_back(peer_selector(std::get<PodPeer>(peer), policy_namespace));
    }
  }
  return peers;
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

void add(Peers& to, const Peers& from) {
  to.everyone = to.everyone || from.everyone;
  append(to.pods, from.pods);
  append(to.v4, from.v4);
  append(to.v6, from.v6);
}

Peers canonical(Peers peers, std::size_t most_compared = kMaxCompared) {
  if (peers.everyone) return Peers{true, {}, {}, {}};
  return {false, unite(std::move(peers.pods), most_compared), merge(std::move(peers.v4)),
          merge(std::move(peers.v6))};
}

// Collects clauses by their ports, so that rules with equal ports become one.
class ProfileBuilder {
 public:
  ProfileBuilder(Direction direction, const std::vector<NamedPort>& ports)
      : direction_(direction), ports_(ports) {}

  void add_rule(const PolicyRule& rule, const std::string& policy_namespace) {
    const auto peers = peers_of(rule, policy_namespace);
    if (rule.ports.empty()) return add(clauses_[std::nullopt], peers);
    PortSet ports;
    for (const auto& port : rule.ports) add_port(port, peers, ports);
    // A rule whose port names do not resolve has no ports left, and matches nothing.
    if (!ports.empty()) add(clauses_[merge(std::move(ports))], peers);
  }

  Profile build() && {
    Profile profile;
    profile.direction = direction_;
    for (auto& [ports, peers] : clauses_) {
      profile.clauses.push_back({ports, canonical(std::move(peers))});
    }
    for (auto& [port, peers] : named_) {
      profile.named.push_back({port.first, port.second, canonical(std::move(peers))});
    }
    return profile;
  }

 private:
  void add_port(const PolicyPort& port, const Peers& peers, PortSet& ports) {
    if (const auto* name = std::get_if<std::string>(&port.port)) {
      add_named_port(*name, port.protocol, peers, ports);
    } else if (const auto* range = std::get_if<PortRange>(&port.port)) {
      ports.push_back(port_interval(port.protocol, *range));
    } else {
      ports.push_back(port_interval(port.protocol, {0, 65535}));
    }
  }

  void add_named_port(const std::string& name, Protocol protocol, const Peers& peers,
                      PortSet& ports) {
    if (direction_ == Direction::kEgress) {
      add(named_[{name, protocol}], peers);
    } else if (const auto* found = find_port(ports_, name, protocol)) {
      ports.push_back(port_interval(protocol, {found->number, found->number}));
    }
  }

  Direction direction_;
  const std::vector<NamedPort>& ports_;  // of the subject
  std::map<std::optional<PortSet>, Peers> clauses_;
  std::map<std::pair<std::string, Protocol>, Peers> named_;
};

}  // namespace

bool Peers::covers(const Address& address) const {
  const auto& all = ranges(address.family);
  const auto above = std::upper_bound(
      all.begin(), all.end(), address.value,
      [](const AddressValue& value, const auto& range) { return value < range.first; });
  return above != all.begin() && address.value <= std::prev(above)->last;
}

Peers unite(std::span<const Peers* const> peers) {
  Peers all;
  for (const auto* each : peers) add(all, *each);
  return canonical(std::move(all), kMaxComparedOfClass);
}

const NamedPort* find_port(const std::vector<NamedPort>& ports, const std::string& name,
                           Protocol protocol) {
  const auto found = std::find_if(ports.begin(), ports.end(), [&](const auto& port) {
    return port.name == name && port.protocol == protocol;
  });
  return found == ports.end() ? nullptr : &*found;
}

bool Profile::allows_everything() const {
  return std::any_of(clauses.begin(), clauses.end(),
                     [](const Clause& clause) { return !clause.ports && clause.peers.everyone; });
}

std::vector<NamedPort> ports_that_matter(Direction direction,
                                         std::span<const NetworkPolicy* const> policies,
                                         const std::vector<NamedPort>& ports) {
  if (direction == Direction::kEgress || ports.empty()) return {};
  std::set<std::pair<std::string_view, Protocol>> named;
  for (const auto* policy : policies) {
    for (const auto& rule : policy->ingress) {
      for (const auto& port : rule.ports) {
        const auto* name = std::get_if<std::string>(&port.port);
        if (name != nullptr) named.emplace(*name, port.protocol);
      }
    }
  }
  auto matter = ports;
  std::erase_if(matter, [&](const NamedPort& port) {
    return !named.contains({port.name, port.protocol});
  });
  return matter;
}

Profile make_profile(Direction direction, std::span<const NetworkPolicy* const> policies,
                     const std::vector<NamedPort>& ports) {
  ProfileBuilder builder(direction, ports);
  std::vector<std::string> names;
  for (const auto* policy : policies) {
    names.push_back(to_string(policy->key));
    if (policy->malformed) continue;  // isolates, and allows nothing
    const auto& rules = direction == Direction::kIngress ? policy->ingress : policy->egress;
    for (const auto& rule : rules) builder.add_rule(rule, policy->key.ns);
  }
  auto profile = std::move(builder).build();
  profile.policies = std::move(names);
  return profile;
}

}  // namespace portcullis
