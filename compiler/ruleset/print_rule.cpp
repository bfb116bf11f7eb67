#include <algorithm>
#include <iterator>

#include "compiler/ruleset/mark_text.h"
#include "compiler/ruleset/print.h"

namespace portcullis {
namespace {

std::string concatenation(const std::vector<Field>& fields) {
  std::string text;
  for (const auto field : fields) {
    if (!text.empty()) text += " . ";
    text += to_string(field);
  }
  return text;
}

struct NamedValue {
  Field field;
  std::uint16_t value;
  const char* name;
};

constexpr NamedValue kNamedValues[] = {
    {Field::kL4Proto, 4, "ipencap"},
    {Field::kL4Proto, 6, "tcp"},
    {Field::kL4Proto, 17, "udp"},
    {Field::kL4Proto, 41, "ipv6"},
    {Field::kIcmpType, 3, "destination-unreachable"},
    {Field::kIcmpType, 11, "time-exceeded"},
    {Field::kIcmpType, 12, "parameter-problem"},
    {Field::kIcmpv6Type, 1, "destination-unreachable"},
    {Field::kIcmpv6Type, 2, "packet-too-big"},
    {Field::kIcmpv6Type, 3, "time-exceeded"},
    {Field::kIcmpv6Type, 4, "parameter-problem"},
    {Field::kIcmpv6Type, 130, "mld-listener-query"},
    {Field::kIcmpv6Type, 131, "mld-listener-report"},
    {Field::kIcmpv6Type, 132, "mld-listener-done"},
    {Field::kIcmpv6Type, 133, "nd-router-solicit"},
    {Field::kIcmpv6Type, 134, "nd-router-advert"},
    {Field::kIcmpv6Type, 135, "nd-neighbor-solicit"},
    {Field::kIcmpv6Type, 136, "nd-neighbor-advert"},
    {Field::kIcmpv6Type, 137, "nd-redirect"},
    {Field::kIcmpv6Type, 143, "mld2-listener-report"},
    {Field::kConntrackDirection, 0, "original"},
    {Field::kConntrackDirection, 1, "reply"},
    {Field::kEtherType, 0x0800, "ip"},
    {Field::kEtherType, 0x0806, "arp"},
    {Field::kEtherType, 0x86dd, "ip6"},
};

// nft(8) prints numbers by name if it has one.
std::string value_text(Field field, std::uint16_t value) {
  const auto* named = std::ranges::find_if(kNamedValues, [&](const NamedValue& known) {
    return known.field == field && known.value == value;
  });
  if (named != std::end(kNamedValues)) return named->name;
  return field == Field::kEtherType ? hexadecimal(value, 4) : std::to_string(value);
}

std::string block_text(Field field, const Cidr& block) {
  if (field == Field::kNeighborTarget) return hexadecimal(block.base);  // of no type
  const bool one_address = block.prefix_length == bits(block.base.family);
  return one_address ? to_string(block.base) : to_string(block);
}

struct StatementText {
  std::string operator()(const ConntrackState& state) const {
    std::string names;
    if (state.any_of & ConntrackState::kEstablished) names += ",established";
    if (state.any_of & ConntrackState::kRelated) names += ",related";
    return "ct state " + names.substr(1);
  }
  std::string operator()(const ConntrackStatus&) const { return "ct status dnat"; }
  std::string operator()(const ConntrackMarkInSet& in) const {
    return "ct mark & " + mark_text(in.mask) + (in.negated ? " != @" : " == @") +
           local_name(in.set);
  }
  std::string operator()(const SetConntrackMark& mark) const {
    return "ct mark set ct mark & " + mark_text(mark.keep | mark.value) +
           (mark.value == 0 ? "" : " | " + mark_text(mark.value));
  }
  std::string operator()(const ReversePathMissing&) const { return "fib saddr . iif oif missing"; }
  std::string operator()(const Log& log) const {
    const auto prefix = log.prefix.empty() ? "" : "prefix \"" + log.prefix + "\" ";
    return "log " + prefix + "group " + std::to_string(log.group);
  }
  std::string operator()(const RateLimit& limit) const {
    const auto rate = "limit rate " + std::to_string(limit.per_second) + "/second";
    if (limit.burst == RateLimit().burst) return rate;
    return rate + " burst " + std::to_string(limit.burst) + " packets";
  }
  std::string operator()(const Equal& equal) const {
    if (equal.field == Field::kNeighborTargetScope) {
      return std::string(to_string(equal.field)) + " == " + hexadecimal(equal.value, 4);
    }
    return std::string(to_string(equal.field)) + " " + value_text(equal.field, equal.value);
  }
  std::string operator()(const AtMost& most) const {
    return std::string(to_string(most.field)) + " <= " + value_text(most.field, most.value);
  }
  std::string operator()(const InBlock& in) const {
    return std::string(to_string(in.field)) + (in.negated ? " != " : " ") +
           block_text(in.field, in.block);
  }
  std::string operator()(const InSet& in) const {
    return concatenation(in.key) + (in.negated ? " != @" : " @") + local_name(in.set);
  }
  std::string operator()(const VerdictMap& vmap) const {
    return concatenation(vmap.key) + " vmap @" + local_name(vmap.map);
  }
  std::string operator()(const Counter& counter) const {
    return counter.name.empty() ? "counter"
                                : std::string("counter name \"") + local_name(counter.name) + "\"";
  }
  std::string operator()(const Verdict& verdict) const {
    switch (verdict.kind) {
      case Verdict::Kind::kAccept:
        return "accept";
      case Verdict::Kind::kDrop:
        return "drop";
      case Verdict::Kind::kReturn:
        return "return";
    }
    return "?";
  }
  std::string operator()(const Jump& jump) const {
    return std::string(jump.is_goto ? "goto " : "jump ") + local_name(jump.chain);
  }
  std::string operator()(const Foreign& foreign) const { return "[ " + foreign.text + " ]"; }
};

}  // namespace

std::string to_string(const Rule& rule) {
  std::string text;
  bool foreign = false;
  for (const auto& statement : rule.statements) {
    if (!text.empty()) text += " ";
    text += std::visit(StatementText{}, statement);
    foreign = foreign || std::holds_alternative<Foreign>(statement);
  }
  return foreign ? "# not ours: " + text : text;
}

}  // namespace portcullis
