#include "compiler/binding/binding_rules.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "compiler/binding/binding_table.h"
#include "compiler/policy/anonymous_address.h"
#include "compiler/policy/forward_chain.h"

namespace portcullis {
namespace {

constexpr std::array<std::uint8_t, 3> kListenerReports = {131, 132, 143};  // RFC 2710, RFC 3810
constexpr std::uint8_t kListenerQuery = 130;
constexpr std::uint8_t kRouterSolicitation = 133;  // RFC 4861
constexpr std::uint8_t kRouterAdvertisement = 134;
constexpr std::uint8_t kRedirect = 137;
constexpr std::uint16_t kDhcpServer = 67;  // RFC 2131
constexpr std::uint16_t kIp = 0x0800;
constexpr std::uint16_t kIpv6 = 0x86dd;
constexpr std::uint16_t kArp = 0x0806;

// Of routers, which a pod is not.
constexpr std::array kRouterMessages = {kListenerQuery, kRouterAdvertisement, kRedirect};

const Verdict accept{Verdict::Kind::kAccept};

// What a host sends to find its neighbors, to others on its link.
constexpr std::array kOnLinkMessages = {kRouterSolicitation, kNeighborSolicitation,
                                        kNeighborAdvertisement};

// All multicast: the next bit is reserved, and 0 (RFC 7371).
const Cidr multicast{{Family::kIpv6, AddressValue{0xff} << 120}, 9};

BaseChain before_conntrack() { return {"filter", 0, -300, 1}; }  // which is at -200
BaseChain before_policies() { return {"filter", 2, -2, 1}; }     // which are at -1

Cidr unspecified(Family family) { return {{family, 0}, bits(family)}; }

// What a host without an address sends to obtain one.
void add_unspecified_ip4(std::vector<Rule>& rules) {
  rules.push_back({{InBlock{Field::kIp4Source, unspecified(Family::kIpv4)},
                    Equal{Field::kUdpDestinationPort, kDhcpServer}, accept}});
}

void add_unspecified_ip6(std::vector<Rule>& rules) {
  const auto pass = [&](std::uint8_t type) {
    rules.push_back({{InBlock{Field::kIp6Source, unspecified(Family::kIpv6)},
                      Equal{Field::kIcmpv6Type, type}, accept}});
  };
  for (const auto type : kListenerReports) pass(type);
  pass(kRouterSolicitation);
  pass(kNeighborSolicitation);
}

void add_link_local(const BindingTable& table, std::vector<Rule>& rules) {
  rules.push_back({{InBlock{Field::kIp6Source, Cidr{kLinkLocal, kLinkLocalPrefix}}, table.pass()}});
}

void add_router_messages(BindingTable& table, std::vector<Rule>& rules) {
  table.add_denial("router", Unbound::kNeighbor, "what only routers send");
  for (const auto type : kRouterMessages)
    rules.push_back({{Equal{Field::kIcmpv6Type, type}, table.go("router")}});
}

// Returns the rules that every packet passes.
std::vector<Rule> add_routed_chains(BindingTable& table) {
  std::vector<Rule> unbound;
  add_router_messages(table, unbound);
  add_link_local(table, unbound);
  add_unspecified_ip4(unbound);
  add_unspecified_ip6(unbound);
  table.add_allowed(Family::kIpv4, Field::kIp4Source, table.pass(), unbound);
  table.add_allowed(Family::kIpv6, Field::kIp6Source, table.pass(), unbound);
  table.deny(Unbound::kSource, unbound);
  table.add_chain("unbound", std::move(unbound), {}, "sources that are not the pod's");
  return {{{table.is_bound(Family::kIpv4, Field::kIp4Source), table.pass()}},
          {{table.is_bound(Family::kIpv6, Field::kIp6Source), table.pass()}},
          {{table.enters_by("pod-interfaces"), table.go("unbound")}}};
}

void add_on_link(BindingTable& table, std::vector<Rule>& rules) {
  std::vector<Rule> neighbors;
  neighbors.reserve(kOnLinkMessages.size() + 2);
  for (const auto type : kOnLinkMessages)
    neighbors.push_back({{Equal{Field::kIcmpv6Type, type}, accept}});
  table.deny(Unbound::kUnknown, neighbors);
  table.add_chain("on-link", std::move(neighbors));
  for (const auto& block : {Cidr{kLinkLocal, kLinkLocalPrefix}, multicast})
    rules.push_back({{InBlock{Field::kIp6Destination, block}, table.go("on-link")}});
}

// What an interface sends while it is not known to be a pod's: it may obtain an address, and a
// routed one find its neighbors, so that the pod's first connection need not wait for that.
void add_closed_interfaces(BindingTable& table, std::vector<Rule>& prerouting) {
  std::vector<Rule> closed;
  add_unspecified_ip4(closed);
  if (table.is_routed()) add_on_link(table, closed);
  table.deny(Unbound::kUnknown, closed);
  table.add_chain("closed", std::move(closed), {}, "from what is not known to be a pod");
  prerouting.push_back({{table.could_be_pod(Field::kInputInterface), table.go("closed")}});
}

// What is sent on to an interface that is not known to be a pod's, and between addresses.
void add_closed_forward(BindingTable& table) {
  std::vector<Rule> forward;
  table.add_denial("unknown", Unbound::kUnknown, "to what is not known to be a pod");
  const auto denial = table.go("unknown");
  if (table.closes_interfaces()) {
    auto unknown = InSet{{Field::kOutputInterface}, table.name("pod-interfaces"), false, true};
    forward.push_back({{table.could_be_pod(Field::kOutputInterface), std::move(unknown), denial}});
  }
  table.add_closed_blocks(denial, forward);
  table.add_chain("unknown-pods", std::move(forward), before_policies());
}

void add_inet_chains(const std::vector<BoundPort>& routed, const std::vector<BoundPort>& bridged,
                     BindingTable& table) {
  std::vector<Rule> prerouting;
  if (!routed.empty() || table.closes_interfaces()) {
    table.add(routed);
    prerouting = add_routed_chains(table);
  }
  if (!bridged.empty()) {
    table.add_interfaces("bridged-interfaces", bridged, "pods', which are ports of bridges");
    table.add_denial("past-bridge", Unbound::kFrames);
    prerouting.push_back({{table.enters_by("bridged-interfaces"), table.go("past-bridge")}});
  }
  table.add_unknown_pods();
  if (table.closes_interfaces()) add_closed_interfaces(table, prerouting);
  if (table.closes_anything()) add_closed_forward(table);
  if (!prerouting.empty()) table.add_chain("prerouting", std::move(prerouting), before_conntrack());
}

void add_bridged_ip4(BindingTable& table) {
  std::vector<Rule> unbound;
  add_unspecified_ip4(unbound);
  table.add_allowed(Family::kIpv4, Field::kIp4Source, table.pass(), unbound);
  table.deny(Unbound::kSource, unbound);
  table.add_chain("unbound", std::move(unbound), {}, "sources that are not the pod's");
  table.add_chain("ipv4", {{{table.is_bound(Family::kIpv4, Field::kIp4Source), table.pass()}},
                           {{table.enters_by("pod-interfaces"), table.go("unbound")}}});
}

void add_bridged_arp(BindingTable& table) {
  std::vector<Rule> rules = {{{table.is_bound(Family::kIpv4, Field::kArpSource), accept}},
                             {{InBlock{Field::kArpSource, unspecified(Family::kIpv4)}, accept}}};
  table.add_allowed(Family::kIpv4, Field::kArpSource, accept, rules);
  table.deny(Unbound::kNeighbor, rules);
  table.add_chain("arp-sender", std::move(rules));
}

void add_bridged_ip6(BindingTable& table) {
  std::vector<Rule> source = {{{table.is_bound(Family::kIpv6, Field::kIp6Source), table.pass()}}};
  add_link_local(table, source);
  add_unspecified_ip6(source);
  table.add_allowed(Family::kIpv6, Field::kIp6Source, table.pass(), source);
  table.deny(Unbound::kSource, source);
  table.add_chain("ipv6-source", std::move(source));

  const Equal solicitation{Field::kIcmpv6Type, kNeighborSolicitation};
  const Equal advertisement{Field::kIcmpv6Type, kNeighborAdvertisement};
  const Equal is_link_local{Field::kNeighborTargetScope, 0xfe80};
  std::vector<Rule> neighbor = {{{VerdictMap{{Field::kInputInterface}, table.name("neighbor-v6")}}},
                                {{solicitation, is_link_local, table.go("ipv6-source")}},
                                {{advertisement, is_link_local, table.go("ipv6-source")}}};
  table.deny(Unbound::kNeighbor, neighbor);
  table.add_chain("neighbor", std::move(neighbor), {}, "who has an address: only pods' own");

  std::vector<Rule> rules = {{{advertisement, table.go("neighbor")}},
                             {{InBlock{Field::kIp6Source, unspecified(Family::kIpv6)}, solicitation,
                               table.go("neighbor")}}};
  add_router_messages(table, rules);
  rules.push_back({{table.go("ipv6-source")}});
  table.add_chain("ipv6", std::move(rules));
}

void add_bridge_chains(const std::vector<BoundPort>& ports, BindingTable& table) {
  table.add(ports);
  table.add_neighbor_chains(ports);
  add_bridged_ip4(table);
  add_bridged_arp(table);
  add_bridged_ip6(table);
  std::vector<Rule> frame = {{{Equal{Field::kEtherType, kIpv6}, table.go("ipv6")}},
                             {{Equal{Field::kEtherType, kArp}, table.go("arp-sender")}}};
  table.deny(Unbound::kFrames, frame);
  table.add_chain("frame", std::move(frame));
  // The type in the frame, where a tag is seen. First, so that one lookup lets most packets pass.
  std::vector<Rule> prerouting = {{{Equal{Field::kEtherType, kIp}, Jump{table.name("ipv4")}}},
                                  {{table.enters_by("pod-interfaces"), table.go("frame")}}};
  table.add_unknown_pods();
  if (table.closes_interfaces()) {
    add_closed_interfaces(table, prerouting);
    add_closed_forward(table);
  }
  table.add_chain("prerouting", std::move(prerouting), before_conntrack());
}

}  // namespace

Ruleset binding_rules(const Bindings& bindings, const BindingOptions& options) {
  std::vector<BoundPort> routed;
  std::vector<BoundPort> bridged;
  for (const auto& [index, port] : bindings.ports)
    (port.bridge.empty() ? routed : bridged).push_back(port);
  Ruleset ruleset;
  if (bindings.ports.empty() && options.unknown_pods.empty()) return ruleset;
  BindingTable inet(TableFamily::kInet, options, ruleset);
  add_inet_chains(routed, bridged, inet);
  if (bridged.empty() && !inet.closes_interfaces()) return ruleset;
  BindingTable bridge(TableFamily::kBridge, options, ruleset);
  add_bridge_chains(bridged, bridge);
  return ruleset;
}

BoundInterfaces bound_interfaces(const Ruleset& ruleset) {
  BoundInterfaces interfaces;
  const auto visit = [&](const std::string& set, auto take) {
    const auto found = ruleset.sets.find(set);
    if (found == ruleset.sets.end()) return;
    for (const auto& element : found->second.elements) {
      const auto bytes = element.key.bytes();
      const auto name = bytes.first(std::min(bytes.size(), size_of(FieldType::kIfname)));
      take(interfaces[std::string(name.begin(), std::ranges::find(name, 0))],
           bytes.subspan(name.size()));
    }
  };
  for (const auto table : kTableFamilies) {
    visit(name_in(table, "pod-interfaces"), [](const auto&, const auto&) {});
    for (const auto family : kFamilies) {
      visit(name_in(table, in_family("bound", family)), [&](auto& addresses, const auto& bytes) {
        if (const auto address = address_of(bytes)) addresses.insert(*address);
      });
    }
  }
  return interfaces;
}

}  // namespace portcullis
