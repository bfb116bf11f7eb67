#include "compiler/policy/profile_sets.h"

#include <algorithm>
#include <utility>

#include "compiler/policy/forward_chain.h"
#include "compiler/policy/serialize.h"
#include "compiler/ruleset/print.h"

namespace portcullis {
namespace {

// The field of a packet that holds a pod's far end.
Field far_end(Direction direction, Family family) {
  return direction == Direction::kIngress ? source_field(family) : destination_field(family);
}

std::string ranges_text(const AddressRanges& ranges, Family family) {
  std::string text;
  for (const auto& range : ranges) {
    text += to_string(Address{family, range.first}) + "-" + to_string(Address{family, range.last});
    text += ",";
  }
  return text;
}

// For names: different values never give the same text.
std::string ports_text(const PortSet& ports) {
  std::string text;
  for (const auto& range : ports) {
    text += std::to_string(range.first) + "-" + std::to_string(range.last) + ",";
  }
  return text;
}

// Truncated to a comment's length: there may be thousands.
template <class Item, class Text>
std::string joined(const std::vector<Item>& items, Text text_of) {
  std::string text;
  for (const auto& item : items) {
    if (text.size() > kMaxComment) break;
    if (!text.empty()) text += "; ";
    text += text_of(item);
  }
  return text;
}

std::string described(const std::vector<PeerSelector>& selectors) {
  return joined(selectors, [](const PeerSelector& selector) { return to_string(selector); });
}

// "http/TCP of app=web in shop or in an ipBlock"
std::string described(const NamedClause& clause) {
  const auto& peers = clause.peers;
  const bool in_block = !peers.v4.empty() || !peers.v6.empty();
  auto owners = peers.everyone ? "all pods" : described(peers.pods);
  if (in_block) owners += owners.empty() ? "pods in an ipBlock" : " or in an ipBlock";
  return clause.port + "/" + to_string(clause.protocol) + " of " + owners;
}

std::string described(const std::vector<NamedClause>& clauses) {
  return joined(clauses, [](const NamedClause& clause) { return described(clause); });
}

ElementKey address_key(Family family, AddressValue value) {
  return ElementKey().append(Address{family, value});
}

ElementKey port_key(std::uint32_t protocol_and_port) {
  return ElementKey()
      .append_port(static_cast<std::uint16_t>(protocol_and_port & 0xffff))
      .append_protocol(static_cast<std::uint8_t>(protocol_and_port >> 16));
}

}  // namespace

template <class T>
void ProfileSets::put(std::map<std::string, T>& sets, const std::string& name, T set) {
  const auto place = sets.find(name);
  if (place == sets.end()) {
    sets.emplace(name, std::move(set));
  } else if (!(place->second == set)) {
    collision_ = name;
  }
}

InSet ProfileSets::match_addresses(const AddressRanges& ranges) {
  const bool interval = has_range(ranges);
  const auto name = in_family("cidr", family_) + "-" + hash_(ranges_text(ranges, family_));
  Set set{{name, {address_type(family_)}, interval, false, ""}, {}};
  for (const auto& range : ranges) {
    set.elements.push_back({address_key(family_, range.first),
                            interval ? address_key(family_, range.last) : ElementKey(),
                            {}});
  }
  put(fixed_, name, std::move(set));
  return {{far_end(direction_, family_)}, name, interval};
}

InSet ProfileSets::match_ports(const PortSet& ports) {
  const bool interval = has_range(ports);
  const auto name = "port-" + hash_(ports_text(ports));
  Set set{{name, {FieldType::kInetService, FieldType::kInetProto}, interval, false, ""}, {}};
  add_ports(ports, set);
  std::sort(set.elements.begin(), set.elements.end());
  put(fixed_, name, std::move(set));
  return {{Field::kDestinationPort, Field::kL4Proto}, name, interval};
}

InSet ProfileSets::match_pods(const std::vector<PeerSelector>& pods) {
  std::string content;
  portcullis::put(content, pods);
  const auto name = in_family("peer", family_) + "-" + hash_(content);
  put(of_pods_, name,
      PodSet{{name, {address_type(family_)}, false, false, make_comment(described(pods))},
             family_,
             {{{false, pods, {}, {}}, {}}}});
  return {{far_end(direction_, family_)}, name, false};
}

InSet ProfileSets::match_named_ports(const std::vector<NamedClause>& clauses) {
  std::string content;
  PodSet set;
  set.family = family_;
  set.spec.key = {address_type(family_), FieldType::kInetService, FieldType::kInetProto};
  for (const auto& [port, protocol, peers] : clauses) {
    portcullis::put(content, port);
    portcullis::put(content, to_string(protocol));
    portcullis::put(content, peers.everyone ? "everyone" : "");
    portcullis::put(content, peers.pods);
    portcullis::put(content,
                    ranges_text(peers.v4, Family::kIpv4) + ranges_text(peers.v6, Family::kIpv6));
    set.parts.push_back({peers, {{port, protocol}}});
  }
  const auto name = in_family("named", family_) + "-" + hash_(content);
  set.spec.name = name;
  set.spec.comment = make_comment(described(clauses));
  put(of_pods_, name, std::move(set));
  return {{destination_field(family_), Field::kDestinationPort, Field::kL4Proto}, name, false};
}

VerdictMap ProfileSets::look_up(Set chains_by_ports) {
  auto& [spec, elements] = chains_by_ports;
  std::sort(elements.begin(), elements.end());
  std::string content;
  for (const auto& element : elements) portcullis::put(content, to_string(element, spec));
  const auto name = "ports-" + hash_(content);
  const bool interval = spec.interval;
  spec.name = name;
  put(fixed_, name, std::move(chains_by_ports));
  return {{Field::kDestinationPort, Field::kL4Proto}, name, interval};
}

void ProfileSets::take(ProfileChain& chain) && {
  chain.fixed = std::move(fixed_);
  chain.of_pods = std::move(of_pods_);
}

void add_ports(const PortSet& ports, Set& set, const std::string& chain) {
  for (const auto& range : ports) {
    set.elements.push_back({port_key(range.first),
                            set.spec.interval ? port_key(range.last) : ElementKey(), chain,
                            set.spec.verdict_map});
  }
}

}  // namespace portcullis
