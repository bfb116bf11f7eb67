#include "compiler/forward_chain.h"

#include <algorithm>
#include <utility>

namespace portcullis {
namespace {

constexpr std::uint8_t kNeighborSolicit = 135;  // ICMPv6 types of RFC 4861
constexpr std::uint8_t kNeighborAdvert = 136;
constexpr std::uint8_t kOnLinkHopLimit = 255;

constexpr const char* kSelfComment = "local pods, to themselves";

std::string dispatch_map(Direction direction, Family family) {
  return in_family(direction == Direction::kIngress ? "ingress" : "egress", family);
}

// Replies; neighbour discovery between bridged pods (a routed packet has lost its hop limit of
// 255); a pod to itself; then egress of the source and ingress of the destination, where a profile
// chain either drops or returns.
//
//     egress  ingress  egress  ingress
//       old  |  new      new     new     no packet passes that both moments deny: wherever the
//       old     old  |   new     new     elements of one become those of the next, a whole pair of
//       old     old      old  |  new     directions is of one moment
std::vector<Rule> forward_rules() {
  const Verdict accept{Verdict::Kind::kAccept};
  std::vector<Rule> rules;
  const auto add = [&](std::vector<Statement> statements) {
    rules.push_back(Rule{std::move(statements)});
  };
  const auto dispatch = [&](Direction direction, Family family, Field field) {
    add({VerdictMap{{field}, dispatch_map(direction, family)}});
  };
  add({ConntrackState{ConntrackState::kEstablished | ConntrackState::kRelated}, accept});
  for (const auto type : {kNeighborSolicit, kNeighborAdvert}) {
    add({Equal{Field::kIp6HopLimit, kOnLinkHopLimit}, Equal{Field::kIcmpv6Type, type}, accept});
  }
  for (const auto family : kFamilies) {
    add({InSet{{source_field(family), destination_field(family)}, in_family("self", family), false},
         accept});
  }
  for (int pass = 0; pass < 2; ++pass) {
    for (const auto family : kFamilies) {
      dispatch(Direction::kEgress, family, source_field(family));
    }
    for (const auto family : kFamilies) {
      dispatch(Direction::kIngress, family, destination_field(family));
    }
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

void add_dispatch_sets(const Dispatch& dispatch, Ruleset& ruleset) {
  const auto add = [&](Set set) {
    auto name = set.spec.name;
    ruleset.sets.emplace(std::move(name), std::move(set));
  };
  for (const auto family : kFamilies) {
    const auto type = address_type(family);
    Set self{{in_family("self", family), {type, type}, false, false, kSelfComment}, {}};
    std::array<Set, 2> maps;
    for (const auto direction : {Direction::kEgress, Direction::kIngress}) {
      maps[index_of(direction)].spec = {dispatch_map(direction, family),
                                        {type},
                                        false,
                                        true,
                                        direction == Direction::kEgress
                                            ? "local pods isolated for egress"
                                            : "local pods isolated for ingress"};
    }
    for (const auto& [address, chains] : dispatch) {
      if (address.family != family) continue;
      const auto key = ElementKey().append(address);
      self.elements.push_back({ElementKey(key).append(address), {}, {}});
      for (std::size_t i = 0; i < maps.size(); ++i) {
        if (!chains[i].empty()) maps[i].elements.push_back({key, {}, chains[i]});
      }
    }
    add(std::move(self));
    for (auto& map : maps) add(std::move(map));
  }
}

void measure_dispatch_sets(const Dispatch& dispatch, RulesetSize& size) {
  size.sets += kFamilies.size() * (1 + kDirections.size());
  for (const auto& [address, chains] : dispatch) {
    const auto isolated = std::count_if(chains.begin(), chains.end(),
                                        [](const std::string& chain) { return !chain.empty(); });
    size.elements += 1 + static_cast<std::size_t>(isolated);
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
        if (bytes.size() < size) continue;
        Address address{family, 0};
        for (std::size_t i = 0; i < size; ++i) address.value = address.value << 8 | bytes[i];
        addresses.insert(address);
      }
    }
  }
  return addresses;
}

Chain forward_chain() { return {{"forward", BaseChain{}, ""}, forward_rules()}; }

}  // namespace portcullis
