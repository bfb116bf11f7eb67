#include "compiler/ruleset/ruleset.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace portcullis {

const char* to_string(TableFamily family) {
  return family == TableFamily::kInet ? "inet" : "bridge";
}

std::string table_text(TableFamily family) {
  return std::string(to_string(family)) + ' ' + kTableName;
}

TableFamily table_of(std::string_view name) {
  return name.starts_with(kInBridge) ? TableFamily::kBridge : TableFamily::kInet;
}

const char* local_name(const std::string& name) {
  return name.c_str() + (table_of(name) == TableFamily::kBridge ? kInBridge.size() : 0);
}

std::string name_in(TableFamily family, std::string_view local_name) {
  return std::string(family == TableFamily::kBridge ? kInBridge : "").append(local_name);
}

const char* to_string(FieldType type) {
  switch (type) {
    case FieldType::kIpv4Addr:
      return "ipv4_addr";
    case FieldType::kIpv6Addr:
      return "ipv6_addr";
    case FieldType::kInetProto:
      return "inet_proto";
    case FieldType::kInetService:
      return "inet_service";
    case FieldType::kIfname:
      return "ifname";
    case FieldType::kMark:
      return "mark";
  }
  return "?";
}

std::size_t size_of(FieldType type) {
  switch (type) {
    case FieldType::kIpv4Addr:
      return 4;
    case FieldType::kIpv6Addr:
      return 16;
    case FieldType::kInetProto:
      return 1;
    case FieldType::kInetService:
      return 2;
    case FieldType::kIfname:
      return 16;
    case FieldType::kMark:
      return 4;
  }
  return 0;
}

std::size_t padded_size_of(FieldType type) { return (size_of(type) + 3) / 4 * 4; }

const char* to_string(Field field) {
  switch (field) {
    case Field::kIp4Source:
      return "ip saddr";
    case Field::kIp4Destination:
      return "ip daddr";
    case Field::kIp6Source:
      return "ip6 saddr";
    case Field::kIp6Destination:
      return "ip6 daddr";
    case Field::kL4Proto:
      return "meta l4proto";
    case Field::kDestinationPort:
      return "th dport";
    case Field::kUdpDestinationPort:
      return "udp dport";
    case Field::kIp6Length:
      return "ip6 length";
    case Field::kIp6HopLimit:
      return "ip6 hoplimit";
    case Field::kIcmpType:
      return "icmp type";
    case Field::kIcmpv6Type:
      return "icmpv6 type";
    case Field::kIp6SourceScope:
      return "ip6 saddr & ffc0::";
    case Field::kIp6DestinationScope:
      return "ip6 daddr & ffc0::";
    case Field::kOriginalIp4Source:
      return "ct original ip saddr";
    case Field::kReplyIp4Source:
      return "ct reply ip saddr";
    case Field::kOriginalIp6Source:
      return "ct original ip6 saddr";
    case Field::kReplyIp6Source:
      return "ct reply ip6 saddr";
    case Field::kConntrackDirection:
      return "ct direction";
    case Field::kInputInterface:
      return "iifname";
    case Field::kOutputInterface:
      return "oifname";
    case Field::kEtherType:
      return "ether type";
    case Field::kArpSource:
      return "arp saddr ip";
    case Field::kNeighborTarget:
      return "@th,64,128";
    case Field::kNeighborTargetScope:
      return "@th,64,16 & 0xffc0";
  }
  return "?";
}

ElementKey::ElementKey(std::span<const std::uint8_t> bytes) { append_bytes(bytes, bytes.size()); }

ElementKey& ElementKey::append(const Address& address) {
  const std::size_t size = address.family == Family::kIpv4 ? 4 : 16;
  std::array<std::uint8_t, 16> bytes;
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::uint8_t>(address.value >> (8 * (size - 1 - i)));
  }
  append_bytes({bytes.data(), size}, size);
  return *this;
}

ElementKey& ElementKey::append_protocol(std::uint8_t protocol) {
  append_bytes({&protocol, 1}, 4);
  return *this;
}

ElementKey& ElementKey::append_port(std::uint16_t port) {
  const std::array<std::uint8_t, 2> bytes = {static_cast<std::uint8_t>(port >> 8),
                                             static_cast<std::uint8_t>(port & 0xff)};
  append_bytes(bytes, 4);
  return *this;
}

ElementKey& ElementKey::append_interface(std::string_view name) {
  std::array<std::uint8_t, 16> bytes{};
  if (name.size() >= bytes.size()) std::abort();
  std::copy(name.begin(), name.end(), bytes.begin());
  append_bytes(bytes, bytes.size());
  return *this;
}

ElementKey& ElementKey::append_mark(std::uint32_t mark) {
  append_bytes(std::bit_cast<std::array<std::uint8_t, sizeof mark>>(mark), sizeof mark);
  return *this;
}

void ElementKey::append_bytes(std::span<const std::uint8_t> bytes, std::size_t padded_size) {
  if (size_ + padded_size > kCapacity) std::abort();
  std::copy(bytes.begin(), bytes.end(), bytes_.begin() + size_);
  size_ = static_cast<std::uint8_t>(size_ + padded_size);
}

bool has_table(const Ruleset& ruleset, TableFamily family) {
  const auto has = [&](const auto& objects) {
    const auto bridged = objects.lower_bound(kInBridge);
    const bool has_bridged = bridged != objects.end() && table_of(bridged->first) == family;
    return family == TableFamily::kBridge ? has_bridged
                                          : std::ranges::any_of(objects, [&](const auto& each) {
                                              return table_of(each.first) == family;
                                            });
  };
  return has(ruleset.sets) || has(ruleset.chains) || has(ruleset.counters);
}

std::vector<TableFamily> tables_of(const Ruleset& ruleset) {
  std::vector<TableFamily> tables;
  for (const auto family : kTableFamilies) {
    if (has_table(ruleset, family)) tables.push_back(family);
  }
  return tables;
}

Ruleset take_table(Ruleset& ruleset, TableFamily family) {
  Ruleset taken;
  const auto take = [&](auto& from, auto& to) {
    for (auto at = from.begin(); at != from.end();) {
      const auto object = at++;
      if (table_of(object->first) == family) to.insert(to.end(), from.extract(object));
    }
  };
  take(ruleset.sets, taken.sets);
  take(ruleset.chains, taken.chains);
  take(ruleset.counters, taken.counters);
  return taken;
}

bool enforces(const Ruleset& ruleset, std::initializer_list<TableFamily> tables) {
  return std::ranges::any_of(ruleset.chains, [&](const auto& entry) {
    return entry.second.spec.base && !entry.second.rules.empty() &&
           std::ranges::find(tables, table_of(entry.first)) != tables.end();
  });
}

bool isolates(const Ruleset& ruleset) {
  return enforces(ruleset) && std::ranges::any_of(ruleset.sets, [](const auto& entry) {
           return entry.second.spec.verdict_map && !entry.second.elements.empty();
         });
}

std::string make_comment(std::string_view text) {
  constexpr std::string_view kEllipsis = "...";
  const bool cut = text.size() > kMaxComment;
  std::string comment(text.substr(0, cut ? kMaxComment - kEllipsis.size() : text.size()));
  for (auto& c : comment) {
    if (c == '"' || c == '\\' || c < ' ' || c > '~') c = '?';
  }
  if (cut) comment += kEllipsis;
  return comment;
}

}  // namespace portcullis
