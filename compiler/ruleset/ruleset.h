#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "compiler/base/address.h"

// The ruleset IR: what one of our tables holds, in nftables' own terms. A value: compile() makes
// one from the cluster, a kernel dump makes one from the kernel, and diff() compares the two. Names
// are content hashes, so objects of equal content have equal names.
namespace portcullis {

// Which table: all of ours are named kTableName.
enum class TableFamily : std::uint8_t { kInet, kBridge };

inline constexpr const char* kTableName = "portcullis";

const char* to_string(TableFamily family);   // "inet"
std::string table_text(TableFamily family);  // "inet portcullis"

// Type of one field of a set's key, by nft's name for it.
enum class FieldType : std::uint8_t {
  kIpv4Addr,
  kIpv6Addr,
  kInetProto,
  kInetService,
  kIfname,
  kMark,
};

const char* to_string(FieldType type);       // "ipv4_addr"
std::size_t size_of(FieldType type);         // bytes on the wire: 4, 16, 1, 2, 16, 4
std::size_t padded_size_of(FieldType type);  // in a set's key: rounded up to 4

// A set element's key as the kernel stores it: fields in network byte order, except marks, which
// are in that of the host; each padded with zeros to 4 bytes. The longest is ipv6_addr . ipv6_addr.
//
//     ipv4_addr . inet_service . inet_proto     10.0.0.1 . 80 . tcp
//     +----+----+----+----+----+----+----+----+----+----+----+----+
//     | 0a | 00 | 00 | 01 | 00 | 50 | 00 | 00 | 06 | 00 | 00 | 00 |
//     +----+----+----+----+----+----+----+----+----+----+----+----+
class ElementKey {
 public:
  static constexpr std::size_t kCapacity = 32;

  ElementKey() = default;
  explicit ElementKey(std::span<const std::uint8_t> bytes);  // at most kCapacity

  ElementKey& append(const Address& address);
  ElementKey& append_protocol(std::uint8_t protocol);
  ElementKey& append_port(std::uint16_t port);
  ElementKey& append_interface(std::string_view name);  // at most 15 bytes
  ElementKey& append_mark(std::uint32_t mark);

  std::span<const std::uint8_t> bytes() const { return {bytes_.data(), size_}; }
  bool empty() const { return size_ == 0; }

  std::strong_ordering operator<=>(const ElementKey&) const = default;  // bytes_, then size_

 private:
  void append_bytes(std::span<const std::uint8_t> bytes, std::size_t padded_size);

  std::array<std::uint8_t, kCapacity> bytes_{};
  std::uint8_t size_ = 0;
};

struct Element {
  ElementKey key;
  ElementKey last;   // in interval sets the inclusive end (equal to key for one value); else empty
  std::string jump;  // in verdict maps the chain to jump to; else empty
  bool is_goto = false;  // returning from that chain returns from this one too

  auto operator<=>(const Element&) const = default;
};

// What a set or map is, without its elements.
struct SetSpec {
  std::string name;
  std::vector<FieldType> key;
  bool interval = false;     // elements are ranges; immutable: made in one piece, never edited
  bool verdict_map = false;  // key : verdict
  std::string comment;       // at most kMaxComment bytes

  auto operator<=>(const SetSpec&) const = default;
};

struct Set {
  SetSpec spec;
  std::vector<Element> elements;  // sorted by key, unique; ranges disjoint and not adjacent

  bool operator==(const Set&) const = default;
};

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
  kEtherType,           // of the frame, in tables of bridges
};

const char* to_string(Field field);  // "ip saddr"

// ct state established,related: any of these bits
struct ConntrackState {
  static constexpr std::uint32_t kEstablished = 2;
  static constexpr std::uint32_t kRelated = 4;
  std::uint32_t any_of = 0;
  auto operator<=>(const ConntrackState&) const = default;
};

// ct status dnat: any of these bits
struct ConntrackStatus {
  static constexpr std::uint32_t kDestinationNat = 32;  // IPS_DST_NAT
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

// ct mark set ct mark & 0x13ffffff | 0x12000000: keeps some bits of the connection's mark, and sets
// others. (nft(8) writes and reads it like this, whether or not the first number has the others.)
struct SetConntrackMark {
  std::uint32_t keep = 0;   // not 0
  std::uint32_t value = 0;  // none of those
  auto operator<=>(const SetConntrackMark&) const = default;
};

// fib saddr . iif oif missing: the packet's interface is not the one towards its source.
struct ReversePathMissing {
  auto operator<=>(const ReversePathMissing&) const = default;
};

// log group 5: to who listens to this group of nfnetlink_log.
struct Log {
  std::uint16_t group = 0;
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
  Field field = Field::kIp6HopLimit;  // a number of one or two bytes
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

// A kernel expression that compile() never makes: foreign, to be replaced.
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

// type filter hook forward priority filter - 1; policy accept;
struct BaseChain {
  std::string type = "filter";
  std::uint32_t hook = 2;      // NF_INET_FORWARD; the numbers are the same for bridges
  std::int32_t priority = -1;  // just before NF_IP_PRI_FILTER
  std::uint32_t policy = 1;    // NF_ACCEPT
  auto operator<=>(const BaseChain&) const = default;
};

struct ChainSpec {
  std::string name;
  std::optional<BaseChain> base;
  std::string comment;
  auto operator<=>(const ChainSpec&) const = default;
};

struct Chain {
  ChainSpec spec;
  std::vector<Rule> rules;
  bool operator==(const Chain&) const = default;
};

// A counter that rules refer to by name. Its values are not part of the ruleset.
struct CounterSpec {
  std::string name;
  std::string comment;
  auto operator<=>(const CounterSpec&) const = default;
};

// The whole table; an empty one means that the table does not exist.
struct Ruleset {
  TableFamily family = TableFamily::kInet;
  std::map<std::string, Set, std::less<>> sets{};
  std::map<std::string, Chain, std::less<>> chains{};
  std::map<std::string, CounterSpec, std::less<>> counters{};

  bool empty() const { return sets.empty() && chains.empty() && counters.empty(); }
  bool operator==(const Ruleset&) const = default;
};

// Whether packets pass its rules: a prepared ruleset does not count.
bool enforces(const Ruleset& ruleset);

// Whether it enforces, and some address has a chain.
bool isolates(const Ruleset& ruleset);

// The longest comment that nft(8) reads back.
inline constexpr std::size_t kMaxComment = 127;

// `text` as a comment: truncated to kMaxComment with "..." at the end, and without characters that
// would end a quoted string in nft's syntax.
std::string make_comment(std::string_view text);

}  // namespace portcullis
