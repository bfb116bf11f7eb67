#include "compiler/forward_chain.h"

#include <utility>

namespace portcullis {
namespace {

constexpr std::uint8_t kNeighborSolicit = 135;  // ICMPv6 types of RFC 4861
constexpr std::uint8_t kNeighborAdvert = 136;
constexpr std::uint8_t kOnLinkHopLimit = 255;

std::string of_generation(const std::string& name, const std::string& generation) {
  return name + "-" + generation;
}

// Replies; neighbour discovery between bridged pods (a routed packet has lost its hop limit of
// 255); a pod to itself; then egress of the source and ingress of the destination, where a profile
// chain either drops or returns.
std::vector<Rule> forward_rules(const std::string& generation) {
  const Verdict accept{Verdict::Kind::kAccept};
  std::vector<Rule> rules;
  const auto add = [&](std::vector<Statement> statements) {
    rules.push_back(Rule{std::move(statements)});
  };
  const auto dispatch = [&](Direction direction, Family family, Field field) {
    add({VerdictMap{{field}, of_generation(dispatch_map(direction, family), generation)}});
  };
  add({ConntrackState{ConntrackState::kEstablished | ConntrackState::kRelated}, accept});
  for (const auto type : {kNeighborSolicit, kNeighborAdvert}) {
    add({Equal{Field::kIp6HopLimit, kOnLinkHopLimit}, Equal{Field::kIcmpv6Type, type}, accept});
  }
  for (const auto family : kFamilies) {
    add({InSet{{source_field(family), destination_field(family)},
               of_generation(self_set(family), generation),
               false},
         accept});
  }
  for (const auto family : kFamilies) {
    dispatch(Direction::kEgress, family, source_field(family));
  }
  for (const auto family : kFamilies) {
    dispatch(Direction::kIngress, family, destination_field(family));
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

std::string dispatch_map(Direction direction, Family family) {
  return in_family(direction == Direction::kIngress ? "ingress" : "egress", family);
}

std::string self_set(Family family) { return in_family("self", family); }

std::vector<SetSpec> dispatch_sets(const std::string& generation) {
  std::vector<SetSpec> sets;
  for (const auto family : kFamilies) {
    const auto type = address_type(family);
    const auto add = [&](const std::string& name, std::vector<FieldType> key, bool verdict_map,
                         const char* comment) {
      sets.push_back(
          {of_generation(name, generation), std::move(key), false, verdict_map, comment});
    };
    add(self_set(family), {type, type}, false, "isolated local pods, to themselves");
    add(dispatch_map(Direction::kEgress, family), {type}, true, "local pods isolated for egress");
    add(dispatch_map(Direction::kIngress, family), {type}, true, "local pods isolated for ingress");
  }
  return sets;
}

Chain forward_chain(const std::string& generation) {
  return {{"forward", BaseChain{}, ""}, forward_rules(generation)};
}

}  // namespace portcullis
