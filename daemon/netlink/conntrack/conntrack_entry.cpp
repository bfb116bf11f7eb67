#include "daemon/netlink/conntrack/conntrack_entry.h"

#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "daemon/netlink/wire/attributes.h"

namespace portcullis::nl {
namespace {

constexpr std::uint16_t kDelete = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE;

std::optional<Address> read_address(const nlattr* attr) {
  const auto type = mnl_attr_get_type(attr);
  const bool v4 = type == CTA_IP_V4_SRC || type == CTA_IP_V4_DST;
  const auto* bytes = static_cast<const std::uint8_t*>(mnl_attr_get_payload(attr));
  const auto address = address_of({bytes, mnl_attr_get_payload_len(attr)});
  const auto family = v4 ? Family::kIpv4 : Family::kIpv6;
  return address && address->family == family ? address : std::nullopt;
}

void read_tuple(const nlattr* tuple, std::optional<Address>* place) {
  const auto* end = place + 2;
  for_each_nested(tuple, [&](const nlattr* part) {
    if (mnl_attr_get_type(part) != CTA_TUPLE_IP) return;
    for_each_nested(part, [&](const nlattr* attr) {
      if (place != end) *place++ = read_address(attr);
    });
  });
}

}  // namespace

// | nlmsghdr | nfgenmsg: family | CTA_TUPLE_ORIG | CTA_TUPLE_REPLY | CTA_ZONE | CTA_ID | more |
//
// CTA_TUPLE_ORIG | CTA_TUPLE_IP: CTA_IP_V4_SRC be32, CTA_IP_V4_DST be32,
//                |               or CTA_IP_V6_SRC 16 bytes, CTA_IP_V6_DST 16 bytes
//                | CTA_TUPLE_PROTO: the protocol's number; ports, or ICMP's type, code and id
//                | CTA_TUPLE_ZONE be16: instead of CTA_ZONE, if it is this direction's only
ConntrackEntry decode_conntrack_entry(const nlmsghdr* message) {
  ConntrackEntry entry;
  const auto* header = static_cast<const nfgenmsg*>(mnl_nlmsg_get_payload(message));
  entry.family = header->nfgen_family;
  const auto read = [&](const nlattr* attr) {
    switch (mnl_attr_get_type(attr)) {
      case CTA_TUPLE_ORIG:
        entry.original = attr;
        return read_tuple(attr, entry.addresses.data());
      case CTA_TUPLE_REPLY:
        return read_tuple(attr, entry.addresses.data() + 2);
      case CTA_ZONE:
        entry.zone = attr;
        return;
      case CTA_ID:
        entry.id = attr;
        return;
    }
  };
  for_each_attribute(message, sizeof(nfgenmsg), read);
  return entry;
}

// | nlmsghdr | nfgenmsg: family | CTA_TUPLE_ORIG | CTA_ZONE | CTA_ID |, as the dump has them
std::optional<std::vector<std::uint8_t>> encode_conntrack_deletion(const ConntrackEntry& entry) {
  if (entry.original == nullptr || entry.id == nullptr) return std::nullopt;
  std::size_t size = MNL_NLMSG_HDRLEN + MNL_ALIGN(sizeof(nfgenmsg));
  for (const auto* attr : {entry.original, entry.zone, entry.id}) {
    if (attr != nullptr) size += MNL_ALIGN(attr->nla_len);
  }
  std::vector<std::uint8_t> bytes(size);
  auto* header = mnl_nlmsg_put_header(bytes.data());
  header->nlmsg_type = kDelete;
  header->nlmsg_flags = NLM_F_REQUEST;
  auto* family = static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(nfgenmsg)));
  family->nfgen_family = entry.family;
  family->version = NFNETLINK_V0;
  for (const auto* attr : {entry.original, entry.zone, entry.id}) {
    if (attr == nullptr) continue;
    mnl_attr_put(header, attr->nla_type, mnl_attr_get_payload_len(attr),
                 mnl_attr_get_payload(attr));
  }
  return bytes;
}

}  // namespace portcullis::nl
