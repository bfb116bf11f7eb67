#include "compiler/binding/binding_rules.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "compiler/binding/binding_table.h"
#include "compiler/policy/anonymous_address.h"

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

BaseChain before_conntrack() { return {"filter", 0, -300, 1}; }  // which is at -200

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

void add_inet_chains(const std::vector<BoundPort>& routed, const std::vector<BoundPort>& bridged,
                     BindingTable& table) {
  std::vector<Rule> prerouting;
  if (!routed.empty()) {
    table.add(routed);
    prerouting = add_routed_chains(table);
  }
  if (!bridged.empty()) {
    table.add_interfaces("bridged-interfaces", bridged, "pods', which are ports of bridges");
    table.add_denial("past-bridge", Unbound::kFrames);
    prerouting.push_back({{table.enters_by("bridged-interfaces"), table.go("past-bridge")}});
  }
  table.add_chain("prerouting", std::move(prerouting), before_conntrack());
}

void add_bridged_ip4(BindingTable& table) {
  std::vector<Rule> rules = {{{table.is_bound(Family::kIpv4, Field::kIp4Source), table.pass()}}};
  add_unspecified_ip4(rules);
  table.add_allowed(Family::kIpv4, Field::kIp4Source, table.pass(), rules);
  table.deny(Unbound::kSource, rules);
  table.add_chain("ipv4", std::move(rules));
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
  std::vector<Rule> frame = {{{Equal{Field::kEtherType, kIp}, table.go("ipv4")}},
                             {{Equal{Field::kEtherType, kIpv6}, table.go("ipv6")}},
                             {{Equal{Field::kEtherType, kArp}, table.go("arp-sender")}}};
  table.deny(Unbound::kFrames, frame);
  table.add_chain("frame", std::move(frame));
  table.add_chain("prerouting", {{{table.enters_by("pod-interfaces"), table.go("frame")}}},
                  before_conntrack());
}

}  // namespace

Ruleset binding_rules(const Bindings& bindings, const BindingOptions& options) {
  std::vector<BoundPort> routed;
  std::vector<BoundPort> bridged;
  for (const auto& [index, port] : bindings.ports)
    (port.bridge.empty() ? routed : bridged).push_back(port);
  Ruleset ruleset;
  if (bindings.ports.empty()) return ruleset;
  BindingTable inet(TableFamily::kInet, options, ruleset);
  add_inet_chains(routed, bridged, inet);
  if (bridged.empty()) return ruleset;
  BindingTable bridge(TableFamily::kBridge, options, ruleset);
  add_bridge_chains(bridged, bridge);
  return ruleset;
}

}  // namespace portcullis
