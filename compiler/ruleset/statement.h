#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "compiler/base/address.h"

// What rules are made of, in nft's terms. Values.
namespace portcullis {

// A packet field that a rule loads. Each implies its protocol, as in nft.
enum class Field : std::uint8_t {
  kIp4Source,
  kIp4Destination,
  kIp6Source,
  kIp6Destination,
  kL4Proto,
  kDestinationPort,     // th dport
  kUdpDestinationPort,  // udp dport
  kIp6Length,           // of what follows the IPv6 header
  kIp6HopLimit,
  kIcmpType,
  kIcmpv6Type,
  kIp6SourceScope,       // ip6 saddr & ffc0::, which is fe80:: for link-local addresses
  kIp6DestinationScope,  // the same of the destination
  // Of the packet's connection: the initiator, and the responder (after DNAT).
  kOriginalIp4Source,
  kReplyIp4Source,
  kOriginalIp6Source,
  kReplyIp6Source,
  kConntrackDirection,  // of the packet in it: IP_CT_DIR_ORIGINAL or IP_CT_DIR_REPLY
  kInputInterface,      // iifname
  kOutputInterface,     // oifname
  // In tables of bridges: the type of the frame; the sender's address in an ARP packet.
  kEtherType,
  kArpSource,
  // @th,64,128: the target of a neighbor solicitation or advertisement, and its first ten bits. A
  // rule checks the ICMPv6 type before.
  kNeighborTarget,
  kNeighborTargetScope,
};

const char* to_string(Field field);  // "ip saddr"

// ct state established,related: any of these bits, which are in kAll
struct ConntrackState {
  static constexpr std::uint32_t kEstablished = 2;  // NF_CT_STATE_BIT()
  static constexpr std::uint32_t kRelated = 4;
  static constexpr std::uint32_t kAll = kEstablished | kRelated;
  std::uint32_t any_of = 0;
  auto operator<=>(const ConntrackState&) const = default;
};

// ct status dnat: any of these bits, which are in kAll
struct ConntrackStatus {
  static constexpr std::uint32_t kDestinationNat = 32;  // IPS_DST_NAT
  static constexpr std::uint32_t kAll = kDestinationNat;
  std::uint32_t any_of = 0;
  auto operator<=>(const ConntrackStatus&) const = default;
};

// ct mark & 0xfe000000 == @epoch: the bits of the connection's mark that `mask` has are in the set.
struct ConntrackMarkInSet {
  std::uint32_t mask = 0;
  std::string set;
  bool negated = false;  // !=
  auto operator<=>(const ConntrackMarkInSet&) const = default;
};

// ct mark set ct mark & 0x13ffffff | 0x12000000: keeps the bits in `keep` of the connection's mark,
// sets those in `value`, and clears the others. (nft(8) prints the bits of `value` in the mask,
// too.)
struct SetConntrackMark {
  std::uint32_t keep = 0;   // not 0
  std::uint32_t value = 0;  // none of those
  auto operator<=>(const SetConntrackMark&) const = default;
};

// fib saddr . iif oif missing: the packet's interface is not the one towards its source.
struct ReversePathMissing {
  auto operator<=>(const ReversePathMissing&) const = default;
};

// log prefix "denied" group 5: to the listener of this group of nfnetlink_log, with this text.
struct Log {
  std::uint16_t group = 0;
  std::string prefix{};  // at most 63 bytes
  auto operator<=>(const Log&) const = default;
};

// limit rate 10/second burst 20 packets: true as long as there are no more.
struct RateLimit {
  std::uint64_t per_second = 0;
  std::uint32_t burst = 5;
  auto operator<=>(const RateLimit&) const = default;
};

// ip6 hoplimit 255
struct Equal {
  Field field = Field::kIp6HopLimit;  // a number of one or two bytes; if kL4Proto, the rule's last
  std::uint16_t value = 0;
  auto operator<=>(const Equal&) const = default;
};

// ip6 length <= 32
struct AtMost {
  Field field = Field::kIp6Length;  // a number of one or two bytes
  std::uint16_t value = 0;
  auto operator<=>(const AtMost&) const = default;
};

// ip6 saddr != fe80::/10
struct InBlock {
  Field field = Field::kIp6Source;  // an address, of the block's family
  Cidr block;                       // not /0
  bool negated = false;
  auto operator<=>(const InBlock&) const = default;
};

// th dport . meta l4proto @port-1f
struct InSet {
  std::vector<Field> key;
  std::string set;
  bool interval = false;  // of the set: nft loads l4proto another way there
  bool negated = false;   // !=
  auto operator<=>(const InSet&) const = default;
};

// ip saddr vmap @egress-v4
struct VerdictMap {
  std::vector<Field> key;
  std::string map;
  bool interval = false;  // as of InSet
  auto operator<=>(const VerdictMap&) const = default;
};

// counter name "denied-in-1f"; without a name a counter of the rule's own.
struct Counter {
  std::string name;
  auto operator<=>(const Counter&) const = default;
};

struct Verdict {
  enum class Kind : std::uint8_t { kAccept, kDrop, kReturn };
  Kind kind = Kind::kDrop;
  auto operator<=>(const Verdict&) const = default;
};

// jump icmp-error
struct Jump {
  std::string chain;
  bool is_goto = false;  // as of Element
  auto operator<=>(const Jump&) const = default;
};

// A kernel expression that we never make: foreign, to be replaced.
struct Foreign {
  std::string text;
  auto operator<=>(const Foreign&) const = default;
};

using Statement = std::variant<ConntrackState, ConntrackStatus, ConntrackMarkInSet,
                               SetConntrackMark, ReversePathMissing, Equal, AtMost, InBlock, InSet,
                               VerdictMap, Counter, Log, RateLimit, Verdict, Jump, Foreign>;

struct Rule {
  std::vector<Statement> statements;
  auto operator<=>(const Rule&) const = default;
};

}  // namespace portcullis
