#include "compiler/binding/binding_rules.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "compiler/base/content_hash.h"
#include "compiler/base/interval.h"
#include "compiler/policy/anonymous_address.h"
#include "compiler/policy/forward_chain.h"

namespace portcullis {
namespace {

constexpr std::array<std::uint8_t, 3> kListenerReports = {131, 132, 143};  // RFC 2710, RFC 3810
constexpr std::uint8_t kRouterSolicitation = 133;                          // RFC 4861
constexpr std::uint8_t kRouterAdvertisement = 134;
constexpr std::uint8_t kNeighborSolicitation = 135;
constexpr std::uint8_t kNeighborAdvertisement = 136;
constexpr std::uint8_t kRedirect = 137;
constexpr std::uint16_t kDhcpServer = 67;  // RFC 2131
constexpr std::uint16_t kIp = 0x0800;
constexpr std::uint16_t kIpv6 = 0x86dd;
constexpr std::uint16_t kArp = 0x0806;

constexpr std::string_view kDenied = "denied-";
enum : std::size_t { kSource, kNeighbor, kFrames };  // of kUnbound

const Verdict accept{Verdict::Kind::kAccept};
const Verdict drop{Verdict::Kind::kDrop};

BaseChain before_conntrack() { return {"filter", 0, -300, 1}; }  // which is at -200

Cidr unspecified(Family family) { return {{family, 0}, bits(family)}; }

// The objects of one table.
class Table {
 public:
  Table(TableFamily family, const std::vector<Cidr>& allowed, Ruleset& ruleset)
      : family_(family), ruleset_(ruleset) {
    for (const auto each : kFamilies) add_bound_set(each);
    add_set("pod-interfaces", {FieldType::kIfname}, "interfaces of this node's pods");
    for (const auto each : kFamilies) add_allowed_set(each, allowed);
  }

  void add(const BoundPort& port) {
    set("pod-interfaces").elements.push_back({key_of(port.interface), {}, {}});
    for (const auto& source : port.sources) {
      auto& bound = set(in_family("bound", source.family));
      bound.elements.push_back({key_of(port.interface).append(source), {}, {}});
    }
  }

  void add_neighbor_chains(const std::vector<BoundPort>& ports) {
    auto& map = add_map("neighbor-v6", FieldType::kIfname);
    for (const auto& port : ports) {
      auto chain = neighbor_chain(port);
      if (chain.rules.empty()) continue;
      map.elements.push_back({key_of(port.interface), {}, chain.spec.name});
      ruleset_.chains.insert_or_assign(chain.spec.name, std::move(chain));
    }
  }

  void sort() {
    for (auto& [name, set] : ruleset_.sets) std::ranges::sort(set.elements);
  }

  void add_chain(const char* local, std::vector<Rule> rules, std::optional<BaseChain> base = {},
                 const char* comment = "") {
    auto chain_name = name(local);
    ruleset_.chains[chain_name] = {{chain_name, std::move(base), comment}, std::move(rules)};
  }

  std::string name(std::string_view local) const { return name_in(family_, local); }
  Jump go(const char* chain) const { return {name(chain), true}; }
  InSet is_bound(Family family, Field source) const {
    return {{Field::kInputInterface, source}, name(in_family("bound", family)), false, false};
  }
  InSet is_pods() const { return {{Field::kInputInterface}, name("pod-interfaces"), false, false}; }

  void add_allowed(Family family, Field source, std::vector<Rule>& rules) const {
    const auto& allowed = allowed_[index_of(family)];
    if (!allowed.empty()) rules.push_back({{InSet{{source}, allowed, true, false}, accept}});
  }

  void deny(std::size_t what, std::vector<Rule>& rules) const {
    auto counter_name = name(std::string(kDenied) + kUnbound[what]);
    ruleset_.counters[counter_name] = {counter_name, "not the pod's own"};
    rules.push_back({{Counter{std::move(counter_name)}, drop}});
  }

 private:
  static ElementKey key_of(const std::string& interface) {
    return ElementKey().append_interface(interface);
  }

  Set& set(const std::string& local) { return ruleset_.sets.at(name(local)); }

  Set& add_set(const std::string& local, std::vector<FieldType> key, const char* comment) {
    auto& set = ruleset_.sets[name(local)];
    set.spec = {name(local), std::move(key), false, false, comment};
    return set;
  }

  Set& add_map(const std::string& local, FieldType key) {
    auto& map = add_set(local, {key}, "");
    map.spec.verdict_map = true;
    return map;
  }

  void add_bound_set(Family family) {
    add_set(in_family("bound", family), {FieldType::kIfname, address_type(family)},
            "pods' interfaces, and their addresses");
  }

  // Named after its content, since its ranges cannot change in place.
  void add_allowed_set(Family family, const std::vector<Cidr>& allowed) {
    std::vector<Interval<AddressValue>> ranges;
    std::string content;
    for (const auto& block : allowed) {
      if (block.base.family != family) continue;
      ranges.push_back({block.first().value, block.last().value});
      content += to_string(block) + ' ';
    }
    if (ranges.empty()) return;
    const auto local = in_family("allowed", family) + '-' + content_hash(content);
    auto& set = add_set(local, {address_type(family)}, "sources that any pod may use");
    set.spec.interval = true;
    for (const auto& range : merge(std::move(ranges))) {
      set.elements.push_back({ElementKey().append(Address{family, range.first}),
                              ElementKey().append(Address{family, range.last}),
                              {}});
    }
    allowed_[index_of(family)] = name(local);
  }

  // For each of its addresses an advertisement may have as its target.
  Chain neighbor_chain(const BoundPort& port) const {
    Chain chain;
    std::string content;
    for (const auto& source : port.sources) {
      if (source.family != Family::kIpv6) continue;
      content += to_string(source) + ' ';
      chain.rules.push_back({{Equal{Field::kIcmpv6Type, kNeighborAdvertisement},
                              InBlock{Field::kNeighborTarget, Cidr{source, bits(source.family)}},
                              go("ipv6-source")}});
    }
    chain.spec = {name("neighbor-" + content_hash(content)), {}, ""};
    return chain;
  }

  const TableFamily family_;
  Ruleset& ruleset_;
  std::array<std::string, kFamilies.size()> allowed_;  // names of sets; empty: none
};

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

void add_link_local(std::vector<Rule>& rules) {
  rules.push_back({{InBlock{Field::kIp6Source, Cidr{kLinkLocal, kLinkLocalPrefix}}, accept}});
}

void add_routed_chains(Table& table) {
  std::vector<Rule> unbound;
  add_link_local(unbound);
  add_unspecified_ip4(unbound);
  add_unspecified_ip6(unbound);
  table.add_allowed(Family::kIpv4, Field::kIp4Source, unbound);
  table.add_allowed(Family::kIpv6, Field::kIp6Source, unbound);
  table.deny(kSource, unbound);
  table.add_chain("unbound", std::move(unbound), {}, "sources that are not the pod's");
  table.add_chain("prerouting",
                  {{{table.is_bound(Family::kIpv4, Field::kIp4Source), accept}},
                   {{table.is_bound(Family::kIpv6, Field::kIp6Source), accept}},
                   {{table.is_pods(), table.go("unbound")}}},
                  before_conntrack());
}

void add_bridged_ip4(Table& table) {
  std::vector<Rule> rules = {{{table.is_bound(Family::kIpv4, Field::kIp4Source), accept}}};
  add_unspecified_ip4(rules);
  table.add_allowed(Family::kIpv4, Field::kIp4Source, rules);
  table.deny(kSource, rules);
  table.add_chain("ipv4", std::move(rules));
}

void add_bridged_arp(Table& table) {
  std::vector<Rule> rules = {{{table.is_bound(Family::kIpv4, Field::kArpSource), accept}},
                             {{InBlock{Field::kArpSource, unspecified(Family::kIpv4)}, accept}}};
  table.add_allowed(Family::kIpv4, Field::kArpSource, rules);
  table.deny(kNeighbor, rules);
  table.add_chain("arp-sender", std::move(rules));
}

void add_bridged_ip6(Table& table) {
  std::vector<Rule> source = {{{table.is_bound(Family::kIpv6, Field::kIp6Source), accept}}};
  add_link_local(source);
  add_unspecified_ip6(source);
  table.add_allowed(Family::kIpv6, Field::kIp6Source, source);
  table.deny(kSource, source);
  table.add_chain("ipv6-source", std::move(source));

  const Equal advertisement{Field::kIcmpv6Type, kNeighborAdvertisement};
  std::vector<Rule> neighbor = {
      {{VerdictMap{{Field::kInputInterface}, table.name("neighbor-v6")}}},
      {{advertisement, Equal{Field::kNeighborTargetScope, 0xfe80}, table.go("ipv6-source")}}};
  table.deny(kNeighbor, neighbor);
  table.add_chain("neighbor", std::move(neighbor), {}, "advertisements of a pod's own addresses");

  table.add_chain("router", [&] {
    std::vector<Rule> rules;
    table.deny(kNeighbor, rules);
    return rules;
  }());
  table.add_chain("ipv6", {{{advertisement, table.go("neighbor")}},
                           {{Equal{Field::kIcmpv6Type, kRouterAdvertisement}, table.go("router")}},
                           {{Equal{Field::kIcmpv6Type, kRedirect}, table.go("router")}},
                           {{table.go("ipv6-source")}}});
}

void add_bridged_chains(Table& table) {
  add_bridged_ip4(table);
  add_bridged_arp(table);
  add_bridged_ip6(table);
  std::vector<Rule> frame = {{{Equal{Field::kEtherType, kIp}, table.go("ipv4")}},
                             {{Equal{Field::kEtherType, kIpv6}, table.go("ipv6")}},
                             {{Equal{Field::kEtherType, kArp}, table.go("arp-sender")}}};
  table.deny(kFrames, frame);
  table.add_chain("frame", std::move(frame));
  table.add_chain("prerouting", {{{table.is_pods(), table.go("frame")}}}, before_conntrack());
}

}  // namespace

std::string unbound_by(const CounterSpec& counter) {
  std::string_view name = local_name(counter.name);
  if (!name.starts_with(kDenied)) return {};
  name.remove_prefix(kDenied.size());
  return std::ranges::find(kUnbound, name) == kUnbound.end() ? "" : std::string(name);
}

Ruleset binding_rules(const Bindings& bindings, const std::vector<Cidr>& allowed) {
  std::vector<BoundPort> routed;
  std::vector<BoundPort> bridged;
  for (const auto& [index, port] : bindings.ports) {
    (port.bridge.empty() ? routed : bridged).push_back(port);
  }
  Ruleset ruleset;
  const auto add = [&](TableFamily family, const std::vector<BoundPort>& ports, auto add_chains) {
    if (ports.empty()) return;
    Table table(family, allowed, ruleset);
    for (const auto& port : ports) table.add(port);
    if (family == TableFamily::kBridge) table.add_neighbor_chains(ports);
    add_chains(table);
    table.sort();
  };
  add(TableFamily::kInet, routed, add_routed_chains);
  add(TableFamily::kBridge, bridged, add_bridged_chains);
  return ruleset;
}

}  // namespace portcullis
