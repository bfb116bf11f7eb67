#include "compiler/profile_chain.h"

#include <algorithm>
#include <utility>

#include "compiler/content_hash.h"
#include "compiler/forward_chain.h"
#include "compiler/print.h"
#include "compiler/serialize.h"

namespace portcullis {
namespace {

constexpr std::size_t kMostCopies = 8;  // of a rule, on the average, in chains for different ports

// Where a pod's far end stands in a packet.
Field far_end(Direction direction, Family family) {
  return direction == Direction::kIngress ? source_field(family) : destination_field(family);
}

bool has_any(const Peers& peers, Family family) {
  return peers.everyone || !peers.pods.empty() || !peers.ranges(family).empty();
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

std::string ports_text(const PortSet& ports) {
  std::string text;
  for (const auto& range : ports) {
    text += std::to_string(range.first) + "-" + std::to_string(range.last) + ",";
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

// An element for each range; of a map, with the chain to go to.
void add_ports(const PortSet& ports, Set& set, const std::string& chain = {}) {
  for (const auto& range : ports) {
    set.elements.push_back({port_key(range.first),
                            set.spec.interval ? port_key(range.last) : ElementKey(), chain,
                            set.spec.verdict_map});
  }
}

// What one chain will have before it drops.
struct Rules {
  std::vector<Rule> all;
  std::vector<Rule> of_pods;  // those of them that look up pod sets
};

// A pod that moves from one set to another may be in neither for a packet that looks up the one
// before that moment and the other after it. So these are looked up twice before it is dropped: one
// of the two passes is of one moment.
std::vector<Rule> closed(Rules rules, const CounterSpec& denied) {
  const auto& again = rules.of_pods;
  if (again.size() > 1) rules.all.insert(rules.all.end(), again.begin(), again.end());
  rules.all.push_back(rule({Counter{denied.name}, Verdict{Verdict::Kind::kDrop}}));
  return std::move(rules.all);
}

class ChainBuilder {
 public:
  // `about`: which policies make the profile, or what it is for.
  ChainBuilder(Direction direction, Family family, const std::string& about);

  void add(const Clause& clause);
  void add(const NamedClause& clause);
  void add(const std::vector<Clause>& by_ports);  // last
  ProfileChain build() &&;

 private:
  struct Part {
    PortSet ports;
    std::vector<Rule> rules;
  };

  bool ingress() const { return direction_ == Direction::kIngress; }
  bool is_too_much(const std::vector<PortClass>& classes, std::size_t clauses) const;
  void allow(const Peers& peers, const std::optional<InSet>& ports, Rules& rules);
  Rule go_on_by_port();
  std::string content() const;
  std::string add_peer_set(const std::vector<PeerSelector>& pods);
  std::string add_named_set(const NamedClause& clause);
  InSet match_addresses(const AddressRanges& ranges);
  InSet match_ports(const PortSet& ports);

  const Direction direction_;
  const Family family_;
  Rules rules_;
  std::vector<Part> parts_;
  ProfileChain built_;
};

// The counter outlives the chains: it is of the policies, whatever they say. (Its name is of 30 or
// 31 bytes, not of a multiple of 4: see encode_expression.cpp.)
ChainBuilder::ChainBuilder(Direction direction, Family family, const std::string& about)
    : direction_(direction), family_(family) {
  const auto whole = (ingress() ? "ingress: " : "egress: ") + about;
  built_.denied = {(ingress() ? "denied-in-" : "denied-out-") + content_hash(whole),
                   make_comment(whole)};
}

void ChainBuilder::add(const Clause& clause) {
  allow(clause.peers, clause.ports ? std::optional(match_ports(*clause.ports)) : std::nullopt,
        rules_);
}

void ChainBuilder::add(const NamedClause& clause) {
  const InSet match{{destination_field(family_), Field::kL4Proto, Field::kDestinationPort},
                    add_named_set(clause),
                    false};
  const auto& added = rules_.all.emplace_back(rule({match, Verdict{Verdict::Kind::kReturn}}));
  rules_.of_pods.push_back(added);
}

// Who has come to a part will not come back: what was looked up before belongs to its second look.
void ChainBuilder::add(const std::vector<Clause>& by_ports) {
  std::vector<PortSet> ports;
  ports.reserve(by_ports.size());
  for (const auto& clause : by_ports) ports.push_back(*clause.ports);
  auto classes = partition(ports);
  if (by_ports.size() < 2 || is_too_much(classes, by_ports.size())) {
    for (const auto& clause : by_ports) add(clause);
    return;
  }
  for (auto& [members, shared] : classes) {
    const bool everyone = std::any_of(members.begin(), members.end(), [&](std::size_t member) {
      return by_ports[member].peers.everyone;
    });
    if (everyone) {
      parts_.push_back({std::move(shared), {rule({Verdict{Verdict::Kind::kReturn}})}});
      continue;
    }
    Rules rules{{}, rules_.of_pods};
    for (const auto member : members) allow(by_ports[member].peers, {}, rules);
    parts_.push_back({std::move(shared), closed(std::move(rules), built_.denied)});
  }
}

// Ranges of ports that lie in one another have squares of parts: these are looked up in turn.
bool ChainBuilder::is_too_much(const std::vector<PortClass>& classes, std::size_t clauses) const {
  const auto carried = rules_.of_pods.size();
  std::size_t copies = 0;
  for (const auto& each : classes) copies += each.members.size() + carried;
  return copies > kMostCopies * (clauses + carried);
}

void ChainBuilder::allow(const Peers& peers, const std::optional<InSet>& ports, Rules& rules) {
  const auto allow = [&](const std::optional<InSet>& far_end) -> const Rule& {
    std::vector<Statement> statements;
    if (ports) statements.emplace_back(*ports);
    if (far_end) statements.emplace_back(*far_end);
    statements.emplace_back(Verdict{Verdict::Kind::kReturn});
    return rules.all.emplace_back(rule(std::move(statements)));
  };
  if (peers.everyone) {
    allow(std::nullopt);
    return;
  }
  if (!peers.pods.empty()) {
    const InSet pods{{far_end(direction_, family_)}, add_peer_set(peers.pods), false};
    rules.of_pods.push_back(allow(pods));
  }
  const auto& ranges = peers.ranges(family_);
  if (!ranges.empty()) allow(match_addresses(ranges));
}

std::string ChainBuilder::content() const {
  std::string content;
  put(content, built_.denied.comment);
  put(content, built_.denied.name);  // of the comment before it was cut
  for (const auto& each : rules_.all) put(content, to_string(each));
  for (const auto& [ports, rules] : parts_) {
    put(content, ports_text(ports));
    for (const auto& each : rules) put(content, to_string(each));
  }
  return content;
}

ProfileChain ChainBuilder::build() && {
  built_.name = (ingress() ? "in-" : "out-") + content_hash(content());
  if (!parts_.empty()) rules_.all.push_back(go_on_by_port());
  built_.chains[built_.name] = {{built_.name, {}, built_.denied.comment},
                                closed(std::move(rules_), built_.denied)};
  return std::move(built_);
}

// A map with a chain for each part; the rule that looks it up.
Rule ChainBuilder::go_on_by_port() {
  const bool interval = std::any_of(parts_.begin(), parts_.end(),
                                    [](const Part& part) { return has_range(part.ports); });
  const auto map_name = "ports-" + built_.name;
  auto& map = built_.fixed[map_name];
  map.spec = {map_name, {FieldType::kInetProto, FieldType::kInetService}, interval, true, ""};
  for (auto& [ports, rules] : parts_) {
    const auto name = built_.name + "-" + std::to_string(built_.chains.size() + 1);
    built_.chains[name] = {{name, {}, built_.denied.comment}, std::move(rules)};
    add_ports(ports, map, name);
  }
  std::sort(map.elements.begin(), map.elements.end());
  return rule({VerdictMap{{Field::kL4Proto, Field::kDestinationPort}, map_name, interval}});
}

std::string ChainBuilder::add_peer_set(const std::vector<PeerSelector>& pods) {
  std::string content;
  put(content, pods);
  const auto name = in_family("peer", family_) + "-" + content_hash(content);
  const auto [place, added] = built_.of_pods.try_emplace(name);
  if (added) {
    place->second = {{name, {address_type(family_)}, false, false, make_comment(joined(pods))},
                     family_,
                     {false, pods, {}, {}},
                     {}};
  }
  return name;
}

std::string ChainBuilder::add_named_set(const NamedClause& clause) {
  const auto& peers = clause.peers;
  std::string content;
  put(content, clause.port);
  put(content, to_string(clause.protocol));
  put(content, peers.everyone ? "everyone" : "");
  put(content, peers.pods);
  put(content, ranges_text(peers.v4, Family::kIpv4) + ranges_text(peers.v6, Family::kIpv6));
  const auto name = in_family("named", family_) + "-" + content_hash(content);
  const auto [place, added] = built_.of_pods.try_emplace(name);
  if (added) {
    place->second = {{name,
                      {address_type(family_), FieldType::kInetProto, FieldType::kInetService},
                      false,
                      false,
                      make_comment(described(clause))},
                     family_,
                     peers,
                     {{clause.port, clause.protocol}}};
  }
  return name;
}

InSet ChainBuilder::match_addresses(const AddressRanges& ranges) {
  const bool interval = has_range(ranges);
  const auto name = in_family("cidr", family_) + "-" + content_hash(ranges_text(ranges, family_));
  const auto [place, added] = built_.fixed.try_emplace(name);
  if (added) {
    auto& set = place->second;
    set.spec = {name, {address_type(family_)}, interval, false, ""};
    for (const auto& range : ranges) {
      set.elements.push_back({address_key(family_, range.first),
                              interval ? address_key(family_, range.last) : ElementKey(),
                              {}});
    }
  }
  return {{far_end(direction_, family_)}, name, interval};
}

InSet ChainBuilder::match_ports(const PortSet& ports) {
  const bool interval = has_range(ports);
  const auto name = "port-" + content_hash(ports_text(ports));
  const auto [place, added] = built_.fixed.try_emplace(name);
  if (added) {
    auto& set = place->second;
    set.spec = {name, {FieldType::kInetProto, FieldType::kInetService}, interval, false, ""};
    add_ports(ports, set);
  }
  return {{Field::kL4Proto, Field::kDestinationPort}, name, interval};
}

}  // namespace

ProfileChain profile_chain(const Profile& profile, Family family) {
  std::string about;
  for (const auto& policy : profile.policies) about += (about.empty() ? "" : ", ") + policy;
  ChainBuilder builder(profile.direction, family, about);
  std::vector<Clause> by_ports;
  for (const auto& clause : profile.clauses) {
    if (!has_any(clause.peers, family)) continue;
    clause.ports ? by_ports.push_back(clause) : builder.add(clause);
  }
  for (const auto& clause : profile.named) builder.add(clause);
  builder.add(by_ports);
  return std::move(builder).build();
}

ProfileChain quarantine_chain(Direction direction) {
  return ChainBuilder(direction, Family::kIpv4, "pods that are malformed, share an address or are gone")
      .build();
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
