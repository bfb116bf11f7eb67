#include "daemon/netlink/conntrack/conntrack_entry.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include <array>

namespace portcullis::test {
namespace {

// One message as the kernel dumps it, in parts.
class Message {
 public:
  Message() {
    mnl_nlmsg_put_header(buffer_.data());
    auto* extra = static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(header(), sizeof(nfgenmsg)));
    extra->nfgen_family = NFPROTO_IPV4;
  }

  Message& tuple(std::uint16_t type, std::uint32_t source, std::uint32_t destination) {
    auto* nest = mnl_attr_nest_start(header(), type);
    auto* ip = mnl_attr_nest_start(header(), CTA_TUPLE_IP);
    mnl_attr_put_u32(header(), CTA_IP_V4_SRC, htonl(source));
    mnl_attr_put_u32(header(), CTA_IP_V4_DST, htonl(destination));
    mnl_attr_nest_end(header(), ip);
    mnl_attr_nest_end(header(), nest);
    return *this;
  }

  Message& zone(std::uint16_t zone) {
    mnl_attr_put_u16(header(), CTA_ZONE, htons(zone));
    return *this;
  }

  Message& id(std::uint32_t id) {
    mnl_attr_put_u32(header(), CTA_ID, htonl(id));
    return *this;
  }

  nl::ConntrackEntry decoded() const {
    return nl::decode_conntrack_entry(reinterpret_cast<const nlmsghdr*>(buffer_.data()));
  }

 private:
  nlmsghdr* header() { return reinterpret_cast<nlmsghdr*>(buffer_.data()); }

  alignas(nlmsghdr) std::array<char, 512> buffer_{};
};

constexpr std::uint32_t kA = 0x0a000001;
constexpr std::uint32_t kB = 0x0a000002;

TEST(ConntrackEntry, HasTheAddressesOfBothDirections) {
  const Message message = Message().tuple(CTA_TUPLE_ORIG, kA, kB).tuple(CTA_TUPLE_REPLY, kB, 7);
  const auto entry = message.decoded();
  EXPECT_EQ(entry.family, NFPROTO_IPV4);
  const auto v4 = [](std::uint32_t value) { return std::optional(Address{Family::kIpv4, value}); };
  EXPECT_EQ(entry.addresses[0], v4(kA));
  EXPECT_EQ(entry.addresses[1], v4(kB));
  EXPECT_EQ(entry.addresses[2], v4(kB));
  EXPECT_EQ(entry.addresses[3], v4(7));
}

TEST(ConntrackEntry, IsDeletedByItsTupleZoneAndIdentity) {
  const Message message =
      Message().tuple(CTA_TUPLE_ORIG, kA, kB).tuple(CTA_TUPLE_REPLY, kB, kA).zone(7).id(9);
  const auto deletion = nl::encode_conntrack_deletion(message.decoded());
  ASSERT_TRUE(deletion);
  const auto* header = reinterpret_cast<const nlmsghdr*>(deletion->data());
  EXPECT_EQ(header->nlmsg_len, deletion->size());
  EXPECT_EQ(header->nlmsg_type, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE);
  const auto named = nl::decode_conntrack_entry(header);
  EXPECT_EQ(named.addresses[0], message.decoded().addresses[0]);
  EXPECT_EQ(named.addresses[1], message.decoded().addresses[1]);
  EXPECT_FALSE(named.addresses[2]);
  ASSERT_NE(named.zone, nullptr);
  EXPECT_EQ(mnl_attr_get_u16(named.zone), htons(7));
  ASSERT_NE(named.id, nullptr);
  EXPECT_EQ(mnl_attr_get_u32(named.id), htonl(9));
}

// To the kernel, a request to delete nothing in particular is one to delete everything.
TEST(ConntrackEntry, IsNotDeletedIfItCannotBeNamed) {
  EXPECT_FALSE(nl::encode_conntrack_deletion(Message().decoded()));
  const Message no_tuple = Message().tuple(CTA_TUPLE_REPLY, kB, kA).id(9);
  EXPECT_FALSE(nl::encode_conntrack_deletion(no_tuple.decoded()));
  const Message no_id = Message().tuple(CTA_TUPLE_ORIG, kA, kB);
  EXPECT_FALSE(nl::encode_conntrack_deletion(no_id.decoded()));
}

}  // namespace
}  // namespace portcullis::test
