#include "daemon/netlink/payload_field.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include <algorithm>
#include <array>

namespace portcullis::nl {
namespace {

constexpr auto kNetwork = static_cast<std::uint32_t>(NFT_PAYLOAD_NETWORK_HEADER);
constexpr auto kTransport = static_cast<std::uint32_t>(NFT_PAYLOAD_TRANSPORT_HEADER);

constexpr std::array kFields = {
    PayloadField{Field::kIp4Source, kNetwork, 12, 4, NFPROTO_IPV4},
    PayloadField{Field::kIp4Destination, kNetwork, 16, 4, NFPROTO_IPV4},
    PayloadField{Field::kIp6Source, kNetwork, 8, 16, NFPROTO_IPV6},
    PayloadField{Field::kIp6Destination, kNetwork, 24, 16, NFPROTO_IPV6},
    PayloadField{Field::kIp6HopLimit, kNetwork, 7, 1, NFPROTO_IPV6},
    PayloadField{Field::kIcmpv6Type, kTransport, 0, 1, NFPROTO_IPV6, IPPROTO_ICMPV6},
    PayloadField{Field::kDestinationPort, kTransport, 2, 2},
};

template <class Condition>
const PayloadField* find(Condition condition) {
  const auto* found = std::find_if(kFields.begin(), kFields.end(), condition);
  return found == kFields.end() ? nullptr : found;
}

}  // namespace

const PayloadField* find_payload_field(Field field) {
  return find([&](const PayloadField& known) { return known.field == field; });
}

const PayloadField* find_payload_field(const LoadPayload& load) {
  return find([&](const PayloadField& known) {
    return known.base == load.base && known.offset == load.offset && known.length == load.length;
  });
}

}  // namespace portcullis::nl
