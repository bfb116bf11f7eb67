#include "tests/support/model/interpreter.h"

#include <algorithm>
#include <cstdlib>

namespace portcullis::test {
namespace {

enum class Outcome { kNextStatement, kNextRule, kReturn, kAccept, kDrop };

constexpr std::uint8_t kIcmp = 1;
constexpr std::uint8_t kIcmpv6 = 58;
constexpr std::uint8_t kUdp = 17;

bool is_of(const Packet& packet, Family family) { return packet.source.family == family; }

bool load(const std::optional<Address>& address, Family family, ElementKey& key) {
  if (!address || address->family != family) return false;
  key.append(*address);
  return true;
}

bool load_scope(const Packet& packet, const Address& address, ElementKey& key) {
  key.append({address.family, address.value >> 118 << 118});
  return is_of(packet, Family::kIpv6);
}

// A number that is compared, not looked up; none if the packet does not have it.
std::optional<std::uint16_t> number(const Packet& packet, Field field) {
  const bool v4 = is_of(packet, Family::kIpv4);
  switch (field) {
    case Field::kIp6HopLimit:
      return v4 ? std::nullopt : std::optional<std::uint16_t>(packet.hop_limit);
    case Field::kIp6Length:
      return v4 ? std::nullopt : std::optional(packet.length);
    case Field::kIcmpType:
    case Field::kIcmpv6Type:
      if (v4 != (field == Field::kIcmpType)) return std::nullopt;
      if (packet.protocol != (v4 ? kIcmp : kIcmpv6)) return std::nullopt;
      return packet.icmp_type;
    case Field::kL4Proto:
      return packet.protocol;
    case Field::kUdpDestinationPort:
      return packet.protocol == kUdp ? packet.port : std::nullopt;
    case Field::kDestinationPort:
      return packet.port;
    default:
      return std::nullopt;
  }
}

// Appends the field to the key as the kernel loads it; false if the packet does not have it.
bool load(const Packet& packet, Field field, ElementKey& key) {
  switch (field) {
    case Field::kIp4Source:
      key.append(packet.source);
      return is_of(packet, Family::kIpv4);
    case Field::kIp4Destination:
      key.append(packet.destination);
      return is_of(packet, Family::kIpv4);
    case Field::kIp6Source:
      key.append(packet.source);
      return is_of(packet, Family::kIpv6);
    case Field::kIp6Destination:
      key.append(packet.destination);
      return is_of(packet, Family::kIpv6);
    case Field::kL4Proto:
      key.append_protocol(packet.protocol);
      return true;
    case Field::kDestinationPort:
      key.append_port(packet.port.value_or(0));
      return packet.port.has_value();
    case Field::kIp6SourceScope:
      return load_scope(packet, packet.source, key);
    case Field::kIp6DestinationScope:
      return load_scope(packet, packet.destination, key);
    case Field::kOriginalIp4Source:
      return load(packet.ct_original_source, Family::kIpv4, key);
    case Field::kReplyIp4Source:
      return load(packet.ct_reply_source, Family::kIpv4, key);
    case Field::kOriginalIp6Source:
      return load(packet.ct_original_source, Family::kIpv6, key);
    case Field::kReplyIp6Source:
      return load(packet.ct_reply_source, Family::kIpv6, key);
    case Field::kUdpDestinationPort:
    case Field::kIp6Length:
    case Field::kIp6HopLimit:
    case Field::kIcmpType:
    case Field::kIcmpv6Type:
    case Field::kConntrackDirection:
    case Field::kInputInterface:
    case Field::kOutputInterface:
    case Field::kEtherType:
    case Field::kArpSource:
    case Field::kNeighborTarget:
    case Field::kNeighborTargetScope:
      return false;
  }
  return false;
}

std::optional<ElementKey> load(const Packet& packet, const std::vector<Field>& fields) {
  ElementKey key;
  for (const auto field : fields) {
    if (!load(packet, field, key)) return std::nullopt;
  }
  return key;
}

bool field_between(std::span<const std::uint8_t> low, std::span<const std::uint8_t> value,
                   std::span<const std::uint8_t> high) {
  return !std::lexicographical_compare(value.begin(), value.end(), low.begin(), low.end()) &&
         !std::lexicographical_compare(high.begin(), high.end(), value.begin(), value.end());
}

// In an interval set each field of a concatenation has a separate range.
bool matches(const SetSpec& set, const Element& element, const ElementKey& key) {
  if (element.last.empty()) return element.key == key;
  std::size_t offset = 0;
  for (const auto type : set.key) {
    const auto field = [&](const ElementKey& of) {
      return of.bytes().subspan(offset, size_of(type));
    };
    if (!field_between(field(element.key), field(key), field(element.last))) return false;
    offset += padded_size_of(type);
  }
  return true;
}

const Element* find(const Ruleset& ruleset, const std::string& name, const ElementKey& key) {
  const auto set = ruleset.sets.find(name);
  if (set == ruleset.sets.end()) return nullptr;
  const auto& elements = set->second.elements;
  const auto found = std::find_if(elements.begin(), elements.end(), [&](const Element& element) {
    return matches(set->second.spec, element, key);
  });
  return found == elements.end() ? nullptr : &*found;
}

class Interpreter {
 public:
  Interpreter(const Ruleset& ruleset, const Packet& packet) : ruleset_(ruleset), packet_(packet) {}

  Outcome run(const std::string& chain) const {
    const auto found = ruleset_.chains.find(chain);
    if (found == ruleset_.chains.end()) return Outcome::kReturn;
    for (const auto& rule : found->second.rules) {
      const auto outcome = run(rule);
      if (outcome != Outcome::kNextRule) return outcome;
    }
    return Outcome::kReturn;
  }

 private:
  Outcome run(const Rule& rule) const {
    for (const auto& statement : rule.statements) {
      const auto outcome = std::visit([&](const auto& each) { return run(each); }, statement);
      if (outcome != Outcome::kNextStatement) return outcome;
    }
    return Outcome::kNextRule;
  }

  static Outcome match(bool matched) {
    return matched ? Outcome::kNextStatement : Outcome::kNextRule;
  }

  Outcome run(const ConntrackState& state) const {
    return match((packet_.ct_state & state.any_of) != 0);
  }
  Outcome run(const ConntrackStatus& status) const {
    return match((packet_.ct_status & status.any_of) != 0);
  }
  Outcome run(const Equal& equal) const {
    return match(number(packet_, equal.field) == equal.value);
  }
  Outcome run(const AtMost& most) const {
    const auto found = number(packet_, most.field);
    return match(found && *found <= most.value);
  }
  Outcome run(const InBlock& in) const {
    if (!is_of(packet_, in.block.base.family)) return Outcome::kNextRule;
    const bool source = in.field == Field::kIp4Source || in.field == Field::kIp6Source;
    const auto& address = source ? packet_.source : packet_.destination;
    return match(in.block.contains(address) != in.negated);
  }
  Outcome run(const InSet& in) const {
    const auto key = load(packet_, in.key);
    return match(key && (find(ruleset_, in.set, *key) != nullptr) != in.negated);
  }
  Outcome run(const VerdictMap& vmap) const {
    const auto key = load(packet_, vmap.key);
    const auto* element = key ? find(ruleset_, vmap.map, *key) : nullptr;
    if (element == nullptr) return Outcome::kNextRule;
    const auto outcome = run(element->jump);
    return outcome == Outcome::kReturn && !element->is_goto ? Outcome::kNextRule : outcome;
  }
  Outcome run(const Counter&) const { return Outcome::kNextStatement; }
  Outcome run(const Verdict& verdict) const {
    switch (verdict.kind) {
      case Verdict::Kind::kAccept:
        return Outcome::kAccept;
      case Verdict::Kind::kDrop:
        return Outcome::kDrop;
      case Verdict::Kind::kReturn:
        return Outcome::kReturn;
    }
    return Outcome::kDrop;
  }
  Outcome run(const Jump& jump) const {
    const auto outcome = run(jump.chain);
    return outcome == Outcome::kReturn && !jump.is_goto ? Outcome::kNextStatement : outcome;
  }
  Outcome run(const Foreign&) const { return Outcome::kNextRule; }

  // No chain of ours has these yet.
  Outcome run(const ConntrackMarkInSet&) const { std::abort(); }
  Outcome run(const SetConntrackMark&) const { std::abort(); }
  Outcome run(const ReversePathMissing&) const { std::abort(); }
  Outcome run(const Log&) const { return Outcome::kNextStatement; }
  Outcome run(const RateLimit&) const { std::abort(); }

  const Ruleset& ruleset_;
  const Packet& packet_;
};

}  // namespace

bool passes(const Ruleset& ruleset, const Packet& packet) {
  return Interpreter(ruleset, packet).run("forward") != Outcome::kDrop;
}

}  // namespace portcullis::test
