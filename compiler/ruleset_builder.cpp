#include "compiler/ruleset_builder.h"

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

}  // namespace

RulesetBuilder::RulesetBuilder(const Membership& membership) : membership_(membership) {}

std::string RulesetBuilder::add_profile(const Profile& profile) {
  std::vector<Rule> rules;
  for (const auto& clause : profile.clauses) add_clause_rules(profile.direction, clause, rules);
  for (const auto& clause : profile.named) add_named_rules(clause, rules);
  std::string about;
  for (const auto& policy : profile.policies) about += (about.empty() ? "" : ", ") + policy;
  return add_chain(profile.direction, std::move(rules), about);
}

std::string RulesetBuilder::add_quarantine(Direction direction) {
  return add_chain(direction, {}, "pods that are malformed or share an address");
}

std::string RulesetBuilder::add_chain(Direction direction, std::vector<Rule> rules,
                                      std::string_view about) {
  const bool ingress = direction == Direction::kIngress;
  rules.push_back(rule({Counter{}, Verdict{Verdict::Kind::kDrop}}));
  const auto comment =
      make_comment(std::string(ingress ? "ingress: " : "egress: ") + std::string(about));
  std::string content;
  put(content, comment);
  for (const auto& each : rules) put(content, to_string(each));
  const auto name = (ingress ? "in-" : "out-") + content_hash(content);
  ruleset_.chains.try_emplace(name, Chain{{name, std::nullopt, comment}, std::move(rules)});
  return name;
}

void RulesetBuilder::add_clause_rules(Direction direction, const Clause& clause,
                                      std::vector<Rule>& rules) {
  const auto allow = [&](std::optional<InSet> peers) {
    std::vector<Statement> statements;
    if (clause.ports) statements.emplace_back(match_ports(*clause.ports));
    if (peers) statements.emplace_back(std::move(*peers));
    statements.emplace_back(Verdict{Verdict::Kind::kReturn});
    rules.push_back(rule(std::move(statements)));
  };
  const auto& peers = clause.peers;
  if (peers.everyone) return allow(std::nullopt);
  for (const auto family : kFamilies) {
    if (!peers.pods.empty()) {
      allow(InSet{{far_end(direction, family)}, add_peer_set(family, peers.pods), false});
    }
    const auto& ranges = family == Family::kIpv4 ? peers.v4 : peers.v6;
    if (!ranges.empty()) allow(match_addresses(direction, family, ranges));
  }
}

void RulesetBuilder::add_named_rules(const NamedClause& clause, std::vector<Rule>& rules) {
  for (const auto family : kFamilies) {
    const InSet match{{destination_field(family), Field::kL4Proto, Field::kDestinationPort},
                      add_named_set(family, clause),
                      false};
    rules.push_back(rule({match, Verdict{Verdict::Kind::kReturn}}));
  }
}

std::string RulesetBuilder::add_peer_set(Family family, const std::vector<PeerSelector>& pods) {
  std::string content;
  put(content, pods);
  const auto name = in_family("peer", family) + "-" + content_hash(content);
  const auto [place, added] = ruleset_.sets.try_emplace(name);
  if (!added) return name;
  auto& set = place->second;
  set.spec = {name, {address_type(family)}, false, false, make_comment(joined(pods))};
  for (const auto& member : membership_.members(pods)) {
    if (member.address.family != family) continue;
    set.elements.push_back({ElementKey().append(member.address), {}, {}});
  }
  return name;
}

std::string RulesetBuilder::add_named_set(Family family, const NamedClause& clause) {
  const auto& peers = clause.peers;
  std::string content;
  put(content, clause.port);
  put(content, to_string(clause.protocol));
  put(content, peers.everyone ? "everyone" : "");
  put(content, peers.pods);
  put(content, ranges_text(peers.v4, Family::kIpv4) + ranges_text(peers.v6, Family::kIpv6));
  const auto name = in_family("named", family) + "-" + content_hash(content);
  const auto [place, added] = ruleset_.sets.try_emplace(name);
  if (!added) return name;
  auto& set = place->second;
  set.spec = {name,
              {address_type(family), FieldType::kInetProto, FieldType::kInetService},
              false,
              false,
              make_comment(described(clause))};
  for (const auto& member : membership_.members(peers)) {
    if (member.address.family != family) continue;
    const auto* port = find_port(*member.pod, clause.port, clause.protocol);
    if (port == nullptr) continue;
    auto key = ElementKey().append(member.address);
    key.append_protocol(static_cast<std::uint8_t>(clause.protocol)).append_port(port->number);
    set.elements.push_back({key, {}, {}});
  }
  return name;
}

InSet RulesetBuilder::match_addresses(Direction direction, Family family,
                                      const AddressRanges& ranges) {
  const bool interval = has_range(ranges);
  const auto name = in_family("cidr", family) + "-" + content_hash(ranges_text(ranges, family));
  const auto [place, added] = ruleset_.sets.try_emplace(name);
  if (added) {
    auto& set = place->second;
    set.spec = {name, {address_type(family)}, interval, false, ""};
    for (const auto& range : ranges) {
      set.elements.push_back({address_key(family, range.first),
                              interval ? address_key(family, range.last) : ElementKey(),
                              {}});
    }
  }
  return {{far_end(direction, family)}, name, interval};
}

InSet RulesetBuilder::match_ports(const PortSet& ports) {
  const bool interval = has_range(ports);
  std::string content;
  for (const auto& range : ports) {
    content += std::to_string(range.first) + "-" + std::to_string(range.last) + ",";
  }
  const auto name = "port-" + content_hash(content);
  const auto [place, added] = ruleset_.sets.try_emplace(name);
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

void RulesetBuilder::dispatch(Direction direction, const Address& address,
                              const std::string& chain) {
  const auto family = address.family;
  dispatch_[dispatch_map(direction, family)].push_back({ElementKey().append(address), {}, chain});
  dispatch_[self_set(family)].push_back({ElementKey().append(address).append(address), {}, {}});
}

Ruleset RulesetBuilder::build(std::string_view policies) && {
  std::string content(policies);
  for (const auto& [name, chain] : ruleset_.chains) put(content, name);
  const auto generation = content_hash(content);
  for (const auto& spec : dispatch_sets(generation)) {
    const auto name = spec.name.substr(0, spec.name.size() - generation.size() - 1);
    ruleset_.sets[spec.name] = {spec, std::move(dispatch_[name])};
  }
  ruleset_.chains["forward"] = forward_chain(generation);
  for (auto& [name, set] : ruleset_.sets) {
    auto& elements = set.elements;
    std::sort(elements.begin(), elements.end());
    elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
  }
  return std::move(ruleset_);
}

}  // namespace portcullis
