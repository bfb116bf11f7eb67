#include "compiler/binding/binding_table.h"

#include <algorithm>
#include <utility>

#include "compiler/base/content_hash.h"
#include "compiler/base/interval.h"
#include "compiler/policy/forward_chain.h"

namespace portcullis {
namespace {

// What nodes take packets of other nodes out of: IPIP, 6in4; VXLAN, Geneve, and the VXLAN ports of
// Weave and of Linux. GRE has keys, and pods use it themselves.
constexpr std::array<std::uint8_t, 2> kTunnelProtocols = {4, 41};
constexpr std::uint8_t kTcp = 6;
constexpr std::array<std::uint16_t, 4> kTunnelPorts = {4789, 6081, 6784, 8472};

constexpr std::string_view kDenied = "denied-";

// Of each kind in each table, whatever pods send.
constexpr RateLimit kLogLimit{10, 20};

constexpr Verdict kAccept{Verdict::Kind::kAccept};
constexpr Verdict kDrop{Verdict::Kind::kDrop};

ElementKey key_of(const std::string& interface) { return ElementKey().append_interface(interface); }

// The names as numbers: the kernel compares all of an interface's 16 bytes.
constexpr int kNameBits = 128;

// Those that "cali*" means, or one.
Interval<AddressValue> names_of(std::string_view pattern) {
  const bool is_prefix = pattern.ends_with('*');
  if (is_prefix) pattern.remove_suffix(1);
  AddressValue first = 0;
  int rest = kNameBits;
  for (const char c : pattern) {
    rest -= 8;
    first |= AddressValue{static_cast<unsigned char>(c)} << rest;
  }
  return {first, is_prefix ? first | ((AddressValue{1} << rest) - 1) : first};
}

ElementKey name_key(AddressValue name) { return ElementKey().append(Address{Family::kIpv6, name}); }

}  // namespace

std::string unbound_by(std::string_view name) {
  if (!name.starts_with(kDenied)) return {};
  name.remove_prefix(kDenied.size());
  return std::ranges::find(kUnbound, name) == kUnbound.end() ? "" : std::string(name);
}

void BindingTable::add(const std::vector<BoundPort>& ports) {
  for (const auto family : kFamilies) {
    add_bound_set(family, ports);
    allowed_[index_of(family)] =
        add_block_set("allowed", family, options_.allowed_sources, "sources that any pod may use");
  }
  add_interfaces("pod-interfaces", ports, "interfaces of this node's pods");
  if (!options_.tunnels) add_tunnels();
}

void BindingTable::add_interfaces(const char* local, const std::vector<BoundPort>& ports,
                                  const char* comment) {
  auto& set = add_set(local, {FieldType::kIfname}, comment);
  for (const auto& port : ports) set.elements.push_back({key_of(port.interface), {}, {}});
  std::ranges::sort(set.elements);
}

void BindingTable::add_neighbor_chains(const std::vector<BoundPort>& ports) {
  auto& map = add_set("neighbor-v6", {FieldType::kIfname}, "");
  map.spec.verdict_map = true;
  for (const auto& port : ports) {
    auto chain = neighbor_chain(port);
    if (chain.rules.empty()) continue;
    map.elements.push_back({key_of(port.interface), {}, chain.spec.name});
    ruleset_.chains.insert_or_assign(chain.spec.name, std::move(chain));
  }
  std::ranges::sort(map.elements);
}

void BindingTable::add_unknown_pods() {
  const auto& unknown = options_.unknown_pods;
  if (family_ == TableFamily::kInet) {
    for (const auto family : kFamilies) {
      closed_blocks_[index_of(family)] =
          add_block_set("pod-cidrs", family, unknown.blocks, "addresses that only local pods have");
    }
  }
  if (!closes_interfaces()) return;
  std::string content;
  std::vector<Interval<AddressValue>> ranges;
  for (const auto& pattern : unknown.interfaces) {
    content += pattern + ' ';
    ranges.push_back(names_of(pattern));
  }
  auto& set = add_set("closed-interfaces-" + content_hash(content), {FieldType::kIfname},
                      "interfaces that only pods have");
  set.spec.interval = true;
  for (const auto& range : merge(std::move(ranges)))
    set.elements.push_back({name_key(range.first), name_key(range.last), {}});
  closed_interfaces_ = set.spec.name;
}

void BindingTable::add_chain(const char* local, std::vector<Rule> rules,
                             std::optional<BaseChain> base, const char* comment) {
  auto chain = name(local);
  ruleset_.chains[chain] = {{chain, std::move(base), comment}, std::move(rules)};
}

void BindingTable::add_denial(const char* chain, Unbound what, const char* comment) {
  std::vector<Rule> rules;
  deny(what, rules);
  add_chain(chain, std::move(rules), {}, comment);
}

InSet BindingTable::is_bound(Family family, Field source) const {
  return {{Field::kInputInterface, source}, name(in_family("bound", family)), false, false};
}

InSet BindingTable::enters_by(const char* interfaces) const {
  return {{Field::kInputInterface}, name(interfaces), false, false};
}

InSet BindingTable::could_be_pod(Field interface) const {
  return {{interface}, closed_interfaces_, true, false};
}

Statement BindingTable::pass() const {
  return options_.tunnels ? Statement(kAccept) : Statement(go("tunnels"));
}

void BindingTable::add_allowed(Family family, Field source, const Statement& then,
                               std::vector<Rule>& rules) const {
  const auto& allowed = allowed_[index_of(family)];
  if (!allowed.empty()) rules.push_back({{InSet{{source}, allowed, true, false}, then}});
}

// What has an address of a pod, and no local pod has it. The sets of pairs of each local pod's
// address with itself have them all.
void BindingTable::add_closed_blocks(const Jump& denial, std::vector<Rule>& rules) const {
  for (const auto family : kFamilies) {
    const auto& blocks = closed_blocks_[index_of(family)];
    if (blocks.empty()) continue;
    for (const auto field : {source_field(family), destination_field(family)}) {
      rules.push_back({{InSet{{field}, blocks, true, false},
                        InSet{{field, field}, in_family("self", family), false, true}, denial}});
    }
  }
}

void BindingTable::deny(Unbound what, std::vector<Rule>& rules) const {
  const auto local = std::string(kDenied) + kUnbound[static_cast<std::size_t>(what)];
  auto counter = name(local);
  if (options_.log_group) rules.push_back({{kLogLimit, Log{*options_.log_group, local}}});
  ruleset_.counters[counter] = {counter, "not the pod's own"};
  rules.push_back({{Counter{std::move(counter)}, kDrop}});
}

Set& BindingTable::add_set(const std::string& local, std::vector<FieldType> key,
                           const char* comment) {
  auto& set = ruleset_.sets[name(local)];
  set.spec = {name(local), std::move(key), false, false, comment};
  return set;
}

void BindingTable::add_bound_set(Family family, const std::vector<BoundPort>& ports) {
  auto& set = add_set(in_family("bound", family), {FieldType::kIfname, address_type(family)},
                      "pods' interfaces, and their addresses");
  for (const auto& port : ports) {
    for (const auto& source : port.sources) {
      if (source.family != family) continue;
      set.elements.push_back({key_of(port.interface).append(source), {}, {}});
    }
  }
  std::ranges::sort(set.elements);
}

// Named after its content, since its ranges cannot change in place. Returns its name; empty: there
// is no block of this family.
std::string BindingTable::add_block_set(const std::string& local, Family family,
                                        const std::vector<Cidr>& blocks, const char* comment) {
  std::vector<Interval<AddressValue>> ranges;
  std::string content;
  for (const auto& block : blocks) {
    if (block.base.family != family) continue;
    ranges.push_back({block.first().value, block.last().value});
    content += to_string(block) + ' ';
  }
  if (ranges.empty()) return {};
  auto& set = add_set(in_family(local.c_str(), family) + '-' + content_hash(content),
                      {address_type(family)}, comment);
  set.spec.interval = true;
  for (const auto& range : merge(std::move(ranges))) {
    set.elements.push_back({ElementKey().append(Address{family, range.first}),
                            ElementKey().append(Address{family, range.last}),
                            {}});
  }
  return set.spec.name;
}

void BindingTable::add_tunnels() {
  auto& ports = add_set("tunnel-ports", {FieldType::kInetService}, "");
  for (const auto port : kTunnelPorts)
    ports.elements.push_back({ElementKey().append_port(port), {}, {}});
  add_denial("tunnel", Unbound::kTunnel, "another packet is inside");
  // Every packet of a pod passes this, so that those of TCP leave with the first comparison.
  std::vector<Rule> rules = {
      {{Equal{Field::kL4Proto, kTcp}, kAccept}},
      {{InSet{{Field::kUdpDestinationPort}, name("tunnel-ports"), false, false}, go("tunnel")}}};
  for (const auto protocol : kTunnelProtocols)
    rules.push_back({{Equal{Field::kL4Proto, protocol}, go("tunnel")}});
  rules.push_back({{kAccept}});
  add_chain("tunnels", std::move(rules));
}

// For each of its addresses: an advertisement, or a solicitation, may have it as its target.
Chain BindingTable::neighbor_chain(const BoundPort& port) const {
  Chain chain;
  std::string content;
  for (const auto& source : port.sources) {
    if (source.family != Family::kIpv6) continue;
    content += to_string(source) + ' ';
    for (const auto type : {kNeighborSolicitation, kNeighborAdvertisement}) {
      chain.rules.push_back({{Equal{Field::kIcmpv6Type, type},
                              InBlock{Field::kNeighborTarget, Cidr{source, bits(source.family)}},
                              go("ipv6-source")}});
    }
  }
  chain.spec = {name("neighbor-" + content_hash(content)), {}, ""};
  return chain;
}

}  // namespace portcullis
