#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/address.h"
#include "compiler/ruleset/statement.h"

// The ruleset IR: what our tables hold, in nftables' own terms. A value: the engine makes one from
// the cluster, a kernel dump makes one from the kernel, and diff() compares the two. Names are
// content hashes, so objects of equal content have equal names.
namespace portcullis {

// Which table: all of ours are named kTableName.
enum class TableFamily : std::uint8_t { kInet, kBridge };

inline constexpr std::array kTableFamilies = {TableFamily::kInet, TableFamily::kBridge};

inline constexpr const char* kTableName = "portcullis";

const char* to_string(TableFamily family);   // "inet"
std::string table_text(TableFamily family);  // "inet portcullis"

// Names of objects are unique across our tables: in the table bridge portcullis they begin with
// this. It is not part of the name by which the kernel and nft(8) know the object.
inline constexpr std::string_view kInBridge = "bridge ";

TableFamily table_of(std::string_view name);
const char* local_name(const std::string& name);  // in its table; lives as long as `name`
std::string name_in(TableFamily family, std::string_view local_name);

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

// Our whole tables. A table without objects does not exist.
struct Ruleset {
  std::map<std::string, Set, std::less<>> sets{};
  std::map<std::string, Chain, std::less<>> chains{};
  std::map<std::string, CounterSpec, std::less<>> counters{};

  bool empty() const { return sets.empty() && chains.empty() && counters.empty(); }
  bool operator==(const Ruleset&) const = default;
};

// Whether it has an object in that table.
bool has_table(const Ruleset& ruleset, TableFamily family);
std::vector<TableFamily> tables_of(const Ruleset& ruleset);

// Takes the objects of that table out of the ruleset.
Ruleset take_table(Ruleset& ruleset, TableFamily family);

// Whether packets pass its rules in these tables: a prepared ruleset does not count.
bool enforces(const Ruleset& ruleset, std::initializer_list<TableFamily> tables = {
                                          TableFamily::kInet, TableFamily::kBridge});

// Whether it enforces, and some address has a chain.
bool isolates(const Ruleset& ruleset);

// The longest comment that nft(8) reads back.
inline constexpr std::size_t kMaxComment = 127;

// `text` as a comment: truncated to kMaxComment with "..." at the end, and without characters that
// would end a quoted string in nft's syntax.
std::string make_comment(std::string_view text);

}  // namespace portcullis
