#include "compiler/policy/forward_chain.h"

#include <algorithm>
#include <utility>

#include "compiler/policy/anonymous_address.h"

namespace portcullis {
namespace {

constexpr const char* kIcmpErrors = "icmp-error";
constexpr const char* kIcmpErrorSenders = "icmp-error-sender";

constexpr std::array<std::uint8_t, 3> kIcmpErrorTypes = {3, 11, 12};     // RFC 792
constexpr std::array<std::uint8_t, 4> kIcmpv6ErrorTypes = {1, 2, 3, 4};  // RFC 4443
constexpr std::array<std::uint8_t, 2> kNeighborDiscovery = {135, 136};   // RFC 4861
constexpr std::uint8_t kOnLinkHopLimit = 255;
constexpr std::uint16_t kLongestNeighborDiscovery = 32;  // bytes: a target, and one address

constexpr const char* kSelfComment = "local pods, to themselves";
constexpr std::size_t kLinkLocalMap = kFamilies.size();  // among a direction's, after its families'

std::string dispatch_map(Direction direction, Family family) {
  return in_family(to_string(direction), family);
}

std::string link_local_map(Direction direction) {
  return direction == Direction::kIngress ? "ingress-link-local" : "egress-link-local";
}

Rule rule(std::vector<Statement> statements) { return Rule{std::move(statements)}; }

constexpr Verdict kAccept{Verdict::Kind::kAccept};

InSet in_self(Family family, Field other) {
  return {{source_field(family), other}, in_family("self", family), false, false};
}

std::size_t isolated_directions(const ChainNames& chains) {
  return static_cast<std::size_t>(
      std::ranges::count_if(chains, [](const auto& chain) { return !chain.empty(); }));
}

std::vector<Rule> icmp_error_rules() {
  std::vector<Rule> rules;
  rules.reserve(kIcmpErrorTypes.size() + kIcmpv6ErrorTypes.size());
  const Jump senders{kIcmpErrorSenders, true};
  for (const auto type : kIcmpErrorTypes) {
    rules.push_back(rule({Equal{Field::kIcmpType, type}, senders}));
  }
  for (const auto type : kIcmpv6ErrorTypes) {
    rules.push_back(rule({Equal{Field::kIcmpv6Type, type}, senders}));
  }
  return rules;
}

// An end of the connection, by the set of pairs of each local pod's address with itself; or neither
// one of these addresses nor a link-local one, which local pods also have.
std::vector<Rule> icmp_error_sender_rules() {
  const InBlock global{Field::kIp6Source, Cidr{kLinkLocal, kLinkLocalPrefix}, true};
  auto no_local_pod = [](Family family) {
    auto in_set = in_self(family, source_field(family));
    in_set.negated = true;
    return in_set;
  };
  return {rule({in_self(Family::kIpv4, Field::kOriginalIp4Source), kAccept}),
          rule({in_self(Family::kIpv4, Field::kReplyIp4Source), kAccept}),
          rule({no_local_pod(Family::kIpv4), kAccept}),
          rule({in_self(Family::kIpv6, Field::kOriginalIp6Source), kAccept}),
          rule({in_self(Family::kIpv6, Field::kReplyIp6Source), kAccept}),
          rule({global, no_local_pod(Family::kIpv6), kAccept})};
}

void add_dispatch_rules(Direction direction, std::vector<Rule>& rules) {
  const bool ingress = direction == Direction::kIngress;
  for (const auto family : kFamilies) {
    const auto field = ingress ? destination_field(family) : source_field(family);
    rules.push_back(rule({VerdictMap{{field}, dispatch_map(direction, family)}}));
  }
  const auto scope = ingress ? Field::kIp6DestinationScope : Field::kIp6SourceScope;
  rules.push_back(rule({VerdictMap{{scope}, link_local_map(direction)}}));
}

// Replies; ICMP errors; neighbour discovery between bridged pods (a routed packet has lost its hop
// limit of 255); a pod to itself; then egress of the source and ingress of the destination, where a
// profile chain either drops or returns.
//
//     egress  ingress  egress  ingress
//       old  |  new      new     new     no packet passes that both moments deny: wherever the
//       old     old  |   new     new     elements of one become those of the next, a whole pair of
//       old     old      old  |  new     directions is of one moment
std::vector<Rule> forward_rules() {
  std::vector<Rule> rules = {
      rule({ConntrackState{ConntrackState::kEstablished}, kAccept}),
      rule({ConntrackState{ConntrackState::kRelated}, Jump{kIcmpErrors, false}})};
  for (const auto type : kNeighborDiscovery) {
    rules.push_back(rule({Equal{Field::kIp6HopLimit, kOnLinkHopLimit},
                          AtMost{Field::kIp6Length, kLongestNeighborDiscovery},
                          Equal{Field::kIcmpv6Type, type}, kAccept}));
  }
  for (const auto family : kFamilies) {
    rules.push_back(rule({ConntrackStatus{ConntrackStatus::kDestinationNat},
                          in_self(family, destination_field(family)), kAccept}));
  }
  for (int pass = 0; pass < 2; ++pass) {
    add_dispatch_rules(Direction::kEgress, rules);
    add_dispatch_rules(Direction::kIngress, rules);
  }
  return rules;
}

}  // namespace

std::string in_family(const char* kind, Family family) {
  return std::string(kind) + (family == Family::kIpv4 ? "-v4" : "-v6");
}

FieldType address_type(Family family) {
  return family == Family::kIpv4 ? FieldType::kIpv4Addr : FieldType::kIpv6Addr;
}

Field source_field(Family family) {
  return family == Family::kIpv4 ? Field::kIp4Source : Field::kIp6Source;
}

Field destination_field(Family family) {
  return family == Family::kIpv4 ? Field::kIp4Destination : Field::kIp6Destination;
}

namespace {

// For one direction: by family, then for link-local addresses.
class DispatchMaps {
 public:
  explicit DispatchMaps(Direction direction) {
    const bool ingress = direction == Direction::kIngress;
    for (const auto family : kFamilies) {
      maps_[index_of(family)].spec = {
          dispatch_map(direction, family),
          {address_type(family)},
          false,
          true,
          ingress ? "local pods isolated for ingress" : "local pods isolated for egress"};
    }
    maps_[kLinkLocalMap].spec = {link_local_map(direction),
                                 {FieldType::kIpv6Addr},
                                 false,
                                 true,
                                 "while a local pod is isolated"};
  }

  void add(const Address& address, const std::string& chain) {
    if (chain.empty()) return;
    const auto map = address == kLinkLocal ? kLinkLocalMap : index_of(address.family);
    maps_[map].elements.push_back({ElementKey().append(address), {}, chain});
  }

  void take(Ruleset& ruleset) && {
    for (auto& map : maps_) add_set(std::move(map), ruleset);
  }

  static void add_set(Set set, Ruleset& ruleset) {
    auto name = set.spec.name;
    ruleset.sets.emplace(std::move(name), std::move(set));
  }

 private:
  std::array<Set, kFamilies.size() + 1> maps_;
};

}  // namespace

void add_dispatch_sets(const Dispatch& dispatch, Ruleset& ruleset) {
  std::array<Set, kFamilies.size()> self;
  for (const auto family : kFamilies) {
    const auto type = address_type(family);
    self[index_of(family)].spec = {
        in_family("self", family), {type, type}, false, false, kSelfComment};
  }
  DispatchMaps egress(Direction::kEgress);
  DispatchMaps ingress(Direction::kIngress);
  for (const auto& [address, chains] : dispatch) {
    egress.add(address, chains[index_of(Direction::kEgress)]);
    ingress.add(address, chains[index_of(Direction::kIngress)]);
    if (is_anonymous(address)) continue;
    const auto key = ElementKey().append(address).append(address);
    self[index_of(address.family)].elements.push_back({key, {}, {}});
  }
  for (auto& set : self) DispatchMaps::add_set(std::move(set), ruleset);
  std::move(egress).take(ruleset);
  std::move(ingress).take(ruleset);
}

void add_anonymous(const ChainNames& chains, Dispatch& dispatch) {
  for (const auto& address : kAnonymousAddresses) {
    ChainNames names = chains;
    if (address != kLinkLocal) names[index_of(Direction::kIngress)].clear();  // no destination
    if (isolated_directions(names) > 0) dispatch[address] = std::move(names);
  }
}

void measure_dispatch_sets(const Dispatch& dispatch, RulesetSize& size) {
  size.sets += kFamilies.size() + kDirections.size() * (kFamilies.size() + 1);
  for (const auto& [address, chains] : dispatch) {
    size.elements += (is_anonymous(address) ? 0 : 1) + isolated_directions(chains);
  }
}

std::set<Address> dispatched_addresses(const Ruleset& ruleset) {
  std::set<Address> addresses;
  for (const auto family : kFamilies) {
    for (const auto& name : {in_family("self", family), dispatch_map(Direction::kEgress, family),
                             dispatch_map(Direction::kIngress, family)}) {
      const auto set = ruleset.sets.find(name);
      if (set == ruleset.sets.end()) continue;
      for (const auto& element : set->second.elements) {
        const auto bytes = element.key.bytes();
        const auto size = static_cast<std::size_t>(bits(family)) / 8;
        const auto address = address_of(bytes.first(std::min(bytes.size(), size)));
        if (address && !is_anonymous(*address)) addresses.insert(*address);
      }
    }
  }
  return addresses;
}

void add_forward_chains(Ruleset& ruleset) {
  ruleset.chains["forward"] = {{"forward", BaseChain{}, ""}, forward_rules()};
  ruleset.chains[kIcmpErrors] = {{kIcmpErrors, {}, "related packets: ICMP errors alone"},
                                 icmp_error_rules()};
  ruleset.chains[kIcmpErrorSenders] = {
      {kIcmpErrorSenders, {}, "of an end of the connection, or of no local pod"},
      icmp_error_sender_rules()};
}

}  // namespace portcullis
