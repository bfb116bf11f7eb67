#include "compiler/profile_chain.h"

#include <algorithm>
#include <utility>

#include "compiler/content_hash.h"
#include "compiler/forward_chain.h"
#include "compiler/print.h"
#include "compiler/serialize.h"

namespace portcullis {
namespace {

// Where a pod's far end stands in a packet.
Field far_end(Direction direction, Family family) {
  return direction == Direction::kIngress ? source_field(family) : destination_field(family);
}

Rule rule(std::vector<Statement> statements) { return Rule{std::move(statements)}; }

std::string ranges_text(const AddressRanges& ranges, Family family) {
  std::string text;
  for (const auto& range : ranges) {
    text += to_string(Address{family, range.first}) + "-" + to_string(Address{family, range.last});
    text += ",";
  }
  return text;
}

std::string joined(const std::vector<PeerSelector>& selectors) {
  std::string text;
  for (const auto& selector : selectors) {
    if (!text.empty()) text += "; ";
    text += to_string(selector);
  }
  return text;
}

// "http/TCP of app=web in shop or in an ipBlock"
std::string described(const NamedClause& clause) {
  const auto& peers = clause.peers;
  const bool in_block = !peers.v4.empty() || !peers.v6.empty();
  auto owners = peers.everyone ? "all pods" : joined(peers.pods);
  if (in_block) owners += owners.empty() ? "pods in an ipBlock" : " or in an ipBlock";
  return clause.port + "/" + to_string(clause.protocol) + " of " + owners;
}

template <class T>
bool has_range(const std::vector<Interval<T>>& intervals) {
  return std::any_of(intervals.begin(), intervals.end(),
                     [](const auto& interval) { return interval.first != interval.last; });
}

ElementKey address_key(Family family, AddressValue value) {
  return ElementKey().append(Address{family, value});
}

ElementKey port_key(std::uint32_t protocol_and_port) {
  return ElementKey()
      .append_protocol(static_cast<std::uint8_t>(protocol_and_port >> 16))
      .append_port(static_cast<std::uint16_t>(protocol_and_port & 0xffff));
}

class ChainBuilder {
 public:
  explicit ChainBuilder(Direction direction) : direction_(direction) {}

  void add(const Clause& clause);
  void add(const NamedClause& clause);
  ProfileChain build(std::string_view about) &&;

 private:
  bool ingress() const { return direction_ == Direction::kIngress; }
  std::string add_peer_set(Family family, const std::vector<PeerSelector>& pods);
  std::string add_named_set(Family family, const NamedClause& clause);
  InSet match_addresses(Family family, const AddressRanges& ranges);
  InSet match_ports(const PortSet& ports);
  void add_rule(std::vector<Statement> statements, std::optional<Family> pods = {});

  const Direction direction_;
  ProfileChain built_;
  std::map<Family, std::vector<Rule>> of_pods_;  // those rules that look up pod sets
};

void ChainBuilder::add(const Clause& clause) {
  const auto allow = [&](std::optional<InSet> peers, std::optional<Family> pods = {}) {
    std::vector<Statement> statements;
    if (clause.ports) statements.emplace_back(match_ports(*clause.ports));
    if (peers) statements.emplace_back(std::move(*peers));
    statements.emplace_back(Verdict{Verdict::Kind::kReturn});
    add_rule(std::move(statements), pods);
  };
  const auto& peers = clause.peers;
  if (peers.everyone) return allow(std::nullopt);
  for (const auto family : kFamilies) {
    if (!peers.pods.empty()) {
      allow(InSet{{far_end(direction_, family)}, add_peer_set(family, peers.pods), false}, family);
    }
    const auto& ranges = peers.ranges(family);
    if (!ranges.empty()) allow(match_addresses(family, ranges));
  }
}

void ChainBuilder::add(const NamedClause& clause) {
  for (const auto family : kFamilies) {
    const InSet match{{destination_field(family), Field::kL4Proto, Field::kDestinationPort},
                      add_named_set(family, clause),
                      false};
    add_rule({match, Verdict{Verdict::Kind::kReturn}}, family);
  }
}

void ChainBuilder::add_rule(std::vector<Statement> statements, std::optional<Family> pods) {
  const auto& added = built_.chain.rules.emplace_back(rule(std::move(statements)));
  if (pods) of_pods_[*pods].push_back(added);
}

// A pod that moves from one set to another may be in neither for a packet that looks up the one
// before that moment and the other after it. So these are looked up twice before it is dropped: one
// of the two passes is of one moment.
ProfileChain ChainBuilder::build(std::string_view about) && {
  auto& [spec, rules] = built_.chain;
  for (const auto& [family, again] : of_pods_) {
    if (again.size() > 1) rules.insert(rules.end(), again.begin(), again.end());
  }
  rules.push_back(rule({Counter{}, Verdict{Verdict::Kind::kDrop}}));
  spec.comment =
      make_comment(std::string(ingress() ? "ingress: " : "egress: ") + std::string(about));
  std::string content;
  put(content, spec.comment);
  for (const auto& each : rules) put(content, to_string(each));
  spec.name = (ingress() ? "in-" : "out-") + content_hash(content);
  return std::move(built_);
}

std::string ChainBuilder::add_peer_set(Family family, const std::vector<PeerSelector>& pods) {
  std::string content;
  put(content, pods);
  const auto name = in_family("peer", family) + "-" + content_hash(content);
  const auto [place, added] = built_.of_pods.try_emplace(name);
  if (added) {
    place->second = {{name, {address_type(family)}, false, false, make_comment(joined(pods))},
                     family,
                     {false, pods, {}, {}},
                     {}};
  }
  return name;
}

std::string ChainBuilder::add_named_set(Family family, const NamedClause& clause) {
  const auto& peers = clause.peers;
  std::string content;
  put(content, clause.port);
  put(content, to_string(clause.protocol));
  put(content, peers.everyone ? "everyone" : "");
  put(content, peers.pods);
  put(content, ranges_text(peers.v4, Family::kIpv4) + ranges_text(peers.v6, Family::kIpv6));
  const auto name = in_family("named", family) + "-" + content_hash(content);
  const auto [place, added] = built_.of_pods.try_emplace(name);
  if (added) {
    place->second = {{name,
                      {address_type(family), FieldType::kInetProto, FieldType::kInetService},
                      false,
                      false,
                      make_comment(described(clause))},
                     family,
                     peers,
                     {{clause.port, clause.protocol}}};
  }
  return name;
}

InSet ChainBuilder::match_addresses(Family family, const AddressRanges& ranges) {
  const bool interval = has_range(ranges);
  const auto name = in_family("cidr", family) + "-" + content_hash(ranges_text(ranges, family));
  const auto [place, added] = built_.fixed.try_emplace(name);
  if (added) {
    auto& set = place->second;
    set.spec = {name, {address_type(family)}, interval, false, ""};
    for (const auto& range : ranges) {
      set.elements.push_back({address_key(family, range.first),
                              interval ? address_key(family, range.last) : ElementKey(),
                              {}});
    }
  }
  return {{far_end(direction_, family)}, name, interval};
}

InSet ChainBuilder::match_ports(const PortSet& ports) {
  const bool interval = has_range(ports);
  std::string content;
  for (const auto& range : ports) {
    content += std::to_string(range.first) + "-" + std::to_string(range.last) + ",";
  }
  const auto name = "port-" + content_hash(content);
  const auto [place, added] = built_.fixed.try_emplace(name);
  if (added) {
    auto& set = place->second;
    set.spec = {name, {FieldType::kInetProto, FieldType::kInetService}, interval, false, ""};
    for (const auto& range : ports) {
      set.elements.push_back(
          {port_key(range.first), interval ? port_key(range.last) : ElementKey(), {}});
    }
  }
  return {{Field::kL4Proto, Field::kDestinationPort}, name, interval};
}

}  // namespace

ProfileChain profile_chain(const Profile& profile) {
  ChainBuilder builder(profile.direction);
  for (const auto& clause : profile.clauses) builder.add(clause);
  for (const auto& clause : profile.named) builder.add(clause);
  std::string about;
  for (const auto& policy : profile.policies) about += (about.empty() ? "" : ", ") + policy;
  return std::move(builder).build(about);
}

ProfileChain quarantine_chain(Direction direction) {
  return ChainBuilder(direction).build("pods that are malformed or share an address");
}

std::optional<Element> element_of(const PodSet& set, const Address& address,
                                  const std::vector<NamedPort>& ports) {
  if (address.family != set.family) return std::nullopt;
  auto key = ElementKey().append(address);
  if (!set.port) return Element{key, {}, {}};
  const auto& [name, protocol] = *set.port;
  const auto* port = find_port(ports, name, protocol);
  if (port == nullptr) return std::nullopt;
  key.append_protocol(static_cast<std::uint8_t>(protocol)).append_port(port->number);
  return Element{key, {}, {}};
}

}  // namespace portcullis
