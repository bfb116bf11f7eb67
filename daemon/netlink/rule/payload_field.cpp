#include "daemon/netlink/rule/payload_field.h"

#include <linux/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <linux/netfilter/nf_tables.h>

#include <algorithm>
#include <array>

namespace portcullis::nl {
namespace {

constexpr auto kLink = static_cast<std::uint32_t>(NFT_PAYLOAD_LL_HEADER);
constexpr auto kNetwork = static_cast<std::uint32_t>(NFT_PAYLOAD_NETWORK_HEADER);
constexpr auto kTransport = static_cast<std::uint32_t>(NFT_PAYLOAD_TRANSPORT_HEADER);

// The first ten bits, which identify link-local addresses: ffc0::.
const Bytes scope = {0xff, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

// Among fields at the same place, those with more checks come first.
const std::array payload_fields = {
    PayloadField{Field::kIp4Source, kNetwork, 12, 4, NFPROTO_IPV4},
    PayloadField{Field::kIp4Destination, kNetwork, 16, 4, NFPROTO_IPV4},
    PayloadField{Field::kIp6Source, kNetwork, 8, 16, NFPROTO_IPV6},
    PayloadField{Field::kIp6Destination, kNetwork, 24, 16, NFPROTO_IPV6},
    PayloadField{Field::kIp6SourceScope, kNetwork, 8, 16, NFPROTO_IPV6, 0, scope},
    PayloadField{Field::kIp6DestinationScope, kNetwork, 24, 16, NFPROTO_IPV6, 0, scope},
    PayloadField{Field::kIp6Length, kNetwork, 4, 2, NFPROTO_IPV6},
    PayloadField{Field::kIp6HopLimit, kNetwork, 7, 1, NFPROTO_IPV6},
    PayloadField{Field::kIcmpType, kTransport, 0, 1, NFPROTO_IPV4, IPPROTO_ICMP},
    PayloadField{Field::kIcmpv6Type, kTransport, 0, 1, NFPROTO_IPV6, IPPROTO_ICMPV6},
    PayloadField{Field::kUdpDestinationPort, kTransport, 2, 2, 0, IPPROTO_UDP},
    PayloadField{Field::kDestinationPort, kTransport, 2, 2},
    PayloadField{Field::kEtherType, kLink, 12, 2},
    PayloadField{Field::kArpSource, kNetwork, 14, 4, NFPROTO_ARP},
    PayloadField{Field::kNeighborTarget, kTransport, 8, 16},
    PayloadField{Field::kNeighborTargetScope, kTransport, 8, 2, 0, 0, {0xff, 0xc0}},
};

constexpr std::array kConntrackFields = {
    ConntrackField{Field::kOriginalIp4Source, NFT_CT_SRC_IP, IP_CT_DIR_ORIGINAL, 4},
    ConntrackField{Field::kReplyIp4Source, NFT_CT_SRC_IP, IP_CT_DIR_REPLY, 4},
    ConntrackField{Field::kOriginalIp6Source, NFT_CT_SRC_IP6, IP_CT_DIR_ORIGINAL, 16},
    ConntrackField{Field::kReplyIp6Source, NFT_CT_SRC_IP6, IP_CT_DIR_REPLY, 16},
    ConntrackField{Field::kConntrackDirection, NFT_CT_DIRECTION, std::nullopt, 1},
};

constexpr std::array kMetaFields = {
    MetaField{Field::kL4Proto, NFT_META_L4PROTO, 1},
    MetaField{Field::kInputInterface, NFT_META_IIFNAME, 16},
    MetaField{Field::kOutputInterface, NFT_META_OIFNAME, 16},
};

template <class Fields, class Condition>
auto find(const Fields& fields, Condition condition) -> decltype(fields.data()) {
  const auto found = std::ranges::find_if(fields, condition);
  return found == fields.end() ? nullptr : &*found;
}

}  // namespace

const PayloadField* find_payload_field(Field field) {
  return find(payload_fields, [&](const PayloadField& known) { return known.field == field; });
}

const ConntrackField* find_conntrack_field(Field field) {
  return find(kConntrackFields, [&](const ConntrackField& known) { return known.field == field; });
}

const MetaField* find_meta_field(Field field) {
  return find(kMetaFields, [&](const MetaField& known) { return known.field == field; });
}

const MetaField* find_meta_field(const LoadMeta& load) {
  return find(kMetaFields, [&](const MetaField& known) { return known.key == load.key; });
}

const PayloadField* find_payload_field(const LoadPayload& load, std::uint8_t transport,
                                       bool masked) {
  return find(payload_fields, [&](const PayloadField& known) {
    return known.base == load.base && known.offset == load.offset && known.length == load.length &&
           (known.transport == 0 || known.transport == transport) && known.mask.empty() != masked;
  });
}

const ConntrackField* find_conntrack_field(const LoadConntrack& load) {
  return find(kConntrackFields, [&](const ConntrackField& known) {
    return known.key == load.key && known.direction == load.direction;
  });
}

}  // namespace portcullis::nl
